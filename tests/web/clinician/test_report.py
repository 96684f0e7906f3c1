"""The report: the same numbers as the page, made to be printed, and a PDF where the server can make one."""

import re
from datetime import timedelta
from importlib.util import find_spec
from uuid import uuid4

import pytest

from backend.tracking.services.notes import Draft, write_note
from backend.web.clinician.patient import report as module
from tests import make

NO_MAKER = "WeasyPrint is not installed; requirements-pdf.txt has it"


@pytest.fixture
def rated(patient, clinician, now):
    """Two treatments of the patient, the second after symptoms had returned."""
    for days_ago, because in ((60, ""), (20, "symptoms_returned")):
        start = now - timedelta(days=days_ago)
        details = {"dose_mg": 40, "weight_kg": 80, "lot": "A17", "redose_reason": because}
        treatment = make.treatment(of=patient, by=clinician, started_at=start, **details)
        make.ratings(of=treatment, scores={-1: 8, 1: 6, 2: 3, 3: 3, 168: 3}, by=clinician)
    return treatment


def said(client, patient, path="report/"):
    response = client.get(f"/patients/{patient.pk}/{path}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def numbers(page):
    return re.findall(r'<data value="([^"]*)" data-of="([^"]*)">([^<]*)</data>', page)


@pytest.mark.parametrize("query", ["", "?loss=E2&rule_set=R30F-L30", "?sessions=course", "?flagged=0"])
def test_the_report_says_the_same_numbers_as_the_page(at_desk, patient, rated, query):
    assert numbers(said(at_desk, patient, f"report/{query}")) == numbers(said(at_desk, patient, query)) != []


def test_the_report_says_what_was_given_and_what_it_rests_on(at_desk, patient, rated):
    page = said(at_desk, patient)
    for words in (
        f"Report on {patient.code}",
        "ketamine 40 mg, IV infusion",
        "0.5 mg/kg",
        "lot A17",
        "symptoms returned",
        "Treatments beside each other",
        "is not proof that the drug caused it",
        "algorithm version",
        "Check-ins without an answer",
        "by Clara Clinician",
    ):
        assert words in page, words


def test_the_report_names_the_patient_by_code_alone(at_desk, patient, rated):
    patient.person.name = "Paula Private"
    patient.person.save()
    assert "Paula Private" in said(at_desk, patient, "")
    assert "Paula Private" not in said(at_desk, patient)


def test_notes_can_be_left_out_and_are_for_those_who_treat(client, at_desk, clinic, patient, clinician, rated):
    write_note(actor=clinician, patient=patient, draft=Draft(uuid4(), "Slept badly."))
    assert "Slept badly." in said(at_desk, patient)
    assert "Slept badly." not in said(at_desk, patient, "report/?notes=0")
    client.force_login(make.member(at=clinic, role="researcher"))
    assert "Slept badly." not in said(client, patient)


def test_the_picture_on_paper_needs_no_stylesheet(at_desk, patient, rated):
    picture = re.search(r"<svg.*?</svg>", said(at_desk, patient))[0]
    assert "<style" not in picture
    assert "var(" not in picture
    assert 'stroke="#' in picture


@pytest.mark.parametrize("started", [True, False])
def test_a_patient_without_an_outcome_has_a_report_too(at_desk, patient, clinician, now, started):
    if started:
        make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=3))
    assert "Report on" in said(at_desk, patient)


def test_a_planned_treatment_has_a_report_without_an_outcome(at_desk, patient, clinician, now):
    make.treatment(of=patient, by=clinician, state="planned", planned_at=now + timedelta(days=3))
    assert "It has not started, so there is no outcome yet." in said(at_desk, patient)


# The file


def test_without_the_maker_the_answer_says_so_and_where_the_report_is(at_desk, patient, rated, monkeypatch):
    monkeypatch.setattr(module, "PDF_MAKER", "a_package_that_nobody_has")
    response = at_desk.get(f"/patients/{patient.pk}/report.pdf?rule_set=R30F-L30")
    assert response.status_code == 501
    page = response.content.decode()
    assert "This server makes no PDF files" in page
    assert f"/patients/{patient.pk}/report/?rule_set=R30F-L30" in page
    assert "Download as PDF" not in said(at_desk, patient)


@pytest.mark.skipif(find_spec("weasyprint") is None, reason=NO_MAKER)
@pytest.mark.parametrize("query", ["", "?sessions=overlaid", "?sessions=all"])
def test_with_the_maker_the_report_is_a_pdf(at_desk, patient, rated, query, caplog):
    assert "Download as PDF" in said(at_desk, patient)
    response = at_desk.get(f"/patients/{patient.pk}/report.pdf{query}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert [one.getMessage() for one in caplog.records if one.name == "weasyprint"] == []


def test_the_maker_mayfetch_nothing():
    with pytest.raises(ValueError, match="expected nothing from outside"):
        module.fetch_nothing("file:///etc/passwd", timeout=10)
