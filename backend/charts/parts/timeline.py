"""One time axis for two clocks: the hours after a dose and the weeks that follow.

Time maps to x by straight pieces, so it is strictly increasing everywhere and linear inside every part:

    before      | hours           | break        | days or weeks
    squeezed    | −1 h … 4.75 h   | 4.75 … 20 h  | 20 h … last time

The hourly windows close at 4.75 h and the day-1 window opens at 20 h, so a check-in never falls into the break; a
rating outside every window does, and stands there in order. Without times in (0, 20) h, or without any from 20 h on,
only one clock is needed and there is no break. Ratings earlier than the ordinary baseline get a narrow part "before".
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.charts.parts.text import measure
from backend.charts.words import DAYS_PER_WEEK, HOURS_PER_DAY, number

HOURS_FROM = -1.0  # baseline ratings on arrival
_AT_DOSE = -0.25  # where the axis starts when there are none
HOURS_TO = 4.75  # the +4 h window closes
DAYS_FROM = 20.0  # the day-1 window opens
WEEK = float(DAYS_PER_WEEK * HOURS_PER_DAY)
_WEEKS_FROM_HOURS = 13 * HOURS_PER_DAY  # shorter follow-up is told in days
_HOUR_SHARE = 0.42
_BREAK_SHARE = 0.07
_BEFORE_PX = 50.0
_GAP_PX = 14.0
_OVERHANG_PX = 20.0  # a name under the left end may reach this far below the names of the scores
_MINOR_PX = 6.0  # unlabelled ticks need this much room
_STEPS = {
    1.0: (1, 2, 4, 6, 12),
    float(HOURS_PER_DAY): (1, 2, 7),
    WEEK: (1, 2, 4, 8, 13, 26, 52, 104, 208, 520),
}
_NAMES = {1.0: "hours", float(HOURS_PER_DAY): "days", WEEK: "weeks"}


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the axis; a minor tick has no label."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the axis with one scale; `unit` is hours, days, weeks, before or calendar."""

    unit: str
    left: float
    right: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Knots (hours, x) joined by straight pieces, and the parts with a scale of their own."""

    knots: tuple[tuple[float, float], ...]
    parts: tuple[Part, ...]

    def x(self, hours: float) -> float:
        """Return where a time stands; times outside the axis stand at its ends."""
        place = bisect_right(self.knots, (hours, float("inf")))
        if place == 0:
            return self.knots[0][1]
        if place == len(self.knots):
            return self.knots[-1][1]
        (from_hours, from_x), (to_hours, to_x) = self.knots[place - 1], self.knots[place]
        return from_x + (hours - from_hours) / (to_hours - from_hours) * (to_x - from_x)

    def same_part(self, earlier: float, later: float) -> bool:
        """Whether two times lie in one part, so that a slope between them means something."""
        from_x, to_x = self.x(earlier), self.x(later)
        return any(part.left <= from_x and to_x <= part.right for part in self.parts)


def time_axis(hours: Iterable[float], left: float, right: float) -> TimeAxis:
    """Lay out an axis from `left` to `right` that shows hour 0 and every time given."""
    times = sorted({0.0, *hours})
    earliest, latest = times[0], times[-1]
    start = HOURS_FROM if earliest < 0 else _AT_DOSE
    if latest < DAYS_FROM:
        return _assemble(earliest, left, [(start, 0.0, 1.0), (max(HOURS_TO, latest), 1.0, 1.0)], right)
    last = max(latest, 2.0 * HOURS_PER_DAY)
    if not any(0 < time < DAYS_FROM for time in times):
        return _assemble(
            earliest, left, [(max(earliest, -WEEK) - 0.03 * last, 0.0, _late_unit(last)), (last, 1.0, 1.0)], right
        )
    shares = [
        (start, 0.0, 1.0),
        (HOURS_TO, _HOUR_SHARE, 0.0),
        (DAYS_FROM, _HOUR_SHARE + _BREAK_SHARE, _late_unit(last)),
        (last, 1.0, 1.0),
    ]
    return _assemble(earliest, left, shares, right)


def calendar_axis(hours: Iterable[float], dates: Sequence[tuple[float, str]], left: float, right: float) -> TimeAxis:
    """Lay out an even axis that shows hour 0, every time given and the first of some dates, with a tick for each date.

    Dates are named from the left as far as their names stand apart.
    """
    times = sorted({0.0, *hours, *(at for at, _name in dates[:1])})
    start, end = times[0], max(times[-1], times[0] + HOURS_PER_DAY)
    ticks, free_from = [], left - _OVERHANG_PX
    for at, name in dates:
        if start <= at <= end:
            x, half = left + (at - start) / (end - start) * (right - left), measure(name) / 2
            named = x - half >= free_from and x + half <= right + 8
            ticks.append(Tick(x, name if named else ""))
            free_from = x + half + 8 if named else free_from
    return TimeAxis(((start, left), (end, right)), (Part("calendar", left, right, tuple(ticks)),))


def _late_unit(last: float) -> float:
    return WEEK if last >= _WEEKS_FROM_HOURS else float(HOURS_PER_DAY)


def _assemble(earliest: float, left: float, shares: Sequence[tuple[float, float, float]], right: float) -> TimeAxis:
    """Turn (hours, share of the width, unit of the part that follows or 0 for a break) into an axis."""
    before: tuple[Part, ...] = ()
    first: tuple[tuple[float, float], ...] = ()
    if earliest < shares[0][0]:
        inner = left + _BEFORE_PX
        before, first = (Part("before", left, inner - _GAP_PX, ()),), ((earliest, left + 8),)
        left = inner
    knots = [(hours, left + share * (right - left)) for hours, share, _unit in shares]
    parts = tuple(
        Part(_NAMES[unit], start[1], end[1], _ticks(start, end, unit))
        for start, end, (_hours, _share, unit) in zip(knots, knots[1:], shares, strict=False)
        if unit
    )
    return TimeAxis(first + tuple(knots), before + parts)


def _ticks(start: tuple[float, float], end: tuple[float, float], unit: float) -> tuple[Tick, ...]:
    """Mark every unit that has room, and label as many as stand apart."""
    unit_px = (end[1] - start[1]) / (end[0] - start[0]) * unit
    first, last = -int(-start[0] // unit), int(end[0] // unit + 1e-9)
    first = max(first, 0) if unit > 1 else first
    widest = max(measure(number(first)), measure(number(last))) + 6
    step = next((step for step in _STEPS[unit] if step * unit_px >= widest), max(_STEPS[unit]))
    marks = range(first, last + 1) if unit_px >= _MINOR_PX else range(-(-first // step) * step, last + 1, step)
    return tuple(
        Tick(start[1] + (mark * unit - start[0]) / unit * unit_px, number(mark) if mark % step == 0 else "")
        for mark in marks
    )
