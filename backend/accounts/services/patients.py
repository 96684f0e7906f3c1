"""A clinic's patients: storing them under its code, and changing what is set for them."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import Clinic, Patient, Person
from backend.accounts.refusals import Refused
from backend.accounts.services.changing import expect_version, refuse_invalid, store_changes
from backend.accounts.services.people import create_person


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
    refuse_invalid(patient)
    patient.save()
    audit.record(actor, "patient.invited", patient, patient=patient)
    return patient


@transaction.atomic
def change_patient(
    *, actor: Person | None, patient: Patient, fields: dict[str, Any], expected_version: int | None = None
) -> None:
    """Change columns of a patient; the audit trail keeps neither numbers nor secrets.

    `Conflict` when the patient is no longer at the version that was expected.

    Call it through `backend.tracking.services.enrolling.patients`, which moves what depends on the time zone.
    """
    expect_version(patient, expected_version)
    changes = store_changes(patient, fields)
    if changes:
        audit.record(actor, "patient.changed", patient, patient=patient, changes=changes)


def refuse_taken_code(clinic: Clinic, code: str) -> None:
    """Raise `Refused` where another patient of the clinic has the code; nobody takes it before the transaction ends."""
    Clinic.objects.select_for_update().get(pk=clinic.pk)  # two at once must not both find it free
    if Patient.objects.filter(clinic=clinic, code=code).exists():
        raise Refused("code", _("Another patient of the clinic has this code. Choose a different one."))
