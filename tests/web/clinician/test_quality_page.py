"""Data quality: the page and its file tell the same numbers, each with what it is a part of."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.tracking.quality import Chosen, occasions
from tests import make


def said(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def page(clinic):
    return f"/clinics/{clinic.pk}/quality/"


@pytest.fixture
def rated(patient, clinician):
    treatment = make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(hours=6))
    make.ratings(of=treatment, scores={-1: 8, 1: 5, 2: 4})
    make.skip(of=treatment.check_ins.get(name="+3 h"), reason="too_sleepy")
    return treatment


def test_it_tells_what_became_of_each_check_in(at_desk, page, rated):
    shown = said(at_desk.get(page))
    line = shown.split('<th scope="row">+3 h</th>')[1].split("</tr>")[0]
    assert '<data value="0.0">0 %</data>' in line
    assert "0 of 1" in line
    assert "<li>1 too sleepy</li>" in line
    whole = shown.split("<tfoot>")[1]
    assert '<data value="0.5">50 %</data>' in whole
    assert "3 of 6" in whole


def test_the_file_tells_the_same(at_desk, page, rated, clinic):
    response = at_desk.get(page.removesuffix("quality/") + "quality.csv?route=iv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="check-ins.csv"'
    lines = list(csv.DictReader(io.StringIO(response.content.decode())))
    found = occasions(Chosen(clinic), timezone.now())
    assert [(one["check_in"], int(one["due"]), int(one["answered"])) for one in lines] == [
        (one.name, one.due, one.answers) for one in found
    ]
    third = next(one for one in lines if one["check_in"] == "+3 h")
    assert (third["nominal_hours"], third["skipped_too_sleepy"], third["missed"]) == ("3", "1", "0")
    for one in lines:
        counts = {name: int(count) for name, count in one.items() if name not in {"check_in", "nominal_hours"}}
        assert counts["due"] == counts["answered"] + counts["skipped"] + counts["missed"]
        assert counts["answered"] == sum(counts[f"answered_{how}"] for how in ("live", "late", "offline", "suspect"))


def test_nothing_to_count_is_said_and_the_filters_stay(at_desk, page, rated):
    shown = said(at_desk.get(page, {"route": "im"}))
    assert "n = 0" in shown
    assert '<option value="im" selected>' in shown


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"since": "yesterday"}, "Enter a valid date"),
        ({"until": "9999-12-31"}, "Write a day such as"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "before the first day"),
        ({"route": "by-owl"}, "Select a valid choice"),
    ],
)
def test_nonsense_is_said_beside_the_field(at_desk, page, asked, complaint):
    response = at_desk.get(page, asked)
    assert response.status_code == 400
    assert complaint in said(response)
    assert at_desk.get(page.removesuffix("quality/") + "quality.csv", asked).status_code == 400


def test_what_the_clinic_leaves_out_is_said(at_desk, page, clinic, rated):
    clinic.left_out_instruments = ["gad7"]
    clinic.save()
    assert "Not asked at this clinic</dt><dd>GAD-7" in said(at_desk.get(page))


def test_researchers_read_it_and_other_clinics_do_not(client, clinic, page, rated, other_clinic):
    client.force_login(make.member(at=clinic, role="researcher"))
    assert client.get(page).status_code == 200
    client.force_login(other_clinic)
    assert client.get(page).status_code == 404


def test_the_page_asks_little(at_desk, page, rated, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        at_desk.get(page)
