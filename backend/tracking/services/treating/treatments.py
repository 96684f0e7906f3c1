"""Planning, starting, correcting and cancelling treatments; check-ins and outcomes follow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.analysis.schedule import protocol
from backend.tracking.models import Progress, Treatment
from backend.tracking.services.entries import refuse_implausible
from backend.tracking.services.estimates import ask_for_estimates
from backend.tracking.services.refusals import Conflict, Overlapping, Refused
from backend.tracking.services.treating.check_ins import schedule, settle_superseded

DETAILS = (
    "drug",
    "drug_name",
    "route",
    "dose_mg",
    "weight_kg",
    "indication",
    "redose_reason",
    "benzodiazepine_24h",
    "rescue_medication_at",
    "psychotherapy_same_day",
    "at_home",
    "protocol",
    "lot",
)
TIMES = ("state", "planned_at", "started_at", "ended_at")
EDITABLE = DETAILS + TIMES
# Outcomes, or the cohorts they count in, do not depend on these.
WITHOUT_EFFECT = {"dose_mg", "weight_kg", "psychotherapy_same_day", "at_home", "planned_at", "lot"}


@transaction.atomic
def record_treatment(*, actor: Person, patient: Patient, details: Mapping[str, Any]) -> Treatment:
    """Store a treatment that is planned or has started, with its check-ins.

    `details`: values of `EDITABLE` fields. `Refused` names the field that is wrong.
    """
    Patient.objects.lock(patient.pk)
    treatment = Treatment(patient=patient)
    if not details.get("protocol"):
        treatment.protocol = patient.clinic.default_protocol
    _apply(treatment, details)
    treatment.save(force_insert=True)
    audit.record(actor, f"treatment.{treatment.state}", treatment, patient=patient)
    _follow(treatment, estimates_change=treatment.state == Progress.STARTED)
    return treatment


@transaction.atomic
def correct_treatment(
    *,
    actor: Person,
    treatment: Treatment,
    changes: Mapping[str, Any],
    reason: str = "",
    expected_version: int | None = None,
) -> Treatment:
    """Change fields of a treatment, start or cancel it; nothing happens when nothing differs.

    `Conflict` when it is no longer at the version that was expected; None expects nothing.

    Unanswered check-ins move with the time of the dose, ratings never do. `Refused` names the field that is wrong.
    """
    Patient.objects.lock(treatment.patient_id)
    stored = Treatment.objects.get(pk=treatment.pk)
    if expected_version is not None and stored.version != expected_version:
        raise Conflict
    before = {name: getattr(stored, name) for name in EDITABLE}
    _apply(stored, changes)
    after = {name: getattr(stored, name) for name in EDITABLE}
    differing = {name: [before[name], after[name]] for name in EDITABLE if before[name] != after[name]}
    if not differing:
        return stored
    if "protocol" in differing and stored.check_ins.filter(ratings__isnull=False).exists():
        raise Refused("protocol", _("A check-in has been answered, so the protocol can no longer change."))
    stored.version += 1
    # Nothing else: ratings may be raising a column of theirs meanwhile.
    stored.save(update_fields=[*differing, "protocol_version", "version"])
    changes_told = {name: [_told(old), _told(new)] for name, (old, new) in differing.items()}
    audit.record(actor, "treatment.changed", stored, patient=stored.patient, changes=changes_told, reason=reason)
    _follow(stored, estimates_change=bool(differing.keys() - WITHOUT_EFFECT))
    return stored


@transaction.atomic
def start_at_home(*, actor: Person, treatment: Treatment, started_at: datetime) -> Treatment:
    """Start a treatment that its patient has just taken at home; once it has started, the first time stands.

    `Refused` for anybody but the patient, for what is not taken at home, and too far from its plan.
    """
    Patient.objects.lock(treatment.patient_id)
    mine = Treatment.objects.filter(patient__person=actor, at_home=True)
    started = mine.started().filter(pk=treatment.pk).first()
    if started is not None:
        return started
    if not mine.to_take_at_home(timezone.now()).filter(pk=treatment.pk).exists():
        raise Refused("state", f"treatment {treatment.pk} is not one that this person may start at home now")
    changes = {"state": Progress.STARTED, "started_at": started_at}
    return correct_treatment(actor=actor, treatment=treatment, changes=changes)


def _apply(treatment: Treatment, changes: Mapping[str, Any]) -> None:
    for name, given in changes.items():
        if name not in EDITABLE:
            raise Refused(name, f"{name} cannot be set, expected one of {', '.join(EDITABLE)}")
        setattr(treatment, name, given)
    try:
        treatment.full_clean()
    except ValidationError as problem:
        raise Refused.from_invalid(problem) from problem
    if "started_at" in changes and treatment.started_at is not None:
        refuse_implausible("started_at", treatment.started_at, timezone.now())
    if changes.keys() & {"state", "started_at", "ended_at"} and treatment.state == Progress.STARTED:
        _refuse_overlap(treatment)
    treatment.protocol_version = protocol(treatment.protocol).version


def _refuse_overlap(treatment: Treatment) -> None:
    """Refuse a start while another treatment of the patient was given, and an end after another one's start."""
    others = Treatment.objects.started().filter(patient=treatment.patient_id).exclude(pk=treatment.pk)
    given_then = others.filter(started_at__lte=treatment.started_at, ended_at__gt=treatment.started_at).first()
    if given_then is not None and given_then.started_at is not None:
        raise Overlapping("started_at", given_then.started_at, given_then.ended_at)
    if treatment.ended_at is None:
        return
    begun_meanwhile = others.filter(started_at__gt=treatment.started_at, started_at__lt=treatment.ended_at).first()
    if begun_meanwhile is not None and begun_meanwhile.started_at is not None:
        raise Overlapping("ended_at", begun_meanwhile.started_at, begun_meanwhile.ended_at)


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value if value is None else str(value)


def _follow(treatment: Treatment, *, estimates_change: bool) -> None:
    """Bring check-ins in line, and ask for new estimates of every treatment that this one bears on."""
    if treatment.state != Progress.CANCELLED:
        schedule(treatment)
    settle_superseded(treatment.patient)
    if estimates_change:
        ask_for_estimates(*Treatment.objects.filter(patient=treatment.patient).values_list("pk", flat=True))
