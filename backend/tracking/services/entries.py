"""What a device sends, and when it was made by the server's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from backend.accounts.models import time_zones
from backend.analysis.calendar import YEARS
from backend.tracking.models import CheckIn, Timing
from backend.tracking.services.refusals import Refused

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(YEARS.stop, 1, 1, tzinfo=UTC)
UNSET_CLOCK = datetime(1970, 1, 1, tzinfo=UTC)  # what a device starts from whose battery ran out
FUTURE_TOLERATED_MINUTES = 5
SKEW_IGNORED_MINUTES = 2  # [design] clocks and networks are no better than this
SKEW_CORRECTED_HOURS = 24  # a clock further off is not believed to be off by a constant
LIVE_WITHIN_MINUTES = 15  # [design] between answering and arriving here

Answers = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a device or a script sends: see `Rating` for the times. `check_in` None: found by the time."""

    client_uuid: UUID
    instrument: str
    answers: Answers
    device_at: datetime
    device_tz: str = ""
    device_sent_at: datetime | None = None
    respondent: str = ""
    check_in: CheckIn | None = None
    came_as_sent: bool = False  # nothing lay between the device and here, so what the clocks differ by is its clock's


def refuse_implausible(field: str, moment: datetime, now: datetime) -> None:
    """Refuse when something is said to have happened if that is still to come, or slipped to another century."""
    if moment < EARLIEST:
        raise Refused(field, _("This time is before the year %(earliest)s.") % {"earliest": EARLIEST.year})
    if moment > now + timedelta(minutes=FUTURE_TOLERATED_MINUTES):
        raise Refused(field, _("This time is still to come."))


def check_times(entry: Entry) -> None:
    """Refuse a time no device can have meant; anything merely late or odd is stored and flagged."""
    earliest = UNSET_CLOCK if entry.came_as_sent else EARLIEST
    for field in ("device_at", "device_sent_at"):
        moment: datetime | None = getattr(entry, field)
        if moment is None:
            continue
        if moment.utcoffset() is None:
            raise Refused(field, f"{field} is {moment.isoformat()}, expected an instant with its offset from UTC")
        if not earliest <= moment < LATEST:
            years = f"{earliest.year} to {LATEST.year - 1}"
            raise Refused(field, f"{field} is {moment.isoformat()}, expected an instant from {years}")
    if entry.device_tz and entry.device_tz not in time_zones():
        raise Refused(
            "device_tz", f"device_tz is {entry.device_tz!r}, expected an IANA time zone such as Europe/Berlin"
        )


def effective(entry: Entry, now: datetime) -> tuple[datetime, bool]:
    """Return when the rating was made by the server's clock, and whether the device's clock was too far off.

    What seems a clock days slow may be a delivery days late: then the time stands. One days fast can only be wrong,
    but still tells how long before sending it was.
    """
    skew = timedelta() if entry.device_sent_at is None else now - entry.device_sent_at
    off = abs(skew) > timedelta(minutes=SKEW_IGNORED_MINUTES)
    believed = entry.came_as_sent or skew <= timedelta(hours=SKEW_CORRECTED_HOURS)
    effective_at = (entry.device_at + skew if off and believed else entry.device_at).astimezone(UTC)
    if effective_at > now + timedelta(minutes=FUTURE_TOLERATED_MINUTES):
        if entry.came_as_sent:  # the clock was set between answering and sending, so what it is off by says nothing
            return min(entry.device_at.astimezone(UTC), now), True
        tolerated = f"more than {FUTURE_TOLERATED_MINUTES} minutes in the future"
        raise Refused("device_at", f"device_at is {entry.device_at.isoformat()}, {tolerated}")
    return effective_at, off or _is_before_its_check_in(entry, effective_at)


def timing_of(entry: Entry, check_in: CheckIn | None, effective_at: datetime, now: datetime) -> Timing:
    """Return how an entry came in whose time is not in doubt."""
    if check_in is not None and effective_at >= check_in.closes_at:
        return Timing.LATE
    if now - effective_at <= timedelta(minutes=LIVE_WITHIN_MINUTES):
        return Timing.LIVE
    return Timing.LATE if entry.device_sent_at is None else Timing.OFFLINE


def _is_before_its_check_in(entry: Entry, effective_at: datetime) -> bool:
    """Tell whether a device gave an answer before it can have asked for it: its clock was slow and is right again."""
    if entry.check_in is None or not entry.came_as_sent:
        return False
    return effective_at < entry.check_in.opens_at - timedelta(minutes=SKEW_IGNORED_MINUTES)
