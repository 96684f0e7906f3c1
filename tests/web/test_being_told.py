"""The addresses by which a browser asks for notices and a calendar program for check-ins."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from backend.tracking.models import CheckIn, PushSubscription
from backend.tracking.reminders.calendar_feed import address
from backend.tracking.reminders.channels.message import message_for
from backend.tracking.reminders.planning import plan
from tests import make
from tests.push_service import Browser

ENDPOINT = "https://web.push.apple.com/one"
SUBSCRIPTION = {"endpoint": ENDPOINT, "expirationTime": None, "keys": Browser().keys}


@pytest.fixture
def signed_in(client, patient) -> Client:
    client.force_login(patient.person)
    return client


def send(client, address, body, **options):
    written = body if isinstance(body, str) else json.dumps(body)
    return client.post(address, written, content_type="application/json", **options)


def test_a_browser_asks_for_notices_and_ends_them(signed_in, patient):
    assert send(signed_in, "/push/", SUBSCRIPTION).status_code == 204
    assert PushSubscription.objects.get().person == patient.person
    assert send(signed_in, "/push/end/", {"endpoint": ENDPOINT}).status_code == 204
    assert PushSubscription.objects.get().ended_at is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", "body"),
        ("[]", "body"),
        ({}, "endpoint"),
        ({"endpoint": 7, "keys": {}}, "endpoint"),
        ({"endpoint": ENDPOINT}, "p256dh"),
        (SUBSCRIPTION | {"keys": ["p256dh"]}, "p256dh"),
        (SUBSCRIPTION | {"endpoint": "https://attacker.example/"}, "endpoint"),
        (SUBSCRIPTION | {"keys": {"p256dh": "AAAA", "auth": "AAAA"}}, "keys"),
    ],
)
def test_what_is_no_subscription_is_refused_by_field(signed_in, body, field):
    answer = send(signed_in, "/push/", body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("address", ["/push/", "/push/end/"])
def test_half_a_character_is_no_endpoint(signed_in, address):
    answer = send(signed_in, address, '{"endpoint": "\\ud800", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}')
    assert (answer.status_code, answer.json()["field"]) == (400, "endpoint")


def test_another_site_cannot_subscribe_anybody(patient):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(patient.person)
    assert send(strict, "/push/", SUBSCRIPTION).status_code == 403


def test_a_calendar_program_reads_check_ins_without_signing_in(client, patient):
    make.treatment(of=patient)
    answer = client.get(address(patient).removeprefix("http://127.0.0.1:8000"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert answer["Cache-Control"] == "no-store"
    assert Calendar.from_ical(answer.content)["VERSION"] == "2.0"


def test_a_guessed_calendar_is_not_there(client, patient):
    assert client.get("/calendar/1.ics").status_code == 404
    assert client.get(f"/calendar/{patient.calendar_secret}x.ics").status_code == 404
    assert client.get("/calendar/%00.ics").status_code == 404  # of which a database may not even be asked


def test_what_a_reminder_leads_to_is_there(client, patient):
    treatment = make.treatment(of=patient)
    plan(treatment.started_at)
    check_in = CheckIn.objects.get(treatment=treatment, name="week 1")
    effect = CheckIn.objects.get(treatment=treatment, name="+1 h").effects.get(number=0)
    path = message_for(effect, check_in).path
    assert path == reverse("link", args=[path.split("/")[2]])
    assert address(patient).endswith(reverse("calendar", args=[patient.calendar_secret]))
