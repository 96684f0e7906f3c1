"""The picture of one treatment or course: ratings, gaps, doses, and the intervals in which relief began and ended."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from backend.charts.alternative import response_alternative
from backend.charts.model import Miss, Point, ResponseCurve, drawable_time
from backend.charts.parts import marks
from backend.charts.parts.axes import INSET, Plot, ScoreAxis, hours_axis, score_axis, score_ticks, tick_room, tick_words
from backend.charts.parts.bands import lanes, shading, spans_of, window_sample, windows_shaded
from backend.charts.parts.doses import dose_entries, dose_lane, dose_lines
from backend.charts.parts.frame import Block, KeyEntry, Sheet, heading, key, paragraphs, space, stack
from backend.charts.parts.markup import clean, group, label, path, short_hash
from backend.charts.parts.text import line_height, measure
from backend.charts.parts.timeline import time_axis
from backend.charts.words import number, plain
from backend.language import gettext as _

_OPEN_END_PX = 34.0
_CLOSED_END_PX = 10.0


@dataclass(frozen=True, slots=True)
class _Shown:
    """What can be drawn of a curve: every time is usable, every score lies on the scale."""

    points: tuple[Point, ...]
    misses: tuple[Miss, ...]
    lines: tuple[tuple[str, float], ...]  # what a level is (a key of `_LEVELS`), and where


def response_svg(
    curve: ResponseCurve, *, standalone: bool = False, width: int = 720, alternative: str | None = None
) -> str:
    """Draw one treatment's or course's ratings as SVG text; `width` is the layout width in px, 360 for a phone.

    `alternative`: `response_alternative` of the curve, from whoever has it already.
    """
    if not (isfinite(curve.maximum - curve.minimum) and curve.minimum < curve.maximum):
        raise ValueError(f"the scale runs from {curve.minimum} to {curve.maximum}, expected a finite, rising range")
    sheet = Sheet(short_hash(curve, standalone, width), width, standalone)
    shown = _shown(curve)
    scale = f"{curve.instrument} ({number(curve.minimum)}–{number(curve.maximum)})"
    body = stack(
        [
            heading(curve.title, curve.sentence, scale, sheet.inner),
            _picture(curve, shown, sheet),
            space(8),
            key(_key(curve, shown), sheet.inner),
            space(6),
            paragraphs(curve.notes, sheet.inner),
        ]
    )
    return sheet.document(curve.title, response_alternative(curve) if alternative is None else alternative, body)


def _shown(curve: ResponseCurve) -> _Shown:
    points = (p for p in curve.points if drawable_time(p.hours) and curve.minimum <= p.score <= curve.maximum)
    lines = (("baseline", curve.baseline), ("lost", curve.lost_above), ("relief", curve.response_at))
    return _Shown(
        tuple(sorted(points, key=lambda point: point.hours)),
        tuple(miss for miss in curve.misses if drawable_time(miss.hours)),
        tuple((name, at) for name, at in lines if at is not None and curve.minimum <= at <= curve.maximum),
    )


def _picture(curve: ResponseCurve, shown: _Shown, sheet: Sheet) -> Block:
    """Stack the interval lanes, the dose lane and the plot, all on one time axis."""
    doses = tuple(dose for dose in curve.doses if drawable_time(dose.hours))
    ticks = tick_words(score_ticks(curve.minimum, curve.maximum))
    left = tick_room([words for _score, words in ticks])
    right = sheet.inner - max((measure(_level(name, at)) + 12 for name, at in shown.lines), default=8)
    bands = [("onset", curve.onset), ("loss", curve.loss)]
    known = [band for _kind, band in bands if band and band.drawable]
    times = [p.hours for p in shown.points] + [m.hours for m in shown.misses] + [d.hours for d in doses]
    times += [end for band in known for end in (band.after_hours, band.by_hours) if drawable_time(end)]
    end = right - (_OPEN_END_PX if any(band.open for band in known) else _CLOSED_END_PX)
    axis = time_axis(times, left, end)
    height = 250.0 if sheet.wide else 220.0
    plot = Plot(axis, ScoreAxis(curve.minimum, curve.maximum, INSET, height - INSET), left, right, 0, height)
    spans = spans_of(bands, axis, right)
    ground = shading(spans, plot, sheet.chart_id) + score_axis(plot, ticks) + _levels(shown, plot)
    ground = windows_shaded(curve.windows, plot) + ground
    drawn = ground + dose_lines(doses, plot) + hours_axis(plot, several_doses=len(doses) > 1) + _ratings(shown, plot)
    return stack([lanes(spans, sheet.inner), dose_lane(doses, plot), Block(drawn, height + plot.footing)])


def _level(name: str, at: float) -> str:
    words = {"baseline": _("baseline {score}"), "lost": _("lost > {score}"), "relief": _("relief ≤ {score}")}
    return words[name].format(score=number(at))


def _levels(shown: _Shown, plot: Plot) -> str:
    """Draw the reference lines and, beside the plot, their names kept apart."""
    step, drawn, lowest_free = line_height("c-small"), [], plot.top + 6
    levels = [at for _name, at in shown.lines]
    nudge = {"lost": -0.5 * step, "relief": 0.5 * step}  # two names on one line stand above and below it
    wanted = sorted(
        (plot.score.y(at) + (nudge.get(name, 0) if levels.count(at) > 1 else 0), name, at) for name, at in shown.lines
    )
    for place, (target, name, at) in enumerate(wanted):
        room_below = step * (len(wanted) - place - 1)
        y = min(max(target, lowest_free), plot.bottom - 6 - room_below)
        lowest_free = y + step
        level = plot.score.y(at)
        class_ = f"c-level c-level-{name}"
        drawn.append(path([(plot.left, level), (plot.right, level), (plot.right + 7, y)], class_))
        drawn.append(label(_level(name, at), plot.right + 10, y + 4.3, "c-small"))
    return "".join(drawn)


def _ratings(shown: _Shown, plot: Plot) -> str:
    """Draw the line with its gaps, the marks on it, and a cross on the axis for every missed check-in."""
    drawn = []
    for earlier, later in pairwise(shown.points):
        if any(earlier.hours <= miss.hours <= later.hours for miss in shown.misses):
            continue
        ends = [(plot.time.x(point.hours), plot.score.y(point.score)) for point in (earlier, later)]
        within = plot.time.same_part(earlier.hours, later.hours)
        drawn.append(path(ends, "c-line" if within else "c-line c-across"))
    for point in shown.points:
        mark = marks.flagged_rating if point.flags else marks.rating
        drawn.append(mark(plot.time.x(point.hours), plot.score.y(point.score)))
    drawn += [marks.miss(plot.time.x(miss.hours), plot.bottom) for miss in shown.misses]
    return group("".join(drawn), "c-ratings")


def _key(curve: ResponseCurve, shown: _Shown) -> list[KeyEntry]:
    entries = []
    flags = dict.fromkeys(plain(flag) for point in shown.points for flag in point.flags)
    if flags:
        entries.append(KeyEntry(marks.rating(0, 0), _("rating")))
        entries.append(
            KeyEntry(marks.flagged_rating(0, 0), _("flagged rating: {flags}").format(flags=", ".join(flags)))
        )
    if shown.misses:
        reasons = _reasons(shown.misses)
        words = _("missed check-in: {reasons}") if reasons else _("missed check-in")
        entries.append(KeyEntry(marks.miss(0, 0), words.format(reasons=reasons)))
    if curve.windows:
        entries.append(KeyEntry(window_sample(), _("time in which a check-in could be answered")))
    return entries + dose_entries(curve.doses)


def _reasons(misses: tuple[Miss, ...]) -> str:
    """Return the reasons given, with how often when there are several check-ins."""
    reasons = [plain(clean(miss.reason)) for miss in misses]
    if not any(reasons):
        return ""
    unnamed = _("no reason given")
    times = [f"{reason or unnamed} ({reasons.count(reason)})" for reason in dict.fromkeys(reasons)]
    return reasons[0] if len(reasons) == 1 else ", ".join(times)
