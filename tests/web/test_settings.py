"""What patients set for themselves, and when that page waits."""

import re

import pytest

from backend.accounts.models import AuditEntry
from tests import make


def shown(client, path="/settings/"):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def save(client, patient, **fields):
    sent = {"time_zone": "Europe/London", "wants_email": "on", "phone": "", "help_country": ""} | fields
    named = {f"{patient.pk}-{name}": value for name, value in sent.items() if value is not None}
    response = client.post("/settings/", {"patient": patient.pk} | named, follow=True)
    patient.refresh_from_db()
    return response.content.decode()


def test_the_start_page_leads_to_them(on_phone):
    assert 'href="/settings/"' in shown(on_phone, "/")


def test_what_is_saved_is_stored_and_on_record(on_phone, patient):
    page = save(
        on_phone,
        patient,
        time_zone="America/New_York",
        wants_email=None,
        wants_sms="on",
        phone="+1 202 555 0100",
        help_country="US",
    )
    assert "Your settings are saved." in page
    assert 'href="tel:988"' in page
    assert (patient.time_zone, patient.wants_email, patient.wants_sms) == ("America/New_York", False, True)
    assert (patient.phone, patient.help_country) == ("+1 202 555 0100", "US")
    changes = AuditEntry.objects.get(action="patient.changed").changes
    assert changes["wants_sms"] == [False, True]
    assert changes["phone"] == ["hidden", "hidden"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"wants_sms": "on"}, "Text messages need a mobile number."),
        ({"phone": "07700 900123"}, "with its country code"),
        ({"phone": "+(-) (-) ./."}, "with its country code"),
        ({"phone": "+٤٤٧٧٠٠٩٠٠١٢٣"}, "with its country code"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"help_country": "XX"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(on_phone, patient, fields, complaint):
    assert complaint in save(on_phone, patient, **fields)
    assert not AuditEntry.objects.filter(action="patient.changed").exists()


def test_a_zone_by_an_old_name_can_be_kept(on_phone, patient):
    patient.time_zone = "US/Pacific"
    patient.save()
    assert '<option value="US/Pacific" selected>' in shown(on_phone)


def test_the_help_country_says_what_the_clinics_is(on_phone):
    assert "United Kingdom, as your clinic" in shown(on_phone)


def test_the_calendar_gets_a_new_address_and_the_old_one_ends(on_phone, client, patient):
    old = re.search(r"/calendar/[\w-]+\.ics", shown(on_phone))[0]
    assert client.get(old).status_code == 200
    on_phone.post("/settings/calendar/", {"patient": patient.pk})
    new = re.search(r"/calendar/[\w-]+\.ics", shown(on_phone))[0]
    assert new != old
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)


def test_the_key_for_notices_is_on_the_page(on_phone):
    assert re.search(r'data-key="[\w-]{87}"', shown(on_phone))


def test_another_language_is_chosen_here_too(on_phone, patient):
    on_phone.post("/settings/language/", {"language": "es", "next": "/settings/"})
    patient.person.refresh_from_db()
    assert patient.person.language == "es"
    assert '<option value="es" lang="es" selected>' in shown(on_phone)


@pytest.mark.parametrize("path", ["/settings/", "/settings/calendar/"])
def test_in_the_hours_after_a_dose_the_page_waits(on_phone, patient, treated, path):
    treated(hours_ago=2)
    assert "Later today" in shown(on_phone, path)
    answer = on_phone.post(path, {"patient": patient.pk, f"{patient.pk}-time_zone": "Asia/Tokyo"})
    assert "Later today" in answer.content.decode()
    patient.refresh_from_db()
    assert patient.time_zone == "Europe/London"


def test_before_a_dose_it_is_open(on_phone, patient, clinician, now):
    make.treatment(of=patient, by=clinician, state="planned", planned_at=now)
    assert "Save" in shown(on_phone)


def test_nobody_changes_what_is_somebody_elses(client, patient, stranger):
    client.force_login(stranger.person)
    assert client.post("/settings/", {"patient": patient.pk}).status_code == 404


def test_who_is_treated_nowhere_has_no_settings(at_desk):
    assert at_desk.get("/settings/").status_code == 404
