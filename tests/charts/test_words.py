"""Times and intervals in words."""

from math import inf

import pytest

from backend.charts import Band
from backend.charts.parts.text import Place, beside, measure, wrap
from backend.charts.parts.timeline import WEEK
from backend.charts.words import human_time, loss_words, number, onset_words, percent


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "0 h"),
        (0.75, "45 min"),
        (0.9999, "1 h"),
        (2, "2 h"),
        (2.05, "2 h 3 min"),
        (12, "12 h"),
        (24.5, "day 1"),
        (35, "35 h"),
        (72, "day 3"),
        (16 * 24, "day 16"),
        (16.5 * 24, "day 16.5"),
        (WEEK, "week 1"),
        (2 * WEEK + 3, "week 2"),
        (-1 / 3, "20 min before"),
        (-24, "1 day before"),
        (-72, "3 days before"),
    ],
)
def test_a_time_reads_as_people_say_it(hours, words):
    assert human_time(hours) == words


@pytest.mark.parametrize(
    ("band", "words"),
    [
        (Band(1, 2), "Relief began after 1 h, by 2 h"),
        (Band(0, 1), "Relief began by 1 h"),
        (Band(4, inf), "Start of relief not seen by 4 h"),
        (Band(0, inf), "Start of relief not seen"),
        (Band(169, 170), "Relief began after 169 h, by 170 h"),
    ],
)
def test_onset_claims_only_what_was_seen(band, words):
    assert onset_words(band) == words


def test_loss_claims_only_what_was_seen():
    assert loss_words(Band(WEEK, 2 * WEEK)) == "Relief lost after week 1, by week 2"
    assert loss_words(Band(3 * WEEK, inf)) == "Loss of relief not seen by week 3"


def test_numbers_are_short_and_carry_a_true_minus():
    assert [number(value) for value in (4.0, 4.5, 1 / 3, -1.0, -0.001)] == ["4", "4.5", "0.33", "−1", "0"]
    assert percent(0.4567) == "45.7 %"


@pytest.mark.parametrize("words", ["", "short", "a few words that need two lines", "unbreakable" * 20, "短い文" * 30])
def test_lines_keep_to_their_width_and_lose_no_word(words):
    lines = wrap(words, 120)
    assert all(measure(line) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


@pytest.mark.parametrize(
    ("left", "right", "place"),
    [
        pytest.param(10, 20, Place(28, "start", raised=False), id="to the right while there is room"),
        pytest.param(180, 200, Place(172, "end", raised=False), id="else to the left"),
        pytest.param(20, 180, Place(100 - measure("relief") / 2, "start", raised=True), id="else above"),
    ],
)
def test_a_name_stands_beside_what_it_names(left, right, place):
    assert beside("relief", left, right, 200) == place
