"""Storing what staff saw after a dose, each look once; what was wrong with one is said by a row that replaces it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.tracking.models import Observation, Treatment
from backend.tracking.services.entries import refuse_implausible
from backend.tracking.services.refusals import Conflict, KeyReused, Refused

OBSERVED_WITHIN_HOURS = 24  # [design] of the start: further away a date was mistyped
# All that a look says; the rest of the row is who wrote it down and why.
VALUES = ("at", "systolic", "diastolic", "pulse", "oxygen_percent", "sedation", "dissociation", "remark")
GIVEN = {"treatment", "client_uuid", "replaces", "recorded_by"}  # by the caller from stored rows, not from input


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a patient, as `Observation` has it; None: not taken."""

    at: datetime
    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    oxygen_percent: int | None = None
    sedation: int | None = None
    dissociation: int | None = None
    remark: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing but a time."""
        return not self.remark.strip() and all(getattr(self, name) is None for name in VALUES[1:-1])


def record_observation(
    *, actor: Person, treatment: Treatment, seen: Seen, client_uuid: UUID, now: datetime | None = None
) -> tuple[Observation, bool]:
    """Store a look once per client key, and tell whether it had been stored before.

    `Refused` names the field that is wrong; another look under the same key raises `KeyReused`. `now`: when it was
    written down, if that was not this moment.
    """
    row = Observation(treatment=treatment, client_uuid=client_uuid, recorded_by=actor, **asdict(seen))
    row.recorded_at = now or timezone.now()
    return _store_once(row, "observation.recorded")


@dataclass(frozen=True, slots=True)
class Correction:
    """What is said about a stored look: another one in its place, or None, which strikes it out; and why."""

    client_uuid: UUID
    seen: Seen | None
    reason: str


def correct_observation(
    *, actor: Person, observation: Observation, correction: Correction, now: datetime | None = None
) -> tuple[Observation, bool]:
    """Replace a look, or strike it out, once per client key; otherwise as `record_observation`.

    `Conflict` where something has replaced it already: then that is the one to correct.
    """
    seen, reason = correction.seen, correction.reason.strip()
    if not reason:
        raise Refused("reason", _("Say why, in a few words. It is kept beside what was there before."))
    if seen is None and observation.struck:
        raise Refused("struck", _("This entry has been struck out already."))
    row = Observation(
        treatment=observation.treatment,
        client_uuid=correction.client_uuid,
        replaces=observation,
        struck=seen is None,
        reason=reason,
        recorded_by=actor,
        **asdict(seen or Seen(at=observation.at)),
    )
    row.recorded_at = now or timezone.now()
    return _store_once(row, "observation.struck" if row.struck else "observation.corrected")


@transaction.atomic
def _store_once(row: Observation, action: str) -> tuple[Observation, bool]:
    """Store a row unless its key is taken; return what is stored under it, and whether it was before."""
    patient = row.treatment.patient
    Patient.objects.lock(patient.pk)
    stored = Observation.objects.filter(treatment=row.treatment, client_uuid=row.client_uuid).first()
    if stored is not None:
        if _said(stored) != _said(row):
            raise KeyReused
        return stored, True
    if row.replaces_id is not None and Observation.objects.filter(replaces=row.replaces_id).exists():
        raise Conflict
    if not row.struck:
        _refuse_what_cannot_be(row)
    row.save(force_insert=True)
    audit.record(row.recorded_by, action, row, patient=patient)
    return row, False


def _said(row: Observation) -> list[object]:
    """Return what a client key stands for."""
    return [row.replaces_id, row.struck, row.reason, *(getattr(row, name) for name in VALUES)]


def _refuse_what_cannot_be(row: Observation) -> None:
    refuse_implausible("at", row.at, row.recorded_at)
    start = row.treatment.started_at
    if start is not None and abs(row.at - start) > timedelta(hours=OBSERVED_WITHIN_HOURS):
        told = _("This is more than %(hours)s hours from the start of the dose.")
        raise Refused("at", told % {"hours": OBSERVED_WITHIN_HOURS})
    if Seen(**{name: getattr(row, name) for name in VALUES}).is_empty:
        raise Refused("systolic", _("Enter at least one value or a remark."))
    try:
        row.full_clean(exclude=GIVEN)
    except ValidationError as problem:
        raise Refused.from_invalid(problem) from problem
