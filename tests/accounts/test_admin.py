"""The admin changes people, clinics and memberships through services, and shows the rest."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin

from backend.accounts.models import AuditEntry, Clinic, Consent, DataKey, Membership, Patient, Person
from backend.accounts.services import consent
from tests import make


@pytest.fixture
def superuser(client, db):
    person = make.member(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize("model", [Person, Clinic, Membership, Patient, Consent, AuditEntry])
def test_every_list_and_row_opens_and_nothing_is_deleted(client, superuser, patient, model):
    consent.give_consent(actor=superuser, patient=patient, version="1", language="en", text="I agree.")
    base, row = f"/admin/accounts/{model._meta.model_name}/", model.objects.first()
    assert client.get(base).status_code == 200
    assert client.get(f"{base}{row.pk}/change/").status_code == 200
    assert client.get(f"{base}{row.pk}/delete/").status_code == 403


@pytest.mark.parametrize("model", [Patient, Consent, AuditEntry])
def test_facts_are_only_shown(client, superuser, model):
    assert client.get(f"/admin/accounts/{model._meta.model_name}/add/").status_code == 403


def test_what_would_show_addresses_or_secrets_is_not_there():
    assert not any(admin.site.is_registered(model) for model in (EmailAddress, Authenticator, DataKey))


def test_a_person_is_made_and_changed_with_an_entry_each(client, superuser):
    form = {"email": "New@clinic.example", "name": "Nora New", "language": "en", "is_active": "on"}
    client.post("/admin/accounts/person/add/", form)
    person = Person.objects.get(email="new@clinic.example")
    assert (person.name, actions()) == ("Nora New", ["person.created", "person.changed"])
    client.post(f"/admin/accounts/person/{person.pk}/change/", form | {"language": "de"})
    assert (actions()[2:], AuditEntry.objects.last().changes) == (["person.changed"], {"language": ["en", "de"]})
    assert AuditEntry.objects.last().actor == superuser


def test_an_address_is_taken_once(client, superuser, patient):
    form = {"email": patient.person.email.upper(), "name": "", "language": "en"}
    assert "already exists" in client.post("/admin/accounts/person/add/", form).content.decode()


def test_a_person_is_found_by_the_whole_address(client, superuser, patient):
    found = client.get("/admin/accounts/person/", {"q": patient.person.email}).context["cl"].queryset
    assert list(found) == [patient.person]


def test_a_clinic_is_made_and_changed_with_an_entry_each(client, superuser):
    form = {"name": "New", "time_zone": "Europe/Berlin", "country": "DE", "default_protocol": "weekly"}
    client.post("/admin/accounts/clinic/add/", form)
    clinic = Clinic.objects.get(name="New")
    client.post(f"/admin/accounts/clinic/{clinic.pk}/change/", form | {"country": "AT"})
    assert actions() == ["clinic.created", "clinic.changed"]


def test_a_clinic_names_who_reads_item_9_only_with_a_plan_and_only_who_treats_there(client, superuser, clinic, owner):
    page = f"/admin/accounts/clinic/{clinic.pk}/change/"
    form = {"name": clinic.name, "time_zone": "Europe/Berlin", "country": "DE", "default_protocol": "weekly"}
    assert "needs both somebody who reads it" in client.post(page, form | {"item9_owner": owner.pk}).content.decode()
    elsewhere = form | {"item9_owner": superuser.pk, "item9_plan": "Call."}
    assert "does not treat at this clinic" in client.post(page, elsewhere).content.decode()
    assert client.post(page, form | {"item9_owner": owner.pk, "item9_plan": "Call."}).status_code == 302
    clinic.refresh_from_db()
    assert clinic.asks_item9


def test_memberships_are_started_and_ended_with_an_entry_each(client, superuser, clinic):
    person = make.person()
    client.post("/admin/accounts/membership/add/", {"person": person.pk, "clinic": clinic.pk, "role": "researcher"})
    membership = Membership.objects.get(person=person)
    client.post("/admin/accounts/membership/", {"action": "end", "_selected_action": [membership.pk]})
    assert actions() == ["membership.started", "membership.ended"]


def test_a_clinic_keeps_its_only_owner_in_the_admin_too(client, superuser, clinic, owner):
    membership = Membership.objects.get(person=owner)
    sent = {"action": "end", "_selected_action": [membership.pk]}
    assert "only owner" in client.post("/admin/accounts/membership/", sent, follow=True).content.decode()
    row = {"person": owner.pk, "clinic": clinic.pk, "role": "researcher"}
    assert "only owner" in client.post("/admin/accounts/membership/add/", row).content.decode()
    assert actions() == []


def test_lost_factors_are_removed_with_an_entry(client, superuser, clinician):
    client.post("/admin/accounts/person/", {"action": "remove_second_factors", "_selected_action": [clinician.pk]})
    assert actions() == ["person.second_factors_removed"]
