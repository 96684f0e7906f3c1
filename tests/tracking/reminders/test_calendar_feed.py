"""A calendar of check-ins that another program can read and that tells nothing about its owner."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from backend.accounts.services.consent import give_consent, withdraw_consent
from backend.tracking.links import check_in_of
from backend.tracking.models import CheckIn
from backend.tracking.reminders.calendar_feed import address, feed, patient_at
from tests import make


@pytest.fixture
def treated(patient):
    return make.treatment(of=patient)


def events(patient, now):
    return list(Calendar.from_ical(feed(patient, now)).walk("VEVENT"))


def test_every_check_in_still_to_come_is_an_event_with_its_link(treated, patient, clock):
    clock.forward(hours=1)
    found = events(patient, clock())
    coming = CheckIn.objects.filter(treatment=treated, closes_at__gt=clock()).order_by("due_at")
    assert [event.start for event in found] == [one.due_at for one in coming]
    assert len(found) == 16
    assert {str(event["SUMMARY"]) for event in found} == {"Check-in"}
    assert [check_in_of(str(event["URL"]).split("/")[-2]) for event in found] == list(coming)
    assert len({str(event["UID"]) for event in found}) == 16


def test_what_is_answered_or_skipped_is_gone_and_what_depends_on_a_dose_waits_for_it(treated, patient, clock):
    first, second = CheckIn.objects.filter(treatment=treated, name__in=["+1 h", "+2 h"]).order_by("number")
    make.rating(of=treated, check_in=first)
    make.skip(of=second)
    assert len(events(patient, clock())) == 14
    planned = make.patient(at=patient.clinic)
    make.treatment(of=planned, planned_at=clock() + timedelta(days=2))
    assert len(events(planned, clock())) == 2


def test_a_calendar_names_nobody_and_asks_to_be_read_every_hour(treated, patient, clock):
    patient.person.name = "Paula Patient"
    text = feed(patient, clock()).decode()
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "VTIMEZONE" not in text
    assert [word for word in ("Paula", "Harbour", "P-1", "anxi", "ketamine", "dose", "treat") if word in text] == []
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_after_consent_was_withdrawn_the_calendar_is_empty(treated, patient, clock):
    give_consent(actor=patient.person, patient=patient, version="1", language="en", text="Yes.")
    assert events(patient, clock()) != []
    withdraw_consent(actor=patient.person, patient=patient)
    assert events(patient, clock()) == []


def test_an_address_leads_to_one_patient_until_it_is_changed(patient, stranger):
    secret = address(patient).removeprefix("http://127.0.0.1:8000/calendar/").removesuffix(".ics")
    assert patient_at(secret) == patient
    assert patient_at(secret[:-1]) is None
    patient.person.is_active = False
    patient.person.save()
    assert patient_at(secret) is None
