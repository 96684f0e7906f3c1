"""The table of help numbers: a wrong number can cost a life, so nothing in it goes unlooked at."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings

from backend.accounts.care import countries, help_for

REVIEWED_WITHIN = timedelta(days=365)
WHERE_IT_IS_SPOKEN = {
    "en": {"US", "CA", "GB", "IE", "AU", "NZ", "IN", "ZA"},
    "es": {"ES", "MX", "AR", "CO", "CL", "PE"},
}
ROWS = [help_for(code) for code in countries()]


def numbers(row):
    return [row.emergency, *(line.number for line in row.lines)]


def test_988_is_of_the_united_states_and_canada_alone():
    assert {row.country for row in ROWS if "988" in numbers(row)} == {"US", "CA"}


def test_the_main_countries_of_every_language_have_a_row():
    assert set(WHERE_IT_IS_SPOKEN) == {code for code, _ in settings.LANGUAGES}
    for spoken in WHERE_IT_IS_SPOKEN.values():
        assert spoken <= set(countries())


@pytest.mark.parametrize("row", ROWS, ids=countries())
def test_a_row_was_checked_within_the_last_twelve_months(row):
    assert date.today() - REVIEWED_WITHIN <= row.checked_on <= date.today(), "read its sources again, then set the day"  # noqa: DTZ011 - a day either way is no matter


@pytest.mark.parametrize("row", ROWS, ids=countries())
def test_every_number_can_be_dialled_and_says_where_it_was_read(row):
    assert re.fullmatch("[A-Z]{2}", row.country)
    assert row.emergency == "" or re.fullmatch(r"\d{3}", row.emergency)
    assert bool(row.emergency) == bool(row.emergency_source)
    for line in row.lines:
        assert line.name
        assert re.fullmatch(r"\*?\d[\d -]*", line.number)
        assert re.fullmatch(r"\*?\d{3,12}", line.dial)
        assert (line.opens == "") == (line.closes == "")
    assert row.sources
    assert all(re.match(r"https?://[\w.-]+\.[a-z]+[:/]", address) for address in row.sources)


@pytest.mark.parametrize("code", ["", "XX", "ZZ", "england"])
def test_for_a_country_without_a_row_there_is_no_number_to_get_wrong(code):
    unknown = help_for(code)
    assert (unknown.emergency, unknown.lines, unknown.country) == ("", (), "")


def test_a_country_is_found_however_its_code_is_written():
    assert help_for("gb") == help_for("GB")
    assert help_for("GB").emergency == "999"
