"""Planning several treatments of a course at once, and cancelling what is left of one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.models import Patient, Person
from backend.analysis.calendar import later_by_the_clock
from backend.tracking.models import Progress, RedoseReason, Treatment
from backend.tracking.models.treatments import COURSE_GAP
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treating.treatments import correct_treatment, record_treatment

LONGEST_COURSE = 24  # [design] treatments that can be planned at once
CLASH_HOURS = 1  # [design] a plan so close to another one is asked about
HOURS_PER_DAY = 24


def every_days(first: datetime, zone: ZoneInfo, *, count: int, days: int) -> list[datetime]:
    """Return `count` instants so many days apart by the local clock."""
    return [later_by_the_clock(first, zone, hours=HOURS_PER_DAY * days * place) for place in range(count)]


def on_weekdays(first: datetime, zone: ZoneInfo, *, count: int, weekdays: Collection[int]) -> list[datetime]:
    """Return `first` and the next instants that fall on these days of the week (Monday is 0), by the local clock."""
    found, day = [first], 0
    monday_first = first.astimezone(zone).weekday()
    while weekdays and len(found) < count:
        day += 1
        if (monday_first + day) % 7 in weekdays:
            found.append(later_by_the_clock(first, zone, hours=HOURS_PER_DAY * day))
    return found


@transaction.atomic
def plan_course(
    *, actor: Person, patient: Patient, details: Mapping[str, Any], moments: Sequence[datetime]
) -> list[Treatment]:
    """Plan a treatment at each instant, all alike; from the second on each is a planned dose of the same course.

    `details`: values of editable fields but those of time. `Refused` names what is wrong; then none is stored.
    """
    if not 1 <= len(moments) <= LONGEST_COURSE:
        raise Refused("count", _("Plan 1 to %(most)s treatments at once.") % {"most": LONGEST_COURSE})
    if any(not earlier < later <= earlier + COURSE_GAP for earlier, later in pairwise(moments)):
        told = _("Treatments of a course follow each other within %(days)s days.")
        raise Refused("planned_at", told % {"days": COURSE_GAP.days})
    Patient.objects.lock(patient.pk)
    made: list[Treatment] = []
    for moment in moments:
        planned = {**details, "state": Progress.PLANNED, "planned_at": moment}
        if made:
            planned["redose_reason"] = RedoseReason.PLANNED
        made.append(record_treatment(actor=actor, patient=patient, details=planned))
    return made


@transaction.atomic
def cancel_treatments(
    *, actor: Person, treatment: Treatment, reason: str, and_the_rest: bool, expected_version: int | None = None
) -> list[Treatment]:
    """Cancel a treatment, and with `and_the_rest` those still planned to follow in its course; return which.

    `Conflict` when it is no longer at the version that was expected. `Refused` without a reason.
    """
    if not reason.strip():
        raise Refused("reason", _("Say why, in a few words."))
    Patient.objects.lock(treatment.patient_id)
    cancelled = [treatment, *(rest_of_course(treatment) if and_the_rest else [])]
    expected = {treatment.pk: expected_version}
    return [
        correct_treatment(
            actor=actor,
            treatment=one,
            changes={"state": Progress.CANCELLED},
            reason=reason,
            expected_version=expected.get(one.pk),
        )
        for one in cancelled
    ]


def rest_of_course(treatment: Treatment) -> list[Treatment]:
    """Return the treatments planned to follow this one in its course, in order."""
    planned = Treatment.objects.filter(
        patient=treatment.patient_id,
        state=Progress.PLANNED,
        planned_at__gt=treatment.dosed_at,
        redose_reason=RedoseReason.PLANNED,
    )
    rest: list[Treatment] = []
    last = treatment.dosed_at
    for one in planned.order_by("planned_at", "pk"):
        if last is None or one.planned_at is None or one.planned_at > last + COURSE_GAP:
            break
        rest.append(one)
        last = one.planned_at
    return rest


def planned_near(patient: Patient, moments: Sequence[datetime], *, but: Treatment | None = None) -> Treatment | None:
    """Return the first treatment of the patient that is planned about when another one would be."""
    planned = Treatment.objects.filter(patient=patient, state=Progress.PLANNED).order_by("planned_at", "pk")
    near = timedelta(hours=CLASH_HOURS)
    for one in planned:
        if one != but and one.planned_at and any(abs(one.planned_at - moment) <= near for moment in moments):
            return one
    return None
