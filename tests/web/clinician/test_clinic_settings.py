"""What a clinic decides: everybody who works there reads it, owners change it, and nothing typed is lost."""

import pytest
from django import forms
from django.utils import timezone
from pytest_django.asserts import assertHTMLEqual

from backend.accounts.models import AuditEntry, Clinic
from backend.accounts.services import clinics, staff
from backend.web.clinician.protocols import TEXTS, described, offered_at
from backend.web.selects import LongSelect
from tests import make
from tests.web.make import fields_of

FULL = {
    "version": "1",
    "name": "Harbour Clinic",
    "phone": "+44 20 7946 0000",
    "country": "GB",
    "time_zone": "Europe/London",
    "default_protocol": "hourly-weekly",
    "offered_protocols": ["hourly-weekly", "hourly-bridged-weekly", "weekly"],
    "asked_instruments": ["now4", "gad7", "phq8", "pcl5", "social", "pgic", "unreal", "sleepy"],
    "item9_owner": "",
    "item9_plan": "",
    "retention_months": "",
}


def said(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def page(clinic):
    return f"/clinics/{clinic.pk}/"


@pytest.fixture
def as_owner(client, owner):
    client.force_login(owner)
    return client


def test_who_works_at_one_clinic_is_led_to_it(at_desk, page):
    assert at_desk.get("/clinics/").headers["Location"] == page
    assert 'href="/clinics/"' in said(at_desk.get(page))


def test_who_works_at_several_chooses(at_desk, clinician, page):
    second = make.clinic(name="Second Clinic")
    staff.add_member(actor=None, clinic=second, person=clinician, role="researcher")
    listed = said(at_desk.get("/clinics/"))
    assert page in listed
    assert f"/clinics/{second.pk}/" in listed


def test_an_owner_changes_settings_and_each_change_is_on_record(as_owner, owner, clinic, page):
    sent = FULL | {
        "version": fields_of(as_owner.get(page))["version"],
        "name": "Harbour & Sons",
        "offered_protocols": ["weekly", "hourly-weekly"],
        "asked_instruments": ["now4", "gad7"],
        "item9_owner": str(owner.pk),
        "item9_plan": "Call the same day.",
        "compares_sessions": "on",
        "retention_months": "120",
    }
    assert as_owner.post(page, sent).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.name, clinic.offered_protocols) == ("Harbour & Sons", ["hourly-weekly", "weekly"])
    assert clinic.left_out_instruments == ["phq8", "pcl5", "social", "pgic", "unreal", "sleepy"]
    assert (clinic.item9_owner, clinic.item9_plan, clinic.compares_sessions) == (owner, "Call the same day.", True)
    assert (clinic.retention_months, clinic.version) == (120, 2)
    assert AuditEntry.objects.get().action == "clinic.changed"
    assert [one.slug for one in offered_at(clinic)] == ["hourly-weekly", "weekly"]


def test_every_protocol_offered_is_no_choice_at_all(as_owner, clinic, page):
    as_owner.post(page, FULL)
    clinic.refresh_from_db()
    assert clinic.offered_protocols == []
    assert len(offered_at(clinic)) == 3


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"name": ""}, "This field is required."),
        ({"phone": "call us"}, "Write a telephone number"),
        ({"time_zone": "Europe/Nowhere"}, "Select a valid choice"),
        ({"offered_protocols": []}, "Offer at least one protocol."),
        ({"offered_protocols": ["weekly"]}, "What is chosen at first must be offered too."),
        ({"item9_plan": "Call."}, "Say who reads it"),
        ({"retention_months": "0"}, "greater than or equal to 1"),
        ({"asked_instruments": ["nrs-anxiety"]}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(as_owner, clinic, page, wrong, complaint):
    typed = {"item9_plan": "A long plan that took a while.", "item9_owner": str(clinic.memberships.get().person_id)}
    response = as_owner.post(
        page, FULL | typed | {"name": "Typed"} | wrong | ({"item9_owner": ""} if "item9_plan" in wrong else {})
    )
    assert response.status_code == 200
    assert complaint in said(response)
    if "item9_plan" not in wrong:
        assert "A long plan that took a while." in said(response)
    assert Clinic.objects.get().name == "Harbour Clinic"


def test_of_two_who_change_the_same_the_second_is_told_and_can_overwrite(as_owner, clinic, page, owner):
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"phone": "020 1", "left_out_instruments": ["pgic"]})
    mine = FULL | {"phone": "020 2222"}
    response = as_owner.post(page, mine)
    assert response.status_code == 409
    told = said(response)
    assert "020 2222" in told
    assert "Stored now: 020 1" in told
    clinic.refresh_from_db()
    assert clinic.phone == "020 1"
    assert as_owner.post(page, mine | {"version": fields_of(response)["version"]}).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.phone, clinic.left_out_instruments) == ("020 2222", [])


def test_somebody_removed_meanwhile_cannot_be_named(as_owner, owner, clinic, clinician, page):
    staff.end_membership(actor=owner, membership=clinician.memberships.get())
    named = FULL | {"item9_owner": str(clinician.pk), "item9_plan": "Call the same day, then write it down."}
    response = as_owner.post(page, named)
    assert response.status_code == 200
    assert "does not treat at this clinic now" in said(response)
    assert "Call the same day, then write it down." in said(response)


@pytest.mark.parametrize("role", ["clinician", "researcher"])
def test_others_read_and_cannot_change(client, clinic, page, role):
    clinic.left_out_instruments, clinic.offered_protocols = ["pgic"], ["hourly-weekly"]
    clinic.save()
    client.force_login(make.member(at=clinic, role=role))
    response = client.get(page)
    assert "Owners of the clinic change these." in said(response)
    assert "left out" in said(response)
    assert "not offered" in said(response)
    assert 'name="phone"' not in said(response)
    assert client.post(page, FULL | {"name": "Mine"}).status_code == 404
    assert Clinic.objects.get().name == "Harbour Clinic"


def test_help_numbers_are_shown_as_patients_see_them(as_owner, clinic, page):
    shown = said(as_owner.get(page)).split('id="help-numbers"')[1].split("</section>")[0]
    assert 'href="tel:999"' in shown
    assert "The clinic’s own number is missing." in shown
    clinic.country, clinic.phone = "XX", "+1 555"
    clinic.save()
    shown = said(as_owner.get(page)).split('id="help-numbers"')[1].split("</section>")[0]
    assert "their local emergency number" in shown
    assert "tel:+1555" in shown


def test_who_is_past_the_time_records_are_kept_is_listed_and_nothing_is_promised(as_owner, clinic, patient, page):
    make.treatment(of=patient, started_at=timezone.now() - timezone.timedelta(days=900))
    assert "No limit is set" in said(as_owner.get(page))
    clinic.retention_months = 24
    clinic.save()
    shown = said(as_owner.get(page))
    assert f'href="/patients/{patient.pk}/"' in shown.split('id="too-old"')[1]
    assert "erasing a record is not built yet" in shown


def test_what_alerts_are_set_to_is_linked(as_owner, clinic, page):
    assert f'href="/clinics/{clinic.pk}/alerts/"' in said(as_owner.get(page))


def test_the_page_asks_little(as_owner, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        as_owner.get(page)


@pytest.mark.parametrize("chosen", ["b", "", None, "c<"])
def test_a_long_list_reads_as_one_of_djangos(chosen):
    choices, attrs = [("", "none"), ("b", "B & co"), ("c<", "C")], {"id": "id_x", "aria-invalid": "true"}
    ours, djangos = (kind(choices=choices).render("x", chosen, attrs) for kind in (LongSelect, forms.Select))
    assertHTMLEqual(ours, djangos)


def test_every_text_of_a_protocol_is_listed_to_be_translated():
    shown = {text for slug in ("hourly-weekly", "hourly-bridged-weekly", "weekly") for text in _texts(described(slug))}
    assert shown == set(TEXTS)


def _texts(one):
    return one.title, one.description, one.limits
