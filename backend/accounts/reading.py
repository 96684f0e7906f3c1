"""That somebody read about a patient: in the audit trail once an hour, so that the patient can see who has looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from backend.accounts import audit
from backend.accounts.models import AuditEntry, Membership, Patient, Person

READ = "patient.read"
ONE_READING_HOURS = 1  # [design] a page opened again and again is one reading


@dataclass(frozen=True, slots=True)
class Reading:
    """Who read about a patient, when, and in which role; `role` is empty where none is on record for that moment."""

    at: datetime
    reader: Person
    role: str


def note_reading(*, reader: Person, patients: Iterable[Patient]) -> None:
    """Write down that a person read about patients; what they read about themselves is nobody's business."""
    others = {one.pk: one for one in patients if one.person_id != reader.pk}
    if not _unnoted(reader, others):
        return  # the usual case takes no lock
    with transaction.atomic():
        list(Patient.objects.select_for_update(no_key=True).filter(pk__in=others).order_by("pk"))
        audit.record_each(reader, READ, [(one, one) for one in _unnoted(reader, others)])


def readings_of(patient: Patient, *, most: int) -> list[Reading]:
    """Return who read about a patient last, the latest first."""
    entries = AuditEntry.objects.filter(patient=patient, action=READ).select_related("actor").order_by("-at", "-pk")
    kept = list(entries[:most])
    work = Membership.objects.filter(clinic=patient.clinic_id, person__in={one.actor_id for one in kept})
    roles = list(work.order_by("-started_at"))
    return [Reading(one.at, one.actor, _role(roles, one)) for one in kept if one.actor is not None]


def _unnoted(reader: Person, patients: dict[int, Patient]) -> list[Patient]:
    """Return those of whom no reading by this person has been written down lately."""
    lately = AuditEntry.objects.filter(
        target_type=Patient._meta.label_lower,
        target_id__in=map(str, patients),
        action=READ,
        actor=reader,
        at__gt=timezone.now() - timedelta(hours=ONE_READING_HOURS),
    )
    noted = set(lately.values_list("target_id", flat=True)) if patients else set()
    return [one for one in patients.values() if str(one.pk) not in noted]


def _role(roles: list[Membership], entry: AuditEntry) -> str:
    """Return what the reader was at the clinic when they read."""
    held = (one for one in roles if one.person_id == entry.actor_id and one.started_at <= entry.at)
    return next((str(one.role) for one in held if one.ended_at is None or one.ended_at > entry.at), "")
