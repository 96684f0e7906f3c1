"""What people change is on record, once for every change and never for none."""

import re
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.accounts.models import AuditEntry, Clinic, Consent, Membership, Patient, Person
from backend.accounts.refusals import Refused
from backend.accounts.services import clinics, consent, patients, people, staff
from tests import make

CLINIC = {"name": "Harbour", "time_zone": "Europe/London", "country": "GB"}
CONSENT = {"version": "1", "language": "en", "text": "I agree."}


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_clinic_is_created(owner):
    clinic = clinics.create_clinic(actor=owner, **CLINIC)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.clinic) == ("clinic.created", owner, clinic)
    assert (entry.target_type, entry.target_id) == ("accounts.clinic", str(clinic.pk))
    assert clinic.default_protocol == "hourly-weekly"


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (
            lambda: clinics.create_clinic(actor=None, **CLINIC | {"time_zone": "Europe/Nowhere"}),
            "time_zone: .*Nowhere",
        ),
        (lambda: people.create_person(actor=None, email="no address"), "email: Enter a valid"),
        (lambda: patients.invite_patient(actor=None, clinic=make.clinic(), code=""), "code: .*blank"),
        (
            lambda: staff.add_member(actor=None, clinic=make.clinic(), person=make.person(), role="cook"),
            "role: role is 'cook', expected one of clinician, researcher, owner",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_stored(db, call, complaint):
    with pytest.raises(Refused) as refused:
        call()
    assert re.match(complaint, f"{refused.value.field}: {refused.value}")
    assert actions() == []


def test_a_patient_is_invited_with_a_sign_in(clinic, clinician):
    patient = patients.invite_patient(
        actor=clinician, clinic=clinic, code="H-7", email="Pat@clinic.example", name="Pat Parker"
    )
    assert patient.person == Person.objects.get(email="pat@clinic.example")
    assert (patient.person.name, patient.time_zone) == ("Pat Parker", clinic.time_zone)
    assert not patient.person.has_usable_password()
    assert actions() == ["person.created", "patient.invited"]
    assert not AuditEntry.objects.filter(changes__icontains="pat").exists()


def test_a_patient_needs_no_sign_in(clinic, clinician):
    assert patients.invite_patient(actor=clinician, clinic=clinic, code="H-8").person is None
    assert actions() == ["patient.invited"]


def test_a_code_and_a_person_are_taken_once_per_clinic(patient, clinician):
    with pytest.raises(ValueError, match="has this code"):
        patients.invite_patient(actor=clinician, clinic=patient.clinic, code="P-1")
    with pytest.raises(ValueError, match="has this address already"):
        patients.invite_patient(actor=clinician, clinic=patient.clinic, code="P-9", email=patient.person.email)
    elsewhere = patients.invite_patient(actor=clinician, clinic=make.clinic(), code="P-1", email=patient.person.email)
    assert elsewhere.person == patient.person


def test_a_member_is_added_once(clinic, owner):
    person = make.person()
    first = staff.add_member(actor=owner, clinic=clinic, person=person, role="researcher")
    assert staff.add_member(actor=owner, clinic=clinic, person=person, role="researcher") == first
    assert actions() == ["membership.started"]


def test_another_role_ends_the_one_before(clinic, owner):
    person = make.member(at=clinic, role="researcher")
    staff.add_member(actor=owner, clinic=clinic, person=person, role="clinician")
    assert actions() == ["membership.ended", "membership.started"]
    assert Membership.objects.active().get(person=person).role == "clinician"


def test_a_membership_ends_once(clinician, owner):
    membership = Membership.objects.get(person=clinician)
    staff.end_membership(actor=owner, membership=membership)
    staff.end_membership(actor=owner, membership=membership)
    assert actions() == ["membership.ended"]


def test_a_change_is_on_record_without_names_and_addresses(clinician, owner):
    people.change_person(
        actor=owner, person=clinician, fields={"name": "New", "email": "new@clinic.example", "language": "de"}
    )
    people.change_person(actor=owner, person=clinician, fields={"name": "New"})
    entry = AuditEntry.objects.get()
    hidden = ["hidden", "hidden"]
    assert entry.changes == {"name": hidden, "email": hidden, "language": ["", "de"]}
    assert Person.objects.get(email="new@clinic.example").name == "New"


def test_a_clinic_is_changed(clinic, owner):
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"demo": True})
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"demo": True})
    assert AuditEntry.objects.get().changes == {"demo": [False, True]}
    assert Clinic.objects.get().demo


def test_lost_second_factors_are_removed(clinician, owner):
    people.remove_second_factors(actor=owner, person=clinician, reason="Phone lost")
    people.remove_second_factors(actor=owner, person=clinician, reason="Phone lost")
    assert (actions(), AuditEntry.objects.get().reason) == (["person.second_factors_removed"], "Phone lost")
    assert not clinician.authenticator_set.exists()


def test_consent_is_given_to_a_text_and_withdrawn(patient, clinician):
    given = consent.give_consent(actor=clinician, patient=patient, **CONSENT)
    assert consent.give_consent(actor=clinician, patient=patient, **CONSENT) == given
    assert given.text_sha256 == sha256(b"I agree.").hexdigest()
    newer = consent.give_consent(actor=clinician, patient=patient, **CONSENT | {"version": "2"})
    consent.withdraw_consent(actor=patient.person, patient=patient)
    assert consent.withdraw_consent(actor=patient.person, patient=patient) == patient.current_consent()
    assert list(Consent.objects.order_by("pk").values_list("given", "version")) == [
        (True, "1"),
        (True, "2"),
        (False, "2"),
    ]
    assert newer.pk != given.pk
    assert actions() == ["consent.given", "consent.given", "consent.withdrawn"]


def test_without_consent_there_is_nothing_to_withdraw(patient, clinician):
    assert consent.withdraw_consent(actor=clinician, patient=patient) is None
    assert actions() == []


def test_what_is_undone_leaves_no_entry(clinic, owner):
    with transaction.atomic():
        clinics.change_clinic(actor=owner, clinic=clinic, fields={"demo": True})
        transaction.set_rollback(True)
    assert actions() == []


# SQLite names the columns of a broken uniqueness, PostgreSQL its constraint.
@pytest.mark.parametrize(
    ("broken", "row"),
    [
        (
            "membership_active_once|membership.person_id, accounts_membership.clinic_id",
            lambda c: Membership(person=Membership.objects.get().person, clinic=c, role="owner"),
        ),
        ("membership_role_is_known", lambda c: Membership(person=make.person(), clinic=c, role="cook")),
        (
            "membership_ends_after_it_starts",
            lambda c: Membership(
                person=make.person(), clinic=c, role="owner", ended_at=timezone.now() - timezone.timedelta(days=1)
            ),
        ),
        (
            "patient_code_once_per_clinic|patient.clinic_id, accounts_patient.code",
            lambda c: Patient(clinic=c, code="P-1", time_zone="UTC"),
        ),
        (
            "patient_person_once_per_clinic|patient.person_id, accounts_patient.clinic_id",
            lambda c: Patient(clinic=c, code="2", person=Patient.objects.get().person),
        ),
        ("patient_has_a_code", lambda c: Patient(clinic=c, code="", time_zone="UTC")),
    ],
)
def test_what_must_never_be_true(clinic, owner, patient, broken, row):
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        row(clinic).save()


def test_who_sees_and_who_writes(clinic, patient, stranger, clinician, owner, other_clinic):
    researcher, both = make.member(at=clinic, role="researcher"), {patient, stranger}
    for person in (clinician, owner):
        assert set(Patient.objects.visible_to(person)) == set(Patient.objects.recorded_by(person)) == both
    assert set(Patient.objects.visible_to(researcher)) == both
    assert not Patient.objects.recorded_by(researcher).exists()
    assert (
        set(Patient.objects.visible_to(patient.person)) == set(Patient.objects.recorded_by(patient.person)) == {patient}
    )
    assert not Patient.objects.visible_to(other_clinic).exists()


def test_nobody_sees_nobody(patient, client):
    make.patient(at=patient.clinic, sign_in=False)
    nobody = client.get("/account/login/").wsgi_request.user
    assert not Patient.objects.visible_to(nobody).exists()


def test_when_who_reads_item_9_leaves_it_is_no_longer_asked(clinic, owner, clinician):
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"item9_owner": clinician, "item9_plan": "Call."})
    assert clinic.asks_item9
    staff.end_membership(actor=owner, membership=clinician.memberships.get())
    clinic.refresh_from_db()
    assert (clinic.asks_item9, clinic.item9_plan) == (False, "")
