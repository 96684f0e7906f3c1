"""How answers become a score, and what a bare total may be."""

import random
from decimal import Decimal
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.instruments import Instrument, Score, get, known

SLUGS = [instrument.slug for instrument in known()]
BANDED = [instrument for instrument in known() if instrument.bands]

instruments = st.sampled_from(known())


@st.composite
def complete_forms(draw: st.DrawFn) -> tuple[Instrument, list[int]]:
    instrument = draw(instruments)
    answers = st.integers(instrument.answer_minimum, instrument.answer_maximum)
    count = len(instrument.items)
    return instrument, draw(st.lists(answers, min_size=count, max_size=count))


@st.composite
def forms(draw: st.DrawFn) -> tuple[Instrument, list[int | None]]:
    instrument, answers = draw(complete_forms())
    return instrument, [draw(st.sampled_from([answer, None])) for answer in answers]


@pytest.mark.parametrize(
    ("slug", "answers", "score"),
    [
        pytest.param("nrs-anxiety", [7], Score(7, 1, None), id="one item is its own total"),
        pytest.param("now4", [4, 3, 2, 1], Score(10, 4, None), id="four items add up"),
        pytest.param("now4", [4, 3, 2, None], Score(None, 3, None), id="now4 is never prorated"),
        pytest.param("gad7", [0] * 7, Score(0, 7, None), id="zero is a score when every item says so"),
        pytest.param("gad7", [3, 3, 3, 3, 3, 3, 3], Score(21, 7, None), id="the most anxious GAD-7"),
        pytest.param("gad7", [1, 2, 3, 1, 2, 3, None], Score(None, 6, 14.0), id="a GAD-7 with six answers of mean 2"),
        pytest.param("gad7", [1, 0, 0, 0, 0, 0, None], Score(None, 6, 7 / 6), id="prorating does not round"),
        pytest.param("gad7", [1, 2, 3, 1, 2, None, None], Score(None, 5, None), id="five of seven are too few"),
        pytest.param("phq8", [1] * 7 + [None], Score(None, 7, None), id="PHQ-8 is never prorated"),
        pytest.param("phq9", [1] * 8 + [None], Score(None, 8, 9.0), id="eight of nine are enough"),
        pytest.param("phq9", [1] * 7 + [None, None], Score(None, 7, None), id="seven of nine are too few"),
        pytest.param("pcl5", [2] * 16 + [None] * 4, Score(None, 16, 40.0), id="sixteen of twenty are enough"),
        pytest.param("pcl5", [2] * 15 + [None] * 5, Score(None, 15, None), id="fifteen of twenty are too few"),
        pytest.param("social", [10, None], Score(None, 1, None), id="half of the social items is no total"),
        pytest.param("pgic", [4], Score(4, 1, None), id="no change is 4"),
    ],
)
def test_answers_are_worth(slug, answers, score):
    assert get(slug).score(answers) == score


@pytest.mark.parametrize("slug", SLUGS)
def test_a_blank_form_is_never_zero(slug):
    instrument = get(slug)
    assert instrument.score([None] * len(instrument.items)) == Score(total=None, answered=0, prorated=None)


@given(complete_forms())
def test_a_complete_form_scores_the_sum_of_its_answers_within_the_range(form):
    instrument, answers = form
    score = instrument.score(answers)
    assert score == Score(total=sum(answers), answered=len(answers), prorated=None)
    assert instrument.total_minimum <= sum(answers) <= instrument.total_maximum
    instrument.check_total(sum(answers))


@given(forms())
def test_a_total_exists_exactly_when_every_item_is_answered(form):
    instrument, answers = form
    score = instrument.score(answers)
    assert score.answered == sum(answer is not None for answer in answers)
    assert (score.total is not None) == (None not in answers)
    assert score.total is None or score.prorated is None


@given(forms())
def test_a_prorated_value_lies_between_filling_the_gaps_with_the_lowest_and_with_the_highest(form):
    instrument, answers = form
    prorated = instrument.score(answers).prorated
    if prorated is not None:
        lowest = sum(instrument.answer_minimum if answer is None else answer for answer in answers)
        highest = sum(instrument.answer_maximum if answer is None else answer for answer in answers)
        assert lowest <= prorated <= highest


@given(st.sampled_from(["gad7", "phq9", "pcl5"]), st.data())
def test_a_prorated_value_equals_the_total_when_the_missing_answer_is_the_mean(slug, data):
    instrument = get(slug)
    answer = data.draw(st.integers(instrument.answer_minimum, instrument.answer_maximum))
    missing = data.draw(st.integers(0, len(instrument.items) - 1))
    full = [answer] * len(instrument.items)
    assert instrument.score([*full[:missing], None, *full[missing + 1 :]]).prorated == instrument.score(full).total


@given(forms(), st.randoms())
def test_the_order_of_the_answers_is_irrelevant(form, chance: random.Random):
    instrument, answers = form
    shuffled = list(answers)
    chance.shuffle(shuffled)
    assert instrument.score(shuffled) == instrument.score(answers)


@given(complete_forms(), st.data())
def test_a_worse_answer_never_lowers_the_total(form, data):
    instrument, answers = form
    place = data.draw(st.integers(0, len(answers) - 1))
    worse = list(answers)
    worse[place] = data.draw(st.integers(answers[place], instrument.answer_maximum))
    assert instrument.score(worse).total >= instrument.score(answers).total


@pytest.mark.parametrize("answer", [True, False, 1.0, 2.5, "2", "", [1], nan])
def test_an_answer_that_is_not_a_whole_number_is_refused_with_its_item(answer):
    with pytest.raises(ValueError, match="gad7 item 3 takes a whole number from 0 to 3, got ") as refusal:
        get("gad7").score([0, 0, answer, 0, 0, 0, 0])
    assert repr(answer) in str(refusal.value)


@pytest.mark.parametrize(
    ("slug", "answers", "message"),
    [
        ("gad7", [0, 0, 4, 0, 0, 0, 0], "gad7 item 3 takes a whole number from 0 to 3, got 4"),
        ("gad7", [-1, 0, 0, 0, 0, 0, 0], "gad7 item 1 takes a whole number from 0 to 3, got -1"),
        ("pgic", [0], "pgic item 1 takes a whole number from 1 to 7, got 0"),
        ("now4", "0123", "now4 item 1 takes a whole number from 0 to 4, got '0'"),
    ],
)
def test_an_answer_out_of_range_is_refused_with_its_item(slug, answers, message):
    with pytest.raises(ValueError, match=r"got") as refusal:
        get(slug).score(answers)
    assert str(refusal.value) == message


@pytest.mark.parametrize("count", [0, 6, 8])
def test_a_wrong_number_of_answers_is_refused(count):
    with pytest.raises(ValueError, match=r"got") as refusal:
        get("gad7").score([1] * count)
    assert str(refusal.value) == f"gad7 takes one answer per item (7, None where unanswered), got {count}"


@pytest.mark.parametrize("total", [11, -1, 3.5, nan, inf, -inf, True, "7", None, Decimal(7)])
def test_a_total_the_instrument_cannot_have_is_refused(total):
    with pytest.raises(ValueError, match=r"got") as refusal:
        get("nrs-anxiety").check_total(total)
    assert str(refusal.value) == f"nrs-anxiety totals are whole numbers from 0 to 10, got {total!r}"


@pytest.mark.parametrize("total", [0, 7, 10, 7.0])
def test_a_whole_total_within_the_range_is_accepted(total):
    get("nrs-anxiety").check_total(total)


def test_a_total_below_the_lowest_answer_of_each_item_is_refused():
    with pytest.raises(ValueError, match="pgic totals are whole numbers from 1 to 7, got 0"):
        get("pgic").check_total(0)


@pytest.mark.parametrize(
    ("slug", "total", "label"),
    [
        ("gad7", 0, "minimal"),
        ("gad7", 4, "minimal"),
        ("gad7", 5, "mild"),
        ("gad7", 9, "mild"),
        ("gad7", 10, "moderate"),
        ("gad7", 14, "moderate"),
        ("gad7", 15, "severe"),
        ("gad7", 21, "severe"),
        *[("phq9", total, label) for total, label in [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate")]],
        *[("phq9", total, label) for total, label in [(14, "moderate"), (15, "moderately severe")]],
        *[("phq9", total, label) for total, label in [(19, "moderately severe"), (20, "severe"), (27, "severe")]],
        ("phq8", 24, "severe"),
    ],
)
def test_a_total_falls_into_the_published_band(slug, total, label):
    assert get(slug).band(total).label == label


@pytest.mark.parametrize("instrument", BANDED, ids=lambda instrument: instrument.slug)
def test_every_possible_total_of_a_banded_instrument_lies_in_exactly_one_band(instrument):
    for total in range(instrument.total_minimum, instrument.total_maximum + 1):
        holding = [band for band in instrument.bands if band.minimum <= total <= band.maximum]
        assert [instrument.band(total)] == holding


@pytest.mark.parametrize("slug", ["nrs-anxiety", "now4", "pcl5", "social", "pgic"])
def test_an_instrument_without_published_bands_has_none(slug):
    instrument = get(slug)
    assert instrument.bands == ()
    assert instrument.band(instrument.total_maximum) is None


@pytest.mark.parametrize("total", [22, -1, 9.5])
def test_an_impossible_total_has_no_band_but_an_error(total):
    with pytest.raises(ValueError, match="gad7 totals are whole numbers from 0 to 21"):
        get("gad7").band(total)
