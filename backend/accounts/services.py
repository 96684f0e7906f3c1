"""What people do to clinics, people and consent: every write is one transaction with its audit row."""

from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.clinic_rules import refuse_settings
from backend.accounts.encryption import as_kept
from backend.accounts.models import Clinic, Consent, Patient, Person
from backend.accounts.refusals import Conflict, Refused
from backend.analysis.schedule import DEFAULT_PROTOCOL

HIDDEN = ["hidden", "hidden"]  # that a name or address changed is on record, what it was is not
NOT_TYPED = ["password", "email_hash"]  # columns that hold what was made from something else
EARLIEST_YEAR = 1900  # nobody signed before it
SAID = {
    "compares_sessions",
    "country",
    "default_protocol",
    "demo",
    "help_country",
    "indication",
    "is_active",
    "is_staff",
    "is_superuser",
    "language",
    "left_out_instruments",
    "offered_protocols",
    "retention_months",
    "role",
    "time_zone",
    "wants_email",
    "wants_sms",
}


@transaction.atomic
def create_clinic(
    *,
    actor: Person | None,
    name: str,
    time_zone: str,
    country: str,
    default_protocol: str = DEFAULT_PROTOCOL,
    demo: bool = False,
) -> Clinic:
    """Store a clinic; `Refused` for an unknown time zone."""
    clinic = Clinic(name=name, time_zone=time_zone, country=country, default_protocol=default_protocol, demo=demo)
    _refuse_what_is_invalid(clinic)
    clinic.save()
    audit.record(actor, "clinic.created", clinic, clinic=clinic)
    return clinic


@transaction.atomic
def create_person(*, actor: Person | None, email: str, name: str = "", password: str | None = None) -> Person:
    """Return the person with this address, stored now unless they already are.

    Without a password they sign in by code, set one through "forgotten password", or add a passkey.
    """
    known = Person.objects.filter(email=email).first()
    if known:
        return known
    _refuse_what_is_invalid(Person(email=email, name=name), exclude=NOT_TYPED)
    try:
        with transaction.atomic():
            person = Person.objects.create_user(email, password, name=name)
            audit.record(actor, "person.created", person)
    except IntegrityError:  # somebody else stored the address between the look and this
        return Person.objects.get(email=email)
    return person


@transaction.atomic
def invite_patient(
    *, actor: Person | None, clinic: Clinic, code: str, email: str | None = None, name: str = "", time_zone: str = ""
) -> Patient:
    """Store a patient under the clinic's code, with a sign-in when an address is given.

    `Refused` when the code is taken, or the person is a patient of this clinic under another code.
    """
    refuse_taken_code(clinic, code)
    person = create_person(actor=actor, email=email, name=name) if email else None
    if person and Patient.objects.filter(clinic=clinic, person=person).exists():
        raise Refused("email", _("A patient of this clinic has this address already. Give another one."))
    patient = Patient(clinic=clinic, person=person, code=code, time_zone=time_zone or clinic.time_zone)
    _refuse_what_is_invalid(patient)
    patient.save()
    audit.record(actor, "patient.invited", patient, patient=patient)
    return patient


@transaction.atomic
def change_clinic(
    *, actor: Person | None, clinic: Clinic, fields: dict[str, Any], expected_version: int | None = None
) -> None:
    """Change columns of a clinic; `Conflict` when it is no longer at the version that was expected.

    `Refused` names the setting that is wrong, or does not fit another one.
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)  # who is named here must not leave meanwhile
    expect_version(clinic, expected_version)
    refuse_settings(clinic, fields)
    changes = _changed(clinic, fields)
    if changes:
        audit.record(actor, "clinic.changed", clinic, clinic=clinic, changes=changes)


@transaction.atomic
def change_person(*, actor: Person | None, person: Person, fields: dict[str, Any]) -> None:
    """Change columns of a person; the audit trail keeps neither names nor addresses."""
    changes = _changed(person, fields | ({"email": as_kept(fields["email"])} if "email" in fields else {}))
    if changes:
        audit.record(actor, "person.changed", person, changes=changes)


@transaction.atomic
def change_patient(
    *, actor: Person | None, patient: Patient, fields: dict[str, Any], expected_version: int | None = None
) -> None:
    """Change columns of a patient; the audit trail keeps neither numbers nor secrets.

    `Conflict` when the patient is no longer at the version that was expected.

    Call it through `backend.tracking.services.patients`, which moves what depends on the time zone.
    """
    expect_version(patient, expected_version)
    changes = _changed(patient, fields)
    if changes:
        audit.record(actor, "patient.changed", patient, patient=patient, changes=changes)


@transaction.atomic
def remove_second_factors(*, actor: Person | None, person: Person, reason: str) -> None:
    """Let a person who lost their factors set up new ones; signing in, staff are led there."""
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        audit.record(actor, "person.second_factors_removed", person, reason=reason)


@transaction.atomic
def give_consent(
    *, actor: Person, patient: Patient, version: str, language: str, text: str, signed_on: date | None = None
) -> Consent:
    """Store that a patient consented to this text; to the one they consented to already, return that.

    `signed_on`: the day on which they signed it by hand, and the actor has seen that; `Refused` for one that cannot be.
    """
    if signed_on is not None:
        _refuse_impossible_day(patient, signed_on)
    shown = {"version": version, "language": language, "text_sha256": sha256(text.encode()).hexdigest()}
    current = patient.current_consent()
    if current and current.given and all(getattr(current, field) == said for field, said in shown.items()):
        return current
    paper = {"on_paper": signed_on is not None, "signed_on": signed_on}
    consent = Consent.objects.create(patient=patient, given=True, recorded_by=actor, **paper, **shown)
    audit.record(actor, "consent.given", consent, patient=patient, changes={"version": [None, version]})
    return consent


def _refuse_impossible_day(patient: Patient, signed_on: date) -> None:
    today = timezone.now().astimezone(ZoneInfo(patient.clinic.time_zone)).date()
    if signed_on > today:
        raise Refused("signed_on", _("This day is still to come. Give the day that stands on the paper."))
    if signed_on.year < EARLIEST_YEAR:
        raise Refused("signed_on", _("This day is too long ago. Give the day that stands on the paper."))


@transaction.atomic
def withdraw_consent(*, actor: Person, patient: Patient) -> Consent | None:
    """Store that a patient withdrew the consent they had given; without one nothing happens."""
    current = patient.current_consent()
    if current is None or not current.given:
        return current
    shown = {field: getattr(current, field) for field in ("version", "language", "text_sha256")}
    withdrawn = Consent.objects.create(patient=patient, given=False, recorded_by=actor, **shown)
    audit.record(actor, "consent.withdrawn", withdrawn, patient=patient, changes={"version": [current.version, None]})
    return withdrawn


def refuse_taken_code(clinic: Clinic, code: str) -> None:
    """Raise `Refused` where another patient of the clinic has the code; nobody takes it before the transaction ends."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)  # two at once must not both find it free
    if Patient.objects.filter(clinic=clinic, code=code).exists():
        raise Refused("code", _("Another patient of the clinic has this code. Choose a different one."))


def expect_version(row: Clinic | Patient, expected: int | None) -> None:
    """Raise `Conflict` unless the row is stored at the version that was expected; None expects nothing.

    The row stays locked, so that of two people who read the same version one is told.
    """
    if expected is None:
        return
    found = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
    if found.version != expected:
        raise Conflict


def _changed(row: Clinic | Person | Patient, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Store what differs and return it as the audit trail may keep it."""
    differing = {field: new for field, new in fields.items() if getattr(row, field) != new}
    changes = {field: [getattr(row, field), new] if field in SAID else HIDDEN for field, new in differing.items()}
    for field, new in differing.items():
        setattr(row, field, new)
    if differing:
        _refuse_what_is_invalid(row, exclude=NOT_TYPED)
        row.save(update_fields=list(differing))
    if differing and not isinstance(row, Person):
        type(row)._default_manager.filter(pk=row.pk).update(version=F("version") + 1)
        row.refresh_from_db(fields=["version"])
    return changes


def _refuse_what_is_invalid(row: models.Model, exclude: list[str] | None = None) -> None:
    """Raise `Refused` with what the columns' validators say."""
    try:
        row.clean_fields(exclude)
    except ValidationError as invalid:
        raise Refused.from_invalid(invalid) from invalid
