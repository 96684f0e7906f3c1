"""What a chart is asked to show: plain values, times in hours since the first dose."""

from dataclasses import dataclass
from math import isfinite

LONGEST_HOURS = 20 * 365.25 * 24  # [design] a time further than twenty years from the dose is a mistake, not a rating


def drawable_time(hours: float) -> bool:
    """Whether a time can stand on an axis."""
    return isfinite(hours) and abs(hours) <= LONGEST_HOURS


@dataclass(frozen=True, slots=True)
class Point:
    """One rating; `flags` are reasons to look twice at it, and a flagged rating gets a mark of another shape."""

    hours: float
    score: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """A check-in that brought no rating, at its nominal time: the line has a gap here."""

    hours: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A waiting time known only to lie in (after_hours, by_hours]; `by_hours` is inf when the event was not seen."""

    after_hours: float
    by_hours: float

    @property
    def drawable(self) -> bool:
        """Whether both ends make sense on an axis."""
        return drawable_time(self.after_hours) and self.by_hours > self.after_hours and (self.open or self.by_known)

    @property
    def open(self) -> bool:
        """Whether the event was not seen."""
        return self.by_hours == float("inf")

    @property
    def by_known(self) -> bool:
        """Whether the upper end is a time on the axis."""
        return drawable_time(self.by_hours)


@dataclass(frozen=True, slots=True)
class Window:
    """When a check-in could be answered: [opens_hours, closes_hours)."""

    opens_hours: float
    closes_hours: float


@dataclass(frozen=True, slots=True)
class Dose:
    """One administration; the first stands at hour 0."""

    hours: float
    label: str


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """The ratings of one treatment or course in one instrument, and what was concluded from them.

    `points` include the baseline ratings (hours <= 0). `sentence` is the outcome in words; `notes` the small print.
    """

    title: str
    instrument: str
    minimum: float
    maximum: float
    points: tuple[Point, ...]
    misses: tuple[Miss, ...]
    doses: tuple[Dose, ...]
    baseline: float | None
    response_at: float | None
    lost_above: float | None
    onset: Band | None
    loss: Band | None
    sentence: str
    notes: tuple[str, ...]
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """The ratings of one treatment among others: `name` says in the key which one it is."""

    name: str
    points: tuple[Point, ...]
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class SessionsPicture:
    """Several treatments of one patient in one instrument.

    Without `dates`, up to six sessions lie over each other, each in hours since its own dose. With them, all hours
    count from the first dose and the axis is a calendar: which dates it names, and where they are.
    """

    title: str
    instrument: str
    minimum: float
    maximum: float
    sessions: tuple[Session, ...]
    doses: tuple[Dose, ...]
    dates: tuple[tuple[float, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CohortCurve:
    """One group's probabilities, every tuple as long as `hours`; None where nothing may be claimed.

    A place with `lower` and `upper` but no `estimate` describes the band between two check-ins: it widens the band
    there and does not interrupt the line. A place with neither does.
    """

    name: str
    hours: tuple[float, ...]
    estimate: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    ci_lower: tuple[float | None, ...]
    ci_upper: tuple[float | None, ...]
    n: int

    def __post_init__(self) -> None:
        for name in ("estimate", "lower", "upper", "ci_lower", "ci_upper"):
            if len(getattr(self, name)) != len(self.hours):
                raise ValueError(f"{name} has {len(getattr(self, name))} values for {len(self.hours)} times")


@dataclass(frozen=True, slots=True)
class CohortPicture:
    """Up to six groups on one time axis.

    `joined` is True for the probability of being in response (points at check-ins, joined) and False for onset and
    loss (a step curve along `estimate`, with everything between `lower` and `upper` left open).
    """

    title: str
    measure: str
    curves: tuple[CohortCurve, ...]
    joined: bool
    notes: tuple[str, ...]
