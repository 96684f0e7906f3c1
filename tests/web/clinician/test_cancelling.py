"""Cancelling a treatment, with or without the rest of its course; why stays in sight, and it can be taken back."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.accounts.models import AuditEntry
from backend.tracking.models import Treatment
from backend.tracking.services.treating.courses import every_days, plan_course
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

DETAILS = {"drug": "ketamine", "route": "iv", "dose_mg": 40, "indication": "gad"}


def said(response):
    return " ".join(response.content.decode().split())


def page_of(treatment):
    return f"/patients/{treatment.patient_id}/treatments/{treatment.pk}/cancel/"


@pytest.fixture
def course(patient, clinician, now):
    moments = every_days(now + timedelta(days=1), ZoneInfo("Europe/London"), count=3, days=3)
    return plan_course(actor=clinician, patient=patient, details=DETAILS, moments=moments)


def states():
    return [one.state for one in Treatment.objects.order_by("planned_at")]


def test_one_is_cancelled_and_why_stands_on_the_patients_page(at_desk, course, clinician):
    sent = {"version": "1", "reason": "Ill with a cold."}
    response = at_desk.post(page_of(course[0]), sent, follow=True)
    assert states() == ["cancelled", "planned", "planned"]
    assert "1 treatment is cancelled." in said(response)
    assert f"Cancelled by {clinician.name}" in said(response)
    assert "Ill with a cold." in said(response)


def test_the_rest_of_the_course_is_cancelled_with_it_when_ticked(at_desk, course):
    assert "Cancel also the 2 that are planned to follow in this course" in said(at_desk.get(page_of(course[0])))
    at_desk.post(page_of(course[0]), {"version": "1", "reason": "Moved away.", "and_the_rest": "on"})
    assert states() == ["cancelled"] * 3


def test_without_a_reason_it_is_asked_for(at_desk, course):
    response = at_desk.post(page_of(course[0]), {"version": "1", "reason": " "})
    assert "This field is required." in said(response)
    assert states() == ["planned"] * 3


def test_what_somebody_changed_meanwhile_is_not_cancelled_unseen(at_desk, course, owner):
    correct_treatment(actor=owner, treatment=course[0], changes={"lot": "A1"})
    response = at_desk.post(page_of(course[0]), {"version": "1", "reason": "Ill with a cold."})
    assert response.status_code == 409
    assert 'value="Ill with a cold."' in said(response)
    assert 'name="version" value="2"' in said(response)
    assert states() == ["planned"] * 3


def test_who_cancels_what_somebody_else_has_cancelled_is_told_and_not_asked_to_take_it_back(at_desk, course):
    page = page_of(course[0])
    sent = {"version": "1", "meant": "cancel", "reason": "Ill with a cold."}
    assert 'name="meant" value="cancel"' in said(at_desk.get(page))
    at_desk.post(page, sent)
    response = at_desk.post(page, sent | {"reason": "Moved away."}, follow=True)
    assert "Somebody else has cancelled it already. Nothing was changed." in said(response)
    assert states() == ["cancelled", "planned", "planned"]
    sent |= {"version": "2", "meant": "take-back"}
    at_desk.post(page, sent)
    response = at_desk.post(page, sent, follow=True)
    assert "Somebody else has taken the cancellation back already. Nothing was changed." in said(response)
    assert states() == ["planned"] * 3


def test_a_started_one_is_cancelled_with_a_warning(at_desk, treated):
    started = treated(hours_ago=2.1)
    assert "Cancel it only if the dose was not given after all" in said(at_desk.get(page_of(started)))
    at_desk.post(page_of(started), {"version": "1", "reason": "It was not given."})
    assert states() == ["cancelled"]


def test_it_is_taken_back_to_what_it_was(at_desk, treated, course):
    started = treated(hours_ago=2.1)
    for one, state in ((started, "started"), (course[0], "planned")):
        at_desk.post(page_of(one), {"version": "1", "reason": "Mistaken."})
        shown = said(at_desk.get(page_of(one)))
        assert "Take the cancellation back" in shown
        assert "Mistaken." in shown
        at_desk.post(page_of(one), {"version": "2", "reason": "It was the other one."})
        assert Treatment.objects.get(pk=one.pk).state == state
    reasons = [entry.reason for entry in AuditEntry.objects.filter(action="treatment.changed").order_by("pk")]
    assert reasons == ["Mistaken.", "It was the other one."] * 2


def test_those_who_only_read_cancel_nothing(client, clinic, course):
    client.force_login(make.member(at=clinic, role="researcher"))
    assert client.get(page_of(course[0])).status_code == 404
    assert client.post(page_of(course[0]), {"version": "1", "reason": "No."}).status_code == 404
