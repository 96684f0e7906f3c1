"""Who was taken off the staff, or signed out, while they typed gets their text back; nothing is stored or told."""

import pytest

from backend.accounts.models import AuditEntry
from backend.accounts.services import staff
from backend.tracking.models import Treatment
from tests import make

TYPED = {
    "csrfmiddlewaretoken": "nobody-sees-this",
    "client_uuid": "nor-this",
    "version": "nor-a-version",
    "password": "never-this",
    "reason": "The pump stood still for ten minutes, so the start moved.\nWritten by hand first.",
    "started_at": "2026-03-02T10:05",
}


@pytest.fixture
def address(patient, clinician):
    treatment = make.treatment(of=patient, by=clinician)
    return f"/patients/{patient.pk}/treatments/{treatment.pk}/start/"


@pytest.fixture
def removed(client, clinician, owner, address):
    """The browser of somebody whose work ended while a form was open."""
    client.force_login(clinician)
    staff.end_membership(actor=owner, membership=clinician.memberships.get())
    return client


def test_what_was_typed_is_given_back_and_nothing_is_stored(removed, address):
    before = AuditEntry.objects.count(), list(Treatment.objects.values())
    response = removed.post(address, TYPED)
    assert response.status_code == 409
    page = response.content.decode()
    assert "You no longer work here" in page
    assert TYPED["reason"] in page
    assert "2026-03-02T10:05" in page
    for hidden in ("nobody-sees-this", "nor-this", "nor-a-version", "never-this"):
        assert hidden not in page
    assert "no-store" in response.headers["Cache-Control"]
    assert (AuditEntry.objects.count(), list(Treatment.objects.values())) == before


def test_what_was_typed_is_text_and_never_markup(removed, address):
    assert b"<script>alert" not in removed.post(address, {"reason": "<script>alert(1)</script>"}).content


def test_the_answer_does_not_tell_what_is_there(removed, address):
    there = removed.post(address, TYPED)
    nowhere = removed.post("/patients/999999/treatments/999999/start/", TYPED)
    assert nowhere.status_code == there.status_code == 409
    assert _without_tokens(there) == _without_tokens(nowhere)


def test_reading_stays_as_if_nothing_were_there(removed, address):
    assert removed.get(address).status_code == 404
    assert removed.get("/patients/").status_code == 404


def test_who_never_worked_anywhere_gets_nothing(client, patient, address):
    client.force_login(patient.person)
    assert client.post(address, TYPED).status_code == 404


def test_who_still_works_elsewhere_gets_their_text_back_too(removed, clinician, owner, address):
    staff.add_member(actor=None, clinic=make.clinic(), person=clinician, role="clinician")
    response = removed.post(address, TYPED)
    assert response.status_code == 409
    assert "your role may have changed" in response.content.decode()
    assert TYPED["reason"] in response.content.decode()


def test_a_clinician_who_became_a_researcher_gets_their_text_back(client, clinic, clinician, owner, address):
    client.force_login(clinician)
    staff.add_member(actor=owner, clinic=clinic, person=clinician, role="researcher")
    response = client.post(address, TYPED)
    assert response.status_code == 409
    assert TYPED["reason"] in response.content.decode()


def test_who_was_signed_out_while_typing_gets_their_text_back_and_a_way_in(client, clinician, patient, address):
    client.force_login(clinician)
    client.logout()
    response = client.post(address, TYPED)
    assert response.status_code == 409
    page = response.content.decode()
    assert "You were signed out" in page
    assert TYPED["reason"] in page
    assert "nobody-sees-this" not in page
    assert f"/account/login/?next={address}" in page
    assert "no-store" in response.headers["Cache-Control"]
    assert not AuditEntry.objects.filter(action="treatment.changed").exists()
    nowhere = client.post("/patients/999999/treatments/999999/start/", TYPED)
    assert nowhere.status_code == 409


def test_who_typed_nothing_is_led_to_the_sign_in(client, address):
    response = client.post(address, {"csrfmiddlewaretoken": "x", "version": "1"})
    assert response.url == f"/account/login/?next={address}"


def _without_tokens(response):
    return [
        line
        for line in response.content.decode().splitlines()
        if "csrfmiddlewaretoken" not in line and 'name="next"' not in line
    ]
