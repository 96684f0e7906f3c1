"""What must hold between the fields of an instrument file."""

from pathlib import Path

import pytest

from backend.instruments import read

HERE = Path(__file__).parent
PANIC = (HERE / "panic-week.toml").read_text(encoding="utf-8")
DIZZY = (HERE / "dizzy.toml").read_text(encoding="utf-8")


def refusal(text, old, new):
    assert text.count(old) == 1, old
    with pytest.raises(ValueError, match=r".") as refused:
        read(text.replace(old, new))
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version = 1", "version = 0", "version is 0, expected 1 or more"),
        ("recall_hours = 168", "recall_hours = -1", "recall_hours is -1, expected 0 (right now) or more"),
        ("[-168, 0]", "[-168, 1]", "baseline_window_hours is [-168, 1], expected an end not after "),
        ("[0, 4]", "[-1, 3]", "answer_range is [-1, 3], expected a range from 0, since the role is outcome"),
        ('4 = "Extremely"', '4 = "Much"\n5 = "More"', "a key of anchors is 5, expected an answer from 0 to 4"),
        (
            '4 = "Extremely"',
            '3 = "Very"',
            "anchors is {0: 'Not at all', 3: 'Very'}, expected labels for both ends, 0 and 4",
        ),
        ("value = 5", "value = 13", "minimum_baseline.value is 13, expected a number above 0 and up to 12"),
        ("value = 5", "value = 0", "minimum_baseline.value is 0, expected a number above 0 and up to 12"),
        ("value = 2.5", "value = 12.5", "reliable_change.value is 12.5, expected a number above 0 and up to 12"),
        ("value = 2\n", "value = 3\n", "prorate_from.value is 3, expected a number above 0 and up to 2"),
    ],
)
def test_a_number_outside_its_range_is_refused(old, new, message):
    assert refusal(PANIC, old, new).startswith(f"panic-week: {message}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("minimum = 4,", "minimum = 5,", "bands.ranges[2].minimum is 5, expected 4: bands start at the lowest total"),
        ("minimum = 4,", "minimum = 3,", "bands.ranges[2].minimum is 3, expected 4: bands start at the lowest total"),
        ("minimum = 0,", "minimum = 1,", "bands.ranges[1].minimum is 1, expected 0: bands start at the lowest total"),
        ("maximum = 12,", "maximum = 13,", "bands.ranges[3].maximum is 13, expected a total from 9 to 12"),
        ("maximum = 8,", "maximum = 2,", "bands.ranges[2].maximum is 2, expected a total from 4 to 12"),
        ("maximum = 12,", "maximum = 11,", "bands.ranges[3].maximum is 11, expected 12: the last band ends at the "),
    ],
    ids=["gap", "overlap", "late start", "beyond the range", "wrong way round", "early end"],
)
def test_bands_that_do_not_tile_the_range_are_refused(old, new, message):
    assert refusal(PANIC, old, new).startswith(f"panic-week: {message}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'value = 2.5\nsource = "Smith 2020"',
            'value = 2.5\nsource = "Doe 2021"',
            "reliable_change.source is 'Doe 2021'",
        ),
        ('[bands]\nsource = "Smith 2020"', '[bands]\nsource = "Doe 2021"', "bands.source is 'Doe 2021'"),
        ('"[design] one of three may be left out"', '"[design] "', "prorate_from.source is '[design] '"),
        (
            '"[design] one of three may be left out"',
            '"one may be left out"',
            "prorate_from.source is 'one may be left out'",
        ),
    ],
)
def test_a_number_needs_a_listed_citation_or_a_reason_marked_as_design(old, new, message):
    expected = "expected a citation listed under sources, or [design] and the reason"
    assert refusal(PANIC, old, new) == f"panic-week: {message}, {expected}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (', "69733-4"]', "]", "loinc.items is ['69725-0', '68509-9'], expected 3 codes, one per item"),
        (', "LA6569-3", "LA6570-1", "LA6571-9", "LA6572-7"]', "]", "loinc.answers is ['LA6568-5'], expected 5 codes"),
        ('panel = "69737-5"', 'panel = "GAD-7"', "a code of loinc is 'GAD-7', expected a LOINC term such as 70274-6"),
        ('"LA6572-7"', '"6572-7"', "a code of loinc.answers is '6572-7', expected a LOINC answer such as LA6568-5"),
    ],
)
def test_loinc_codes_fit_the_items_and_answers(old, new, message):
    assert refusal(PANIC, old, new).startswith(f"panic-week: {message}")


def test_an_outcome_needs_a_baseline_window():
    message = "panic-week: baseline_window_hours is missing, expected since the role is outcome"
    assert refusal(PANIC, "baseline_window_hours = [-168, 0]", "") == message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"flag"', '"change"', "flag_from is 5, expected to be left out, since the role is change"),
        (
            "recall_hours = 0",
            "recall_hours = 0\nbaseline_window_hours = [-24, 0]",
            "baseline_window_hours is (-24, 0), expected to be left out, since the role is flag",
        ),
    ],
)
def test_a_field_that_belongs_to_another_role_is_refused(old, new, message):
    assert refusal(DIZZY, old, new) == f"dizzy: {message}"


def test_a_flag_needs_the_rating_it_is_raised_from():
    line = 'flag_from = { value = 5, source = "[design] the middle of the scale" }'
    assert refusal(DIZZY, line, "") == "dizzy: flag_from is missing, expected since the role is flag"
