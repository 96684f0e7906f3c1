"""Who is in the hours after a dose and what they said there; whose check-in waits; who is to come today."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Q, When

from backend.accounts.models import Clinic
from backend.analysis.schedule import DEFAULT_PROTOCOL, protocol
from backend.instruments import PRIMARY, get
from backend.tracking.models import CheckIn, Progress, Rating
from backend.tracking.reminders.planning import LONGEST_WINDOW
from backend.tracking.reminders.prompts import went_unanswered
from backend.tracking.reminders.slots import HOURLY_BELOW_HOURS, HOURLY_REPEAT, is_hourly
from backend.tracking.today.reasons import Need, Reason

# From the start of a dose to the close of the +4 h check-in somebody is in the room.
ROOM = timedelta(hours=next(one.closes for one in protocol(DEFAULT_PROTOCOL).check_ins if one.name == "+4 h"))
A_DAY = timedelta(hours=24)
BESIDE = {
    "clinic_id": "treatment__patient__clinic",
    "planned_at": "treatment__planned_at",
    "started_at": "treatment__started_at",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A rating of the primary series that stands: of which treatment, when, how many points."""

    treatment_id: int
    started_at: datetime
    at: datetime
    points: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A check-in, with where it is and when its treatment is planned, or has started."""

    check_in: CheckIn
    clinic_id: int
    planned_at: datetime | None
    started_at: datetime | None

    @property
    def is_unanswered(self) -> bool:
        """Tell whether nobody answered it and nobody said that they will not."""
        return not self.check_in.is_answered and self.check_in.skip_reason is None


def check_ins_looked_at(clinics: Collection[Clinic], now: datetime) -> list[Asked]:
    """Return the check-ins of the hours after a dose, those that are open past their time, and those of doses to come.

    By treatment and number. Their treatments do not come with them: of hundreds of rows that would take long.
    """
    in_room = Q(
        nominal_hours__lt=HOURLY_BELOW_HOURS,
        treatment__state=Progress.STARTED,
        treatment__started_at__gt=now - ROOM,
        treatment__started_at__lte=now,
    )
    waits = Q(
        nominal_hours__isnull=False,
        treatment__state=Progress.STARTED,
        closes_at__gt=now,
        due_at__lte=now - HOURLY_REPEAT,
    )
    to_come = Q(nominal_hours__isnull=True, treatment__state=Progress.PLANNED) & Q(
        treatment__planned_at__gt=now - A_DAY, treatment__planned_at__lt=now + A_DAY
    )
    found = (
        CheckIn.objects.with_answers()
        .filter(in_room | waits | to_come, superseded=False, opens_at__gt=now - LONGEST_WINDOW)
        .filter(opens_at__lte=now + ROOM, treatment__patient__clinic__in=[one.pk for one in clinics])
        .annotate(**{name: F(path) for name, path in BESIDE.items()})
    )
    asked = [Asked(one, **{name: getattr(one, name) for name in BESIDE}) for one in found]
    return sorted(asked, key=lambda one: (one.check_in.treatment_id, one.check_in.number))


def ratings_of_the_day(clinics: Collection[Clinic], now: datetime) -> list[Said]:
    """Return what was rated of treatments that started within a day, by treatment and time."""
    rated = Rating.objects.complete().filter(
        instrument=PRIMARY,
        effective_at__gt=now - 2 * A_DAY,  # a baseline is at most a day older than its dose
        treatment__state=Progress.STARTED,
        treatment__started_at__gt=now - A_DAY,
        treatment__started_at__lte=now,
        patient__clinic__in=[one.pk for one in clinics],
    )
    last = Case(When(amended_kind__isnull=True, then=F("total")), default=F("amended_total"))
    in_time = rated.annotate(points=last).order_by("treatment", "effective_at", "pk")
    rows = in_time.values_list("treatment", "treatment__started_at", "effective_at", "points")
    return [Said(pk, start, at, points) for pk, start, at, points in rows if start is not None]


def needs_in_the_room(asked: Iterable[Asked], now: datetime) -> Iterator[Need]:
    """Yield who is in the hours after a dose, with the next check-in and those missed there."""
    hourly = [one for one in asked if one.started_at and one.started_at > now - ROOM and is_hourly(one.check_in)]
    for treatment_id, group in groupby(hourly, key=lambda one: one.check_in.treatment_id):
        mine = list(group)
        left = [one.check_in for one in mine if one.is_unanswered]
        following = next((one for one in left if now < one.closes_at), None)
        yield Need(
            Reason.IN_ROOM,
            treatment_id,
            since=mine[0].started_at or now,
            check_in=following.name if following else "",
            due_at=following.due_at if following else None,
            missed=tuple(one.name for one in left if one.closes_at <= now),
        )


def needs_to_be_asked(asked: Iterable[Asked], now: datetime) -> Iterator[Need]:
    """Yield the check-ins that were prompted twice and are still open, hourly ones as the more urgent."""
    for one in (one.check_in for one in asked if one.started_at and went_unanswered(one.check_in, now)):
        reason = Reason.UNANSWERED if is_hourly(one) else Reason.OVERDUE
        yield Need(reason, one.treatment_id, since=one.due_at, check_in=one.name, due_at=one.due_at)


def expected_today(asked: Iterable[Asked], clinics: Collection[Clinic], now: datetime) -> Iterator[Need]:
    """Yield the doses planned for this day, as the clinic's calendar has it, that have not started."""
    zones = {one.pk: ZoneInfo(one.time_zone) for one in clinics}
    planned = {one.check_in.treatment_id: one for one in asked if one.started_at is None}
    for treatment_id, one in planned.items():
        zone = zones[one.clinic_id]
        if one.planned_at is not None and one.planned_at.astimezone(zone).date() == now.astimezone(zone).date():
            yield Need(Reason.EXPECTED, treatment_id, since=one.planned_at)


def needs_by_score(ratings: Iterable[Said], now: datetime) -> Iterator[Need]:
    """Yield whose last rating in the hours after a dose is a reliable change above the baseline or the one before."""
    change = get(PRIMARY).reliable_change or 0
    for treatment_id, group in groupby(ratings, key=lambda one: one.treatment_id):
        mine = [one for one in group if one.at <= one.started_at + ROOM]
        before = [one for one in mine if one.at <= one.started_at]
        since_dose = [one for one in mine if one.at > one.started_at]
        if not since_dose or since_dose[-1].started_at <= now - ROOM:
            continue
        last, compared = since_dose[-1], [one.points for one in (before[-1:] + since_dose[:-1][-1:])]
        if compared and last.points - min(compared) >= change:
            yield Need(Reason.RISING, treatment_id, since=last.at, score=last.points, against=min(compared))


def rated_in_the_room(ratings: Iterable[Said]) -> set[int]:
    """Return the treatments that have a rating between their start and the close of +4 h."""
    return {one.treatment_id for one in ratings if one.started_at < one.at <= one.started_at + ROOM}
