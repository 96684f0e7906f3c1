"""Why somebody at the clinic should look at a patient today, the most urgent reason first."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from backend.tracking.models import Alert, Treatment


class Reason(Enum):
    """In the order of urgency."""

    ALERT = "alert"  # a rule of the clinic was crossed and nobody has said that they saw it
    RISING = "rising"  # in the hours after a dose the last rating rose, whether or not there is a rule
    UNANSWERED = "unanswered"  # in the hours after a dose, prompted twice and still open
    IN_ROOM = "room"  # in the hours after a dose
    NO_RESPONSE = "no-response"  # by the close of the +4 h check-in
    WORSE = "worse"  # than before the treatment
    EARLIER = "earlier"  # relief ends, or was lost, sooner than this patient's used to be
    LOST = "lost"  # lately
    ENDING = "ending"  # relief still holds, and its last rating says not for long
    OVERDUE = "overdue"  # a later check-in, prompted twice and still open
    EXPECTED = "expected"  # planned for today and not started

    @property
    def rank(self) -> int:
        """Return its place, 0 the most urgent."""
        return _RANKS[self.value]


_RANKS = {one.value: rank for rank, one in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Need:
    """One reason about one patient, with what it rests on where that applies.

    `score` is what the last rating had; `against` what it is compared with: the baseline or the rating before, in
    points, and of what ends earlier than usual the usual hours.
    """

    reason: Reason
    treatment_id: int
    since: datetime
    check_in: str = ""  # its name
    due_at: datetime | None = None
    missed: tuple[str, ...] = ()  # names of check-ins
    score: float | None = None
    against: float | None = None
    hours: float | None = None  # since the dose
    alert: Alert | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a treatment's patient is looked at for; `needs` the most urgent first."""

    treatment: Treatment
    needs: list[Need] = field(default_factory=list)
