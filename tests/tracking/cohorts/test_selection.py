"""A selection is read from texts, written back as the same ones, and told in words."""

from datetime import date
from decimal import Decimal

import pytest

from backend.tracking.cohorts import Selection, selection_from
from backend.tracking.services.refusals import Refused

EVERYTHING = {
    "route": "iv",
    "drug": "either",
    "indication": "sad",
    "instrument": "now4",
    "rule_set": "R30F-L30",
    "unit": "course",
    "from": "2026-01-01",
    "to": "2026-03-31",
    "protocol": "hourly",
    "dose_from": "0.5",
    "dose_to": "1.25",
    "number": "2",
    "previous": "2+",
}


def test_what_is_read_is_written_back():
    assert selection_from(EVERYTHING).as_params() == EVERYTHING
    assert selection_from({}).as_params() == {}
    assert selection_from({"instrument": "nrs-anxiety", "number": "1"}) == Selection()


def test_a_dose_is_a_number_of_mg_per_kg():
    assert selection_from({"dose_from": "0.5"}).dose_from == Decimal("0.5")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("protocol", "daily"),
        ("drug", "both"),
        ("dose_from", "-1"),
        ("dose_from", "0,5"),
        ("dose_to", "1e3"),
        ("dose_to", "0.123"),
        ("number", "0"),
        ("number", "100"),
        ("number", "²"),
        ("previous", "3"),
        ("to", "1899-01-01"),
    ],
)
def test_what_makes_no_sense_names_its_parameter(name, given):
    with pytest.raises(Refused) as refused:
        selection_from({name: given})
    assert refused.value.field == name


@pytest.mark.parametrize(
    ("params", "field"),
    [({"from": "2026-02-02", "to": "2026-02-01"}, "to"), ({"dose_from": "1", "dose_to": "0.9"}, "dose_to")],
)
def test_what_ends_before_it_begins_is_refused(params, field):
    with pytest.raises(Refused) as refused:
        selection_from(params)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fields", "depends"),
    [
        ({}, set()),
        ({"route": "iv", "protocol": "weekly", "unit": "course"}, set()),
        ({"since": date(2026, 3, 1), "until": date(2026, 3, 31)}, set()),
        ({"since": date(2026, 3, 2)}, {"treatments"}),
        ({"until": date(2026, 3, 30)}, {"treatments"}),
        ({"dose_to": Decimal(1)}, {"treatments"}),
        ({"number": 2}, {"treatments"}),
        ({"previous": "none"}, {"previous"}),
    ],
)
def test_whole_months_and_kinds_are_stored(fields, depends):
    assert Selection(**fields).depends == depends
    assert Selection(**fields).is_stored is not bool(depends)


def test_a_label_says_who_was_chosen():
    assert Selection().in_words() == "All"
    words = selection_from(EVERYTHING | {"from": "", "to": ""}).in_words()
    assert words == (
        "ketamine or esketamine, IV infusion, social anxiety (SAD), course 2, 0.5 to 1.25 mg/kg, "
        "two or more failed treatments listed, asked in the first hours"
    )
    assert Selection(since=date(2026, 1, 2), dose_from=Decimal(1)).in_words() == "from 1 mg/kg, from 2026-01-02"
