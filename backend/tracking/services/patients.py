"""What patients set for themselves: where they live, how they are reached, what they see."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from backend.accounts import services
from backend.accounts.models import Patient, Person
from backend.accounts.models.patients import new_secret
from backend.tracking.models import Progress, Treatment
from backend.tracking.services.check_ins import schedule, settle_superseded


@transaction.atomic
def change_patient(
    *, actor: Person, patient: Patient, fields: dict[str, Any], expected_version: int | None = None
) -> None:
    """Change columns of a patient; `Refused` names the one that is wrong, `Conflict`: somebody changed it meanwhile.

    In another time zone the check-ins still to open keep the dose's wall time as clocks there have it, and reminders
    keep out of the night there; what counts elapsed hours since the dose stays.
    """
    Patient.objects.lock(patient.pk)
    patient.refresh_from_db()
    zone = patient.time_zone
    services.change_patient(actor=actor, patient=patient, fields=fields, expected_version=expected_version)
    if patient.time_zone == zone:
        return
    now = timezone.now()
    for treatment in Treatment.objects.filter(patient=patient).exclude(state=Progress.CANCELLED):
        schedule(treatment, opened_stay_at=now)
    settle_superseded(patient)


def renew_calendar_address(*, actor: Person, patient: Patient) -> None:
    """Give the calendar of a patient a new address; the old one no longer answers."""
    change_patient(actor=actor, patient=patient, fields={"calendar_secret": new_secret()})
