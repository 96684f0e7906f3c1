"""Opening clinics and changing their settings."""

from typing import Any

from django.db import transaction

from backend.accounts import audit
from backend.accounts.models import Clinic, Person
from backend.accounts.services.changing import expect_version, refuse_invalid, store_changes
from backend.accounts.services.clinic_rules import refuse_settings
from backend.analysis.schedule import DEFAULT_PROTOCOL


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
    refuse_invalid(clinic)
    clinic.save()
    audit.record(actor, "clinic.created", clinic, clinic=clinic)
    return clinic


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
    changes = store_changes(clinic, fields)
    if changes:
        audit.record(actor, "clinic.changed", clinic, clinic=clinic, changes=changes)
