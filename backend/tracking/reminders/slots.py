"""When a check-in's reminders are due: the first, the repeats, and never in the night."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from backend.tracking.models import CheckIn

JITTER_SECONDS = 240  # [design] over which the reminders of one hour are spread, the same for a check-in every time
HOURLY_BELOW_HOURS = 12  # [design] check-ins due sooner after a dose are hourly
HOURLY_REPEAT = timedelta(minutes=10)
LATER_REPEATS = (timedelta(hours=24), timedelta(hours=72))
ARRIVAL_LEAD_HOURS = 1  # [design] what is rated after the dose is no baseline: the prompt comes before it
QUIET_FROM, QUIET_UNTIL = time(21), time(8)  # by the patient's clock


@dataclass(frozen=True, slots=True)
class Slot:
    """One reminder: number 0 is the first, the others repeat it. Due at an instant, void from `expires_at` on."""

    number: int
    due_at: datetime
    expires_at: datetime


def slots(check_in: CheckIn) -> list[Slot]:
    """Return a check-in's reminders in order; its treatment and patient are asked for their day and time zone.

    Each expires when the next is due, the last when the window closes, so that two are never wanted at once. A number
    is missing where its time would come too late.
    """
    moments = [out_of_the_night(check_in, moment) for moment in _moments(check_in)]
    ends = [*moments[1:], check_in.closes_at]
    timely = [
        (number, due)
        for number, (due, end) in enumerate(zip(moments, ends, strict=True))
        if due < min(end, check_in.closes_at)
    ]
    voids = [*(due for _, due in timely), check_in.closes_at][1:]
    return [Slot(number, due, void) for (number, due), void in zip(timely, voids, strict=True)]


def is_hourly(check_in: CheckIn) -> bool:
    """Tell whether it is one of those in the hours after a dose."""
    return check_in.nominal_hours is not None and check_in.nominal_hours < HOURLY_BELOW_HOURS


def out_of_the_night(check_in: CheckIn, moment: datetime) -> datetime:
    """Return the moment itself, or for one in the night the next morning; hourly ones and the dose's day stay."""
    wall = moment.astimezone(_zone(check_in))
    if is_hourly(check_in) or check_in.treatment.is_dose_day(moment) or QUIET_UNTIL <= wall.time() < QUIET_FROM:
        return moment
    morning = wall.date() + timedelta(days=wall.time() >= QUIET_FROM)
    return datetime.combine(morning, QUIET_UNTIL, wall.tzinfo).astimezone(UTC) + jitter(check_in)


def jitter(check_in: CheckIn) -> timedelta:
    """Return by how much a check-in's reminders are late: stable, so that planning twice plans the same."""
    drawn = int.from_bytes(sha256(str(check_in.pk).encode()).digest()[:8])
    return timedelta(seconds=drawn % JITTER_SECONDS)


def _zone(check_in: CheckIn) -> ZoneInfo:
    return ZoneInfo(check_in.treatment.patient.time_zone)


def _moments(check_in: CheckIn) -> Iterator[datetime]:
    """Yield the first reminder and its repeats as the protocol has them, the night not yet thought of."""
    due = check_in.due_at
    if check_in.nominal_hours is None and due == check_in.treatment.dosed_at:
        due = max(due - timedelta(hours=ARRIVAL_LEAD_HOURS), check_in.opens_at)
    first = due + jitter(check_in)
    yield first
    if is_hourly(check_in):
        yield first + HOURLY_REPEAT
    elif check_in.nominal_hours is not None:
        # Moved as a wall clock, so that a repeat comes at the same time of day.
        wall = first.astimezone(_zone(check_in))
        yield from ((wall + later).replace(fold=0).astimezone(UTC) for later in LATER_REPEATS)
