"""Generating check-ins from the time of a dose, moving them when that time changes, and skipping them."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.analysis.calendar import occasions
from backend.analysis.schedule import protocol
from backend.tracking.models import CheckIn, Progress, Skip, SkipReason, Treatment
from backend.tracking.reminders.planning import replan
from backend.tracking.services.refusals import KeyReused, Refused

_TIMES = ("name", "nominal_hours", "due_at", "opens_at", "closes_at")


def schedule(treatment: Treatment, *, opened_stay_at: datetime | None = None) -> None:
    """Bring the check-ins of a treatment in line with its protocol and the time of its dose; answered ones stay.

    With an instant, those that have opened by then stay as well: a window somebody looks at does not move away.
    """
    wanted = check_ins_of(treatment)
    settled = set(_settled(treatment).values_list("number", flat=True))
    if opened_stay_at is not None:
        opened = CheckIn.objects.filter(treatment=treatment, opens_at__lte=opened_stay_at)
        settled |= set(opened.values_list("number", flat=True))
    CheckIn.objects.filter(treatment=treatment, number__gte=len(wanted)).exclude(number__in=settled).delete()
    CheckIn.objects.bulk_create(
        [one for one in wanted if one.number not in settled],
        update_conflicts=True,
        unique_fields=["treatment", "number"],
        update_fields=_TIMES,
    )
    replan([treatment], timezone.now())


def check_ins_of(treatment: Treatment) -> list[CheckIn]:
    """Return the check-ins that follow from a treatment's protocol and the time of its dose, not stored."""
    dosed_at = treatment.dosed_at
    if dosed_at is None:
        raise Refused("planned_at", _("A planned treatment needs the time it is planned for."))
    planned = treatment.state == Progress.PLANNED
    zone = ZoneInfo(treatment.patient.time_zone)
    return [
        CheckIn(
            treatment=treatment,
            number=one.number,
            name=one.name,
            nominal_hours=one.nominal_hours,
            due_at=one.due,
            opens_at=one.opens,
            closes_at=one.closes,
        )
        for one in occasions(protocol(treatment.protocol), dosed_at, zone, planned=planned)
    ]


def settle_superseded(patient: Patient) -> None:
    """Close what a later treatment leaves of the check-ins of the one before, and reopen what it does not."""
    later = Treatment.objects.started().filter(
        patient=patient,
        started_at__gt=OuterRef("treatment__started_at"),
        started_at__lt=OuterRef("closes_at"),
    )
    mine = CheckIn.objects.filter(treatment__patient=patient).annotate(is_closed_by_later=Exists(later))
    for closed in (True, False):
        changed = list(mine.filter(is_closed_by_later=closed, superseded=not closed).values_list("pk", flat=True))
        CheckIn.objects.filter(pk__in=changed).update(superseded=closed)


@transaction.atomic
def skip_check_in(*, actor: Person, check_in: CheckIn, client_uuid: UUID, reason: str) -> tuple[Skip, bool]:
    """Store once that a check-in will not be answered, and tell whether that had been stored before.

    `KeyReused` when the key was used for another check-in or reason; `Refused` when it was answered.
    """
    if reason not in SkipReason.values:
        raise Refused("reason", f"reason is {reason!r}, expected one of {', '.join(SkipReason.values)}")
    patient = check_in.treatment.patient
    Patient.objects.lock(patient.pk)
    earlier = Skip.objects.filter(patient=patient, client_uuid=client_uuid).first()
    if earlier is not None and (earlier.check_in_id, earlier.reason) != (check_in.pk, reason):
        raise KeyReused
    stored = earlier or Skip.objects.filter(check_in=check_in).first()
    if stored is not None:
        return stored, True
    if CheckIn.objects.with_answers().get(pk=check_in.pk).is_answered:
        raise Refused("check_in", _("This check-in has been answered, so it cannot be skipped."))
    skip = Skip.objects.create(
        patient=patient, check_in=check_in, client_uuid=client_uuid, reason=reason, made_by=actor
    )
    audit.record(actor, "check_in.skipped", skip, patient=patient)
    return skip, False


@transaction.atomic
def lend_check_in(*, actor: Person, check_in: CheckIn) -> None:
    """Write down that a member of staff lent a device to a patient to answer a check-in on."""
    audit.record(actor, "check_in.lent", check_in, patient=check_in.treatment.patient)


def _settled(treatment: Treatment) -> QuerySet[CheckIn]:
    """Return the check-ins that stay where they are: rated or skipped ones."""
    rows = CheckIn.objects.filter(treatment=treatment)
    return rows.filter(ratings__isnull=False).distinct() | rows.filter(skips__isnull=False).distinct()
