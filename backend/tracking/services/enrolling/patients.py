"""Who is treated, and what is set for them: enrolling, where they live, how they are reached, what they see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import Clinic, Patient, Person
from backend.accounts.models.patients import new_secret
from backend.accounts.services import patients
from backend.tracking.models import Indication, Progress, Treatment
from backend.tracking.services.enrolling.consent import Paper, give_consent
from backend.tracking.services.enrolling.previous_treatments import Previous, record_previous
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treating.check_ins import schedule, settle_superseded


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a clinic knows of a new patient; `signed`: the paper they signed, where they did."""

    code: str
    time_zone: str = ""  # empty: the clinic's
    indication: str = ""
    previous: Sequence[Previous] = ()
    signed: Paper | None = None


@transaction.atomic
def enrol_patient(*, actor: Person, clinic: Clinic, enrolment: Enrolment) -> Patient:
    """Store a patient with what was treated before and the consent they signed; `Refused` names what is wrong."""
    patient = patients.invite_patient(actor=actor, clinic=clinic, code=enrolment.code, time_zone=enrolment.time_zone)
    if enrolment.indication:
        change_patient(actor=actor, patient=patient, fields={"indication": enrolment.indication})
    record_previous(actor=actor, patient=patient, given=enrolment.previous)
    if enrolment.signed:
        paper = enrolment.signed
        give_consent(actor=actor, patient=patient, text=paper.text, signed_on=paper.signed_on)
    return patient


@transaction.atomic
def change_patient(
    *, actor: Person, patient: Patient, fields: dict[str, Any], expected_version: int | None = None
) -> None:
    """Change columns of a patient; `Refused` names the one that is wrong, `Conflict`: somebody changed it meanwhile.

    In another time zone the check-ins still to open keep the dose's wall time as clocks there have it, and reminders
    keep out of the night there; what counts elapsed hours since the dose stays.
    """
    _refuse_unknown_indication(fields.get("indication", ""))
    Patient.objects.lock(patient.pk)
    patient.refresh_from_db()
    if fields.get("code", patient.code) != patient.code:
        patients.refuse_taken_code(patient.clinic, fields["code"])
    zone = patient.time_zone
    patients.change_patient(actor=actor, patient=patient, fields=fields, expected_version=expected_version)
    if patient.time_zone == zone:
        return
    now = timezone.now()
    for treatment in Treatment.objects.filter(patient=patient).exclude(state=Progress.CANCELLED):
        schedule(treatment, opened_stay_at=now)
    settle_superseded(patient)


def renew_calendar_address(*, actor: Person, patient: Patient) -> None:
    """Give the calendar of a patient a new address; the old one no longer answers."""
    change_patient(actor=actor, patient=patient, fields={"calendar_secret": new_secret()})


def _refuse_unknown_indication(given: str) -> None:
    if given and given not in Indication.values:
        raise Refused("indication", f"indication is {given!r}, expected one of {', '.join(Indication.values)}")
