"""The ground a chart stands on: the score axis, the time axis and its break, drawn once for every kind of chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

from backend.charts.parts.markup import element, label, line, path
from backend.charts.parts.text import line_height, measure
from backend.charts.parts.timeline import TimeAxis
from backend.charts.words import number
from backend.language import gettext as _

INSET = 8.0  # a mark at either end of the scale stays inside the plot
_MOST_INTERVALS = 6
_TICK_PX = 5.0
_OVERHANG_PX = 8.0  # how far the name of a part may reach into the breaks beside it
_NICE = (1, 2, 4, 5, 10)


@dataclass(frozen=True, slots=True)
class ScoreAxis:
    """A linear scale, drawn upwards between `top` and `bottom` px."""

    minimum: float
    maximum: float
    top: float
    bottom: float

    def y(self, score: float) -> float:
        """Return where a score stands."""
        return self.bottom - (score - self.minimum) / (self.maximum - self.minimum) * (self.bottom - self.top)


def score_ticks(minimum: float, maximum: float) -> list[float]:
    """Return even steps from the minimum, and always the maximum."""
    rough = (maximum - minimum) / _MOST_INTERVALS
    power = 10.0 ** floor(log10(rough))
    step = next(nice * power for nice in _NICE if nice * power >= rough * 0.999)
    count = int((maximum - minimum) / step + 1e-9)
    marks = [minimum + n * step for n in range(count + 1)]
    return [mark for mark in marks if maximum - mark > 0.6 * step] + [maximum]


@dataclass(frozen=True, slots=True)
class Plot:
    """The drawing area: both scales and its frame in px."""

    time: TimeAxis
    score: ScoreAxis
    left: float
    right: float
    top: float
    bottom: float

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Return where each part of the time axis is ruled; the outer ones reach the edges of the plot."""
        inner = [edge for part in self.time.parts for edge in (part.left, part.right)][1:-1]
        edges = [self.left, *inner, self.right]
        return list(zip(edges[::2], edges[1::2], strict=True))

    @property
    def footing(self) -> float:
        """Return the height that tick labels and unit names take below the plot."""
        return 2 * line_height("c-small") + _TICK_PX + 4


def tick_room(words: Sequence[str]) -> float:
    """Return the width that labels left of the plot take."""
    return max(map(measure, words)) + 8


def score_axis(plot: Plot, ticks: Sequence[tuple[float, str]]) -> str:
    """Draw grid lines, interrupted where time is, and their labels."""
    drawn = []
    for score, words in ticks:
        y = plot.score.y(score)
        drawn += [line(left, y, right, y, "c-grid") for left, right in plot.spans]
        drawn.append(label(words, plot.left - 8, y + 4.3, "c-small c-muted", "end"))
    return "".join(drawn)


def hours_axis(plot: Plot, *, several_doses: bool = False) -> str:
    """Draw the time axis since the (first) dose, part by part, with a double slash at every break."""
    drawn = []
    parts = plot.time.parts
    short = any(
        measure(_name(part.unit, several_doses=several_doses)) > part.right - part.left + _OVERHANG_PX for part in parts
    )
    for part, (left, right) in zip(parts, plot.spans, strict=True):
        drawn.append(line(left, plot.bottom, right, plot.bottom, "c-axis"))
        for tick in part.ticks:
            length = _TICK_PX if tick.label else _TICK_PX * 0.6
            drawn.append(line(tick.x, plot.bottom, tick.x, plot.bottom + length, "c-axis"))
            drawn.append(_below(plot, tick.label, tick.x, 1))
        name = _unit(part.unit) if short else _name(part.unit, several_doses=several_doses)
        drawn.append(_below(plot, name, (part.left + part.right) / 2, 2))
    for earlier, later in pairwise(parts):
        drawn.append(_slashes((earlier.right + later.left) / 2, plot.bottom))
    return "".join(drawn)


def _unit(unit: str) -> str:
    words = {
        "before": _("before"),
        "hours": _("hours"),
        "days": _("days"),
        "weeks": _("weeks"),
        "calendar": _("date"),
    }
    return words[unit]


def _name(unit: str, *, several_doses: bool) -> str:
    if unit in {"before", "calendar"}:
        return _unit(unit)
    words = _("{units} after first dose") if several_doses else _("{units} after dose")
    return words.format(units=_unit(unit))


def _below(plot: Plot, words: str, x: float, row: int) -> str:
    y = plot.bottom + _TICK_PX + line_height("c-small") * (row - 0.2)
    return label(words, x, y, "c-small c-muted" if row == 1 else "c-small", "middle")


def _slashes(x: float, y: float) -> str:
    strokes = [path([(x + shift - 3, y + 6), (x + shift + 3, y - 6)], "c-axis") for shift in (-3, 3)]
    return element("g", "".join(strokes), class_="c-break")


def tick_words(ticks: Sequence[float]) -> list[tuple[float, str]]:
    """Pair score ticks with their labels."""
    return [(tick, number(tick)) for tick in ticks]
