"""Notes about a patient: written and read by those who treat there, and by nobody else."""

from uuid import uuid4

import pytest
from django.urls import reverse

from backend.tracking.models import Note
from tests import make
from tests.web.make import fields_of


def said(response):
    return " ".join(response.content.decode().split())


def notes_of(patient):
    return reverse("notes", args=[patient.pk])


def draft(text="Slept badly.", **fields):
    return {"client_uuid": str(uuid4()), "text": text, "treatment": ""} | fields


@pytest.fixture
def treatment(treated):
    return treated(hours_ago=30, dose_mg=40)


def test_a_note_is_kept_with_its_writer_and_what_it_is_about(at_desk, patient, treatment):
    response = at_desk.post(notes_of(patient), draft(treatment=str(treatment.pk)))
    assert response.headers["Location"] == f"/patients/{patient.pk}/?treatment={treatment.pk}#notes"
    page = said(at_desk.get(notes_of(patient)))
    assert "Slept badly." in page
    assert "Clara Clinician · ketamine 40 mg" in page


def test_an_empty_note_is_asked_for_again(at_desk, patient):
    response = at_desk.post(notes_of(patient), draft(" "))
    assert response.status_code == 200
    assert "Write something first." in said(response)
    assert not Note.objects.exists()


def test_a_double_tap_keeps_one_and_another_text_under_its_key_is_not_lost(at_desk, patient):
    sent = draft()
    for _ in range(2):
        assert at_desk.post(notes_of(patient), sent).status_code == 302
    response = at_desk.post(notes_of(patient), sent | {"text": "Slept well."})
    assert response.status_code == 409
    assert "Slept well.</textarea>" in said(response)
    assert at_desk.post(notes_of(patient), sent | {"text": "Slept well."} | fields_of(response)).status_code == 302
    assert sorted(one.text for one in Note.objects.all()) == ["Slept badly.", "Slept well."]


def test_a_note_that_is_too_long_is_refused_whole_and_never_cut(at_desk, patient):
    assert "maxlength" not in said(at_desk.get(notes_of(patient)))
    long = "a" * 6_000
    response = at_desk.post(notes_of(patient), draft(long))
    assert "Ensure this value has at most 5000 characters" in said(response)
    assert long in said(response)
    assert not Note.objects.exists()


def test_somebody_elses_treatment_cannot_be_chosen(at_desk, patient, stranger, clinician):
    other = make.treatment(of=stranger, by=clinician)
    response = at_desk.post(notes_of(patient), draft(treatment=str(other.pk)))
    assert response.status_code == 200
    assert not Note.objects.exists()


def test_markup_in_a_note_is_text(at_desk, patient, clinician):
    make.note(of=patient, by=clinician, text="<b>bold</b>\n\nnext")
    page = said(at_desk.get(notes_of(patient)))
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold</b>" not in page


def test_the_patients_page_shows_the_last_notes_and_the_way_to_all(at_desk, patient, treatment, clinician):
    for number in range(7):
        make.note(of=patient, by=clinician, text=f"Note {number}.")
    page = said(at_desk.get(f"/patients/{patient.pk}/"))
    assert [f"Note {number}." in page for number in range(7)] == [False, False, *[True] * 5]
    assert f'href="{notes_of(patient)}"' in page


def test_researchers_and_the_patient_see_no_note(client, clinic, patient, treatment, clinician):
    make.note(of=patient, by=clinician)
    client.force_login(make.member(at=clinic, role="researcher"))
    assert "Came with his sister." not in said(client.get(f"/patients/{patient.pk}/"))
    assert client.get(notes_of(patient)).status_code == 404
    assert client.post(notes_of(patient), draft()).status_code == 404
    client.force_login(patient.person)
    assert client.get(notes_of(patient)).status_code == 404
    assert Note.objects.count() == 1


def test_few_statements_however_many_notes(at_desk, patient, treatment, clinician, django_assert_max_num_queries):
    for number in range(20):
        make.note(of=patient, by=clinician, text=f"Note {number}.", treatment=treatment)
    at_desk.get(notes_of(patient))
    with django_assert_max_num_queries(12):
        at_desk.get(notes_of(patient))
