"""An instrument file of a clinic's own: read without new code, or refused for what is missing or of the wrong type."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.instruments import Score, read, read_folder

HERE = Path(__file__).parent
PANIC = (HERE / "panic-week.toml").read_text(encoding="utf-8")
DIZZY = (HERE / "dizzy.toml").read_text(encoding="utf-8")


def refusal(old, new):
    assert PANIC.count(old) == 1, old
    with pytest.raises(ValueError, match=r".") as refused:
        read(PANIC.replace(old, new))
    return str(refused.value)


def test_a_new_file_becomes_an_instrument_without_new_code():
    panic = read(PANIC)
    assert (panic.slug, panic.total_minimum, panic.total_maximum) == ("panic-week", 0, 12)
    assert panic.baseline_window_hours == (-168, 0)
    assert (panic.minimum_baseline, panic.reliable_change, panic.mcid, panic.flag_from) == (5, 2.5, None, None)
    assert panic.basis["reliable_change"] == "Smith 2020"
    assert panic.score([4, 4, None]) == Score(total=None, answered=2, prorated=12.0)
    assert panic.band(8).label == "moderate"
    assert panic.items[2].loinc == "69733-4"
    assert panic.loinc.total is None
    assert panic.loinc.answers[4] == "LA6572-7"


def test_a_flag_needs_neither_baseline_nor_sources():
    dizzy = read(DIZZY)
    assert (dizzy.role, dizzy.flag_from, dizzy.baseline_window_hours) == ("flag", 5, None)
    assert (dizzy.bands, dizzy.loinc, dict(dizzy.sources)) == ((), None, {})


def test_a_folder_is_read_in_the_order_its_files_state():
    assert [instrument.slug for instrument in read_folder(HERE)] == ["panic-week", "dizzy"]


def test_a_file_named_otherwise_than_its_slug_is_refused(tmp_path):
    (tmp_path / "panic.toml").write_text(PANIC, encoding="utf-8")
    with pytest.raises(ValueError, match=r"panic-week: file name is 'panic\.toml', expected panic-week\.toml"):
        read_folder(tmp_path)


def test_a_file_that_is_not_toml_is_named(tmp_path):
    (tmp_path / "panic-week.toml").write_text("slug = ", encoding="utf-8")
    with pytest.raises(ValueError, match=r"panic-week\.toml: instrument file: not TOML, "):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('slug = "panic-week"', "instrument file: slug is missing, expected some text"),
        ("version = 1", "panic-week: version is missing, expected a whole number"),
        ('licence = "Own wording; free to use."', "panic-week: licence is missing, expected some text"),
        ("answer_range = [0, 4]", "panic-week: answer_range is missing, expected two whole numbers, the lower first"),
        (
            'source = "[design] one of three may be left out"',
            "panic-week: prorate_from.source is missing, expected some text",
        ),
    ],
)
def test_a_missing_field_is_refused_by_name(line, message):
    assert refusal(line, "") == message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('licence = "Own wording; free to use."', 'licence = " "', "licence is ' ', expected some text"),
        ("version = 1", "version = true", "version is True, expected a whole number"),
        ("version = 1", "version = 1.0", "version is 1.0, expected a whole number"),
        ('role = "outcome"', 'role = "result"', "role is 'result', expected one of outcome, flag, change"),
        ('role = "outcome"', "role = []", "role is [], expected one of outcome, flag, change"),
        ("recall_hours = 168", 'recall_hours = "a week"', "recall_hours is 'a week', expected a number"),
        ("recall_hours = 168", "recall_hours = inf", "recall_hours is inf, expected a number"),
        (
            'items = ["Sudden fear", ',
            'items = ["", ',
            "items is ['', 'Fear of the next attack', 'Staying away from places'], ",
        ),
        ("[0, 4]", "[4, 0]", "answer_range is [4, 0], expected two whole numbers, the lower first"),
        ("[0, 4]", "[false, true]", "answer_range is [False, True], expected two whole numbers, the lower first"),
        ("[-168, 0]", "[-168]", "baseline_window_hours is [-168], expected two numbers, the lower first"),
        ('4 = "Extremely"', "4 = 4", "anchors.4 is 4, expected some text"),
        ('4 = "Extremely"', 'most = "Extremely"', "a key of anchors is 'most', expected a whole number"),
        ('4 = "Extremely"', '4 = "Extremely"\n04 = "Very"', "a key of anchors is '04', expected a whole number"),
        ("value = 5", "value = nan", "minimum_baseline.value is nan, expected a number"),
        ("value = 2\n", "value = 2.0\n", "prorate_from.value is 2.0, expected a whole number"),
        ("maximum = 3,", "maximum = true,", "bands.ranges[1].maximum is True, expected a whole number"),
    ],
)
def test_a_field_of_the_wrong_type_is_refused_with_what_was_found_and_expected(old, new, message):
    assert refusal(old, new).startswith(f"panic-week: {message}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("order = 200", 'order = 200\ncolour = "red"', "colour is unknown, expected only slug, version, order, "),
        ("value = 5", "value = 5\nunit = 1", "minimum_baseline.unit is unknown, expected only value, source"),
        (
            "maximum = 3,",
            "maximum = 3, colour = 1,",
            "bands.ranges[1].colour is unknown, expected only minimum, maximum, ",
        ),
    ],
)
def test_an_unknown_field_is_refused_with_the_known_ones(old, new, message):
    assert refusal(old, new).startswith(f"panic-week: {message}")


def test_a_slug_that_cannot_stand_in_an_address_is_refused():
    expected = "lower-case letters and digits, joined by single hyphens"
    assert refusal('"panic-week"', '"Panic Week"') == f"instrument file: slug is 'Panic Week', expected {expected}"


@given(st.lists(st.integers(1, 12), unique=True, max_size=11).map(sorted))
def test_bands_read_from_a_file_tile_the_range_wherever_they_are_cut(cuts):
    edges = [0, *cuts, 13]
    rows = [f'{{ minimum = {low}, maximum = {high - 1}, label = "{low}" }}' for low, high in pairwise(edges)]
    start, end = PANIC.index("ranges = ["), PANIC.index("[loinc]")
    panic = read(f"{PANIC[:start]}ranges = [{', '.join(rows)}]\n{PANIC[end:]}")
    for total in range(13):
        assert panic.band(total).label == str(max(edge for edge in edges if edge <= total))


@given(st.dictionaries(st.sampled_from(["slug", "version", "items", "anchors", "bands"]), st.integers()))
def test_a_file_of_numbers_is_refused_whatever_they_are(fields):
    with pytest.raises(ValueError, match="expected"):
        read("\n".join(f"{key} = {number}" for key, number in fields.items()))
