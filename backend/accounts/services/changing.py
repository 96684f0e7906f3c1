"""Changing columns of a clinic, a person or a patient: what is expected, what is refused, what is on record."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F

from backend.accounts.models import Clinic, Patient, Person
from backend.accounts.refusals import Conflict, Refused

HIDDEN = ["hidden", "hidden"]  # that a name or address changed is on record, what it was is not
NOT_TYPED = ["password", "email_hash"]  # columns that hold what was made from something else
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


def expect_version(row: Clinic | Patient, expected: int | None) -> None:
    """Raise `Conflict` unless the row is stored at the version that was expected; None expects nothing.

    The row stays locked, so that of two people who read the same version one is told.
    """
    if expected is None:
        return
    found = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
    if found.version != expected:
        raise Conflict


def store_changes(row: Clinic | Person | Patient, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Store what differs and return it as the audit trail may keep it."""
    differing = {field: new for field, new in fields.items() if getattr(row, field) != new}
    changes = {field: [getattr(row, field), new] if field in SAID else HIDDEN for field, new in differing.items()}
    for field, new in differing.items():
        setattr(row, field, new)
    if differing:
        refuse_invalid(row, exclude=NOT_TYPED)
        row.save(update_fields=list(differing))
    if differing and not isinstance(row, Person):
        type(row)._default_manager.filter(pk=row.pk).update(version=F("version") + 1)
        row.refresh_from_db(fields=["version"])
    return changes


def refuse_invalid(row: models.Model, exclude: list[str] | None = None) -> None:
    """Raise `Refused` with what the columns' validators say."""
    try:
        row.clean_fields(exclude)
    except ValidationError as invalid:
        raise Refused.from_invalid(invalid) from invalid
