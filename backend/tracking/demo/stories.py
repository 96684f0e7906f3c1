"""What the story of a demo patient is made of: doses, and what was answered at the check-ins around each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backend.tracking.models import SkipReason

TIME_ZONE = "Europe/London"
PROTOCOL = "hourly-bridged-weekly"  # the recommended one
MINUTE = 1 / 60  # in hours
MINUTES_GIVEN = {"iv": 40, "intranasal": 10, "im": 1}  # by route
BEFORE_DOSE_HOURS = -15 * MINUTE  # how far from its due time, the dose, the check-in at arrival is answered


@dataclass(frozen=True, slots=True)
class Mark:
    """An answered check-in: points of the primary series, hours from when it was due, hours kept on the phone."""

    points: int
    late_hours: float
    kept_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Correction:
    """An amendment of the primary rating of a check-in; without points it withdraws the rating."""

    check_in: str
    points: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Dose:
    """One treatment: `details` as `record_treatment` takes them; marks and skips by the names of check-ins."""

    details: Mapping[str, Any]
    marks: Mapping[str, Mark] = field(default_factory=dict)
    skips: Mapping[str, SkipReason] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    cancelled_because: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A patient and their doses in order. Without `email` the clinic enters what they say."""

    code: str
    name: str
    doses: tuple[Dose, ...]
    email: str = ""


def at_clinic(now: datetime, *, days_ago: int, hour: int = 10, minute: int = 0) -> datetime:
    """Return a wall-clock time at the clinic, so many days before the day of `now`."""
    zone = ZoneInfo(TIME_ZONE)
    day = now.astimezone(zone).date() - timedelta(days=days_ago)
    return datetime.combine(day, time(hour, minute), zone)
