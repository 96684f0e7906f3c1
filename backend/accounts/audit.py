"""The audit trail: who did what to which row, written in the transaction of the change itself."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from backend.accounts.models import AuditEntry, Clinic, Patient, Person


def record(  # noqa: PLR0913 - one row's columns
    actor: Person | None,
    action: str,
    target: models.Model,
    *,
    patient: Patient | None = None,
    clinic: Clinic | None = None,
    changes: dict[str, list[Any]] | None = None,
    reason: str = "",
) -> None:
    """Write one entry; call it only when something changed, inside the transaction that changed it.

    `changes` maps a field to its old and new value, as JSON can carry them, and never holds scores, notes, names
    or contacts. Without `clinic` the patient's counts.
    """
    AuditEntry.objects.create(
        actor=actor,
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        patient=patient,
        clinic_id=clinic.pk if clinic else patient.clinic_id if patient else None,
        changes=changes or {},
        reason=reason,
    )


def record_each(actor: Person | None, action: str, targets: Iterable[tuple[models.Model, Patient]]) -> None:
    """Write one entry for each row and the patient it is about, in few statements; otherwise as `record`."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=actor,
            action=action,
            target_type=target._meta.label_lower,
            target_id=str(target.pk),
            patient=patient,
            clinic_id=patient.clinic_id,
        )
        for target, patient in targets
    )
