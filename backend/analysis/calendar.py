"""Planned occasions to rate as instants, in the time zone the patient lives in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.analysis.schedule import CheckIn, Protocol

WEEK_HOURS = 7 * 24
YEARS = range(1900, 2200)  # of every day and instant: beyond them no clock is right, and arithmetic may overflow
BASELINE_OPENS_HOURS = 24  # before the dose: the window of the momentary series
ARRIVAL_OPENS_HOURS = 3  # [design] before the dose: what is rated from here on is rated at the clinic
ARRIVAL_WAITS_HOURS = 12  # [design] past the planned time: how long a dose may be delayed
EVENING_HOUR = 19  # [design] by the local clock: when the evening check-in is due


@dataclass(frozen=True, slots=True)
class Occasion:
    """One planned check-in: due at an instant, open in [opens, closes), all in UTC; before the dose no nominal time."""

    number: int
    name: str
    nominal_hours: float | None
    due: datetime
    opens: datetime
    closes: datetime


def occasions(protocol: Protocol, dosed_at: datetime, zone: ZoneInfo, *, planned: bool) -> tuple[Occasion, ...]:
    """Return every check-in around a dose in order of time.

    `dosed_at` is when the dose starts, or is planned to (`planned`): then the check-in at arrival stays open until
    the dose is known to have started. Weekly check-ins keep the local wall time of the dose across clock changes.
    """
    arrival = dosed_at - timedelta(hours=ARRIVAL_OPENS_HOURS)
    opens = dosed_at - timedelta(hours=BASELINE_OPENS_HOURS)
    the_day_before = dosed_at.astimezone(zone).date() - timedelta(days=1)
    evening = datetime.combine(the_day_before, time(EVENING_HOUR), zone).astimezone(UTC)
    closes = dosed_at + timedelta(hours=ARRIVAL_WAITS_HOURS if planned else 0)
    before = (
        Occasion(0, "evening before", None, min(max(evening, opens), arrival), opens, arrival),
        Occasion(1, "arrival", None, dosed_at, arrival, closes),
    )
    return before + tuple(_after(protocol, dosed_at, zone))


def _after(protocol: Protocol, dosed_at: datetime, zone: ZoneInfo) -> Iterator[Occasion]:
    for number, check_in in enumerate(protocol.check_ins, start=2):
        due, opens, closes = (_instant(check_in, hours, dosed_at, zone) for hours in _hours(check_in))
        yield Occasion(number, check_in.name, check_in.nominal, due, opens, closes)


def _hours(check_in: CheckIn) -> tuple[float, float, float]:
    return check_in.nominal, check_in.opens, check_in.closes


def _instant(check_in: CheckIn, hours: float, dosed_at: datetime, zone: ZoneInfo) -> datetime:
    if check_in.nominal % WEEK_HOURS:
        return dosed_at + timedelta(hours=hours)
    return later_by_the_clock(dosed_at, zone, hours=hours)


def later_by_the_clock(moment: datetime, zone: ZoneInfo, *, hours: float) -> datetime:
    """Return the instant at which clocks of a zone show so many hours more, in UTC: 24 are the same time tomorrow.

    Where that time comes twice it is the first of the two, and where clocks skip it, as much later.
    """
    # Arithmetic on a zoned datetime moves the wall clock.
    wall = moment.astimezone(zone) + timedelta(hours=hours)
    return wall.replace(fold=0).astimezone(UTC)
