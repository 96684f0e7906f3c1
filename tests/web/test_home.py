"""What a patient finds on the start page, at every moment of a treatment."""

import re
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.analysis.outcomes.sentences import TO_PATIENTS
from backend.tracking import estimation
from backend.tracking.models import Outcome
from backend.tracking.services.treating.check_ins import skip_check_in
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

SO_FAR = "What your answers show so far"


def said(client, path="/"):
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_without_a_treatment_it_says_where_check_ins_will_appear(on_phone):
    page = said(on_phone)
    assert "Nothing to answer yet" in page
    assert "When your clinic plans a treatment" in page
    assert "Next check-in" not in page


def test_with_a_plan_it_says_when_the_treatment_and_the_first_check_in_are(on_phone, patient, clinician, now):
    make.treatment(of=patient, by=clinician, state="planned", planned_at=now + timedelta(days=3))
    page = said(on_phone)
    assert "Your treatment is planned on" in page
    assert "Next check-in opens on" in page


def test_before_a_planned_treatment_the_baseline_is_due(on_phone, patient, clinician, now):
    make.treatment(of=patient, by=clinician, state="planned", planned_at=now + timedelta(hours=20))
    assert "Before your treatment" in said(on_phone)
    assert "1 of 4" in said(on_phone)  # with now4, gad7 and phq8


def test_between_two_check_ins_it_says_when_the_next_opens(on_phone, treated):
    treatment = treated(hours_ago=0.5)
    opens = treatment.check_ins.get(name="+1 h").opens_at.astimezone(ZoneInfo(treatment.patient.time_zone))
    page = said(on_phone)
    assert 'type="radio"' not in page
    assert re.search(f"Next check-in opens (tomorrow )?at {opens:%H:%M}", page)


def test_a_missed_check_in_is_told_without_blame(on_phone, treated):
    treated(hours_ago=5)
    page = said(on_phone)
    assert re.search(r"“4 hours after your treatment” closed (yesterday )?at \d\d:\d\d without an answer", page)
    assert "That is all right" in page


def test_a_skipped_check_in_can_be_taken_up_again_while_it_is_open(on_phone, treated, patient):
    check_in = treated(hours_ago=1.1).check_ins.get(name="+1 h")
    skip_check_in(actor=patient.person, check_in=check_in, client_uuid=uuid4(), reason="too_sleepy")
    page = said(on_phone)
    assert "You let us know" in page
    assert f'href="/check-ins/{check_in.pk}/?answer"' in page


def test_a_cancelled_treatment_asks_nothing(on_phone, treated, clinician):
    treatment = treated(hours_ago=1.1)
    correct_treatment(actor=clinician, treatment=treatment, changes={"state": "cancelled"})
    page = said(on_phone)
    assert 'type="radio"' not in page
    assert "When your clinic plans a treatment" in page
    check_in = treatment.check_ins.get(name="+1 h")
    assert "its treatment was cancelled" in said(on_phone, f"/check-ins/{check_in.pk}/")


def test_after_the_last_check_in_no_more_are_promised(on_phone, treated):
    treated(hours_ago=24 * 100)
    assert "No more check-ins are planned." in said(on_phone)


def test_a_patient_of_two_clinics_reads_about_both(on_phone, patient, treated):
    make.patient(at=make.clinic(name="Hillside"), person=patient.person)
    treated(hours_ago=0.5)
    page = said(on_phone)
    assert "Harbour Clinic" in page
    assert "Hillside" in page


def test_of_two_check_ins_due_the_one_that_closes_first_is_asked_first(on_phone, patient, treated, now):
    other = make.patient(at=make.clinic(name="Hillside"), person=patient.person)
    make.treatment(of=other, started_at=now - timedelta(days=7, hours=1))
    treated(hours_ago=1.1)
    assert "1 hour after your treatment" in said(on_phone)
    make.rating(of=patient.treatments.get(), hours=1.09)
    page = said(on_phone)
    assert "Week 1" in page


def test_staff_arrive_at_today(at_desk):
    assert at_desk.get("/").headers["Location"] == "/today/"


def test_somebody_without_a_clinic_is_told_whom_to_ask(client, db):
    client.force_login(make.person())
    assert "Nothing is set up for you yet" in said(client)


# Anchoring: nobody rates freely who has just read what the last ratings add up to.


@pytest.fixture
def responding(treated):
    """A treatment some hours ago whose outcome is ready."""

    def start(hours_ago):
        treatment = treated(hours_ago=hours_ago)
        make.ratings(of=treatment, scores={hours: 3 for hours in (1, 2, 3, 4) if hours < hours_ago})
        estimation.refresh(treatment.pk)
        return treatment

    return start


@pytest.mark.parametrize("hours_ago", [0.5, 1.9, 4.5])
def test_no_outcome_is_shown_before_the_last_check_in_of_the_day_has_closed(on_phone, responding, hours_ago):
    treatment = responding(hours_ago)
    assert SO_FAR not in said(on_phone)
    fragment = on_phone.get(f"/treatments/{treatment.pk}/outcome/")
    assert (fragment.status_code, fragment.content) == (286, b"")  # htmx stops asking


def test_afterwards_the_outcome_is_shown_in_one_sentence(on_phone, responding):
    treatment = responding(5)
    page = said(on_phone)
    assert SO_FAR in page
    assert Outcome.objects.get(treatment=treatment, unit="treatment", rule_set="R50C-L50").in_words(TO_PATIENTS) in page
    assert "hx-get" not in page


def test_it_is_hidden_again_before_the_next_planned_dose(on_phone, responding, patient, clinician, now):
    responding(24 * 7.1)
    check_in = patient.treatments.get().check_ins.get(name="week 1")
    make.rating(of=patient.treatments.get(), hours=24 * 7.05, check_in=check_in)
    estimation.refresh(patient.treatments.get().pk)
    assert SO_FAR in said(on_phone)
    planned = make.treatment(of=patient, by=clinician, state="planned", planned_at=now + timedelta(hours=20))
    baseline = planned.check_ins.get(name="evening before")
    make.rating(of=planned, hours=-20, check_in=baseline)
    assert SO_FAR not in said(on_phone)


def test_no_number_of_the_past_stands_on_a_page_of_questions(on_phone, treated):
    treatment = treated(hours_ago=2.1)
    make.rating(of=treatment, hours=1, score=3)
    page = said(on_phone)
    assert "checked" not in page
    assert SO_FAR not in page
    assert "svg" not in page.replace("ebb.svg", "").replace("image/svg+xml", "")


def test_an_outcome_being_made_polls_until_it_is_there(on_phone, responding):
    treatment = responding(5)
    make.rating(of=treatment, hours=4.9, score=2)  # newer than the outcome
    page = said(on_phone)
    assert f'hx-get="/treatments/{treatment.pk}/outcome/"' in page
    assert 'hx-trigger="every 2s"' in page
    fragment = said(on_phone, f"/treatments/{treatment.pk}/outcome/")
    assert "hx-get" not in fragment
    assert "At each check-in" in fragment
    assert "hx-get" not in said(on_phone)  # made on that read, and kept


def test_the_outcome_of_somebody_else_does_not_exist(client, responding, stranger, clinician):
    treatment = responding(5)
    for person in (stranger.person, clinician):
        client.force_login(person)
        assert client.get(f"/treatments/{treatment.pk}/outcome/").status_code == 404
