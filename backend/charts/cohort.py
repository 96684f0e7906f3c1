"""The picture of groups: how likely relief is at every check-in, how far that is known, and who it is about."""

from dataclasses import dataclass, replace
from itertools import pairwise

from backend.charts.alternative import absence, cohort_alternative
from backend.charts.model import CohortCurve, CohortPicture, drawable_time
from backend.charts.parts import marks
from backend.charts.parts.axes import INSET, Plot, ScoreAxis, hours_axis, score_axis, tick_room
from backend.charts.parts.frame import Block, KeyEntry, Sheet, heading, key, paragraphs, space, stack
from backend.charts.parts.markup import element, group, line, path, short_hash
from backend.charts.parts.timeline import time_axis
from backend.charts.words import percent
from backend.language import gettext as _

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_END_PX = 14.0
_APART_PX = 3.5  # marks of two groups at one check-in stand this far apart
_SPREAD_PX = 12.0  # but not further than this in all
_SAMPLE_PX = 9.0
_Corners = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Row:
    """One place of a curve: its time, then everything in px; None where nothing is claimed."""

    hours: float
    x: float
    estimate: float | None
    band: tuple[float, float] | None
    interval: tuple[float, float] | None


def cohort_svg(picture: CohortPicture, *, standalone: bool = False, width: int = 720) -> str:
    """Draw up to six groups as SVG text; `width` is the layout width in px, 360 for a phone."""
    if len(picture.curves) > marks.GROUPS:
        raise ValueError(f"{len(picture.curves)} groups, at most {marks.GROUPS} can be told apart")
    sheet = Sheet(short_hash(picture, standalone, width), width, standalone)
    body = stack(
        [
            heading(picture.title, "", picture.measure, sheet.inner),
            key((_entry(place, curve) for place, curve in enumerate(picture.curves)), sheet.inner),
            space(8),
            _picture(picture, sheet),
            space(8),
            key(_explanations(picture), sheet.inner),
            space(6),
            paragraphs(picture.notes, sheet.inner),
        ]
    )
    return sheet.document(picture.title, cohort_alternative(picture), body)


def _picture(picture: CohortPicture, sheet: Sheet) -> Block:
    left = tick_room([percent(share) for share in _SHARES])
    right = sheet.inner - 8
    times = [hours for curve in picture.curves for hours in curve.hours if drawable_time(hours)]
    height = 270.0 if sheet.wide else 240.0
    plot = Plot(
        time_axis(times, left + INSET, right - _END_PX), ScoreAxis(0, 1, INSET, height - INSET), left, right, 0, height
    )
    rows = [_rows(curve, plot) for curve in picture.curves]
    bands = [_band(place, curve_rows) for place, curve_rows in enumerate(rows)]
    curves = [
        _curve(place, _beside(curve_rows, place, len(rows)), picture, plot) for place, curve_rows in enumerate(rows)
    ]
    ground = score_axis(plot, [(share, percent(share)) for share in _SHARES]) + hours_axis(plot)
    return Block("".join(bands) + ground + "".join(curves), height + plot.footing)


def _rows(curve: CohortCurve, plot: Plot) -> list[_Row]:
    """Place what can be drawn of a curve, in order of time."""
    columns = (curve.estimate, curve.lower, curve.upper, curve.ci_lower, curve.ci_upper)
    placed = []
    for place, hours in sorted(enumerate(curve.hours), key=lambda numbered: numbered[1]):
        if drawable_time(hours):
            estimate, *ends = (column[place] for column in columns)
            band, interval = _pair(ends[0], ends[1], plot), _pair(ends[2], ends[3], plot)
            placed.append(_Row(hours, plot.time.x(hours), _y(estimate, plot), band, interval))
    return placed


def _y(share: float | None, plot: Plot) -> float | None:
    return plot.score.y(share) if share is not None and 0 <= share <= 1 else None


def _pair(lower: float | None, upper: float | None, plot: Plot) -> tuple[float, float] | None:
    """Return (top, bottom) in px when both ends are known."""
    top, bottom = _y(upper, plot), _y(lower, plot)
    return (top, bottom) if top is not None and bottom is not None and top <= bottom else None


def _band(place: int, rows: list[_Row]) -> str:
    """Draw what is claimed between check-ins: from the lower of both lower ends to the higher of both upper ends."""
    outlines: list[tuple[_Corners, _Corners]] = [([], [])]
    for earlier, later in pairwise(rows):
        if not (earlier.band and later.band):
            outlines.append(([], []))
            continue
        top, bottom = min(earlier.band[0], later.band[0]), max(earlier.band[1], later.band[1])
        outlines[-1][0].extend([(earlier.x, top), (later.x, top)])
        outlines[-1][1].extend([(earlier.x, bottom), (later.x, bottom)])
    class_ = f"c-range c-group-{place + 1}"
    return "".join(path([*tops, *reversed(bottoms)], class_, closed=True) for tops, bottoms in outlines if tops)


def _curve(place: int, rows: list[_Row], picture: CohortPicture, plot: Plot) -> str:
    """Draw the line through the estimates, then whiskers and marks on top."""
    class_ = f"c-group-{place + 1}"
    drawn = [_lines(rows, picture, plot, class_)]
    estimated = [row for row in rows if row.estimate is not None]
    drawn += [marks.whisker(row.x, *row.interval, f"c-whisker {class_}") for row in estimated if row.interval]
    drawn += [marks.group_mark(place, row.x, row.estimate) for row in estimated if row.estimate is not None]
    return group("".join(drawn), "c-curve")


def _beside(rows: list[_Row], place: int, groups: int) -> list[_Row]:
    """Move a group's line and marks a little, so that whiskers at one check-in stand side by side."""
    apart = min(_APART_PX, _SPREAD_PX / max(groups - 1, 1))
    shift = (place - (groups - 1) / 2) * apart
    return [replace(row, x=row.x + shift) for row in rows]


def _lines(rows: list[_Row], picture: CohortPicture, plot: Plot, class_: str) -> str:
    """Join estimates straight or in steps; a place without any claim interrupts, a band between check-ins does not."""
    drawn: list[str] = []
    last: tuple[float, float, float] | None = None
    for row in rows:
        if row.estimate is None:
            last = last if row.band else None
            continue
        if last:
            hours, x, y = last
            corner = [] if picture.joined else [(row.x, y)]
            across = "" if plot.time.same_part(hours, row.hours) else " c-across"
            drawn.append(path([(x, y), *corner, (row.x, row.estimate)], f"c-group-line {class_}{across}"))
        last = (row.hours, row.x, row.estimate)
    return "".join(drawn)


def _entry(place: int, curve: CohortCurve) -> KeyEntry:
    class_ = f"c-group-{place + 1}"
    if not any(share is not None for share in curve.estimate):
        return KeyEntry("", absence(curve))
    sample = line(-_SAMPLE_PX, 0, _SAMPLE_PX + 2, 0, f"c-group-line {class_}") + marks.group_mark(place, 1, 0)
    return KeyEntry(sample, f"{curve.name}, n = {curve.n}")


def _explanations(picture: CohortPicture) -> list[KeyEntry]:
    """Say what shading and whiskers mean, when there are any."""
    entries = []
    if any(share is not None for curve in picture.curves for share in curve.lower):
        swatch = element("rect", class_="c-range c-group-any", x=-9, y=-6, width=18, height=12)
        shaded = _("shaded: what the check-in times leave open; between check-ins only this is claimed")
        entries.append(KeyEntry(swatch, shaded))
    if any(share is not None for curve in picture.curves for share in curve.ci_lower):
        sample = marks.whisker(0, -6, 6, "c-whisker c-group-any")
        whiskers = _("whiskers: confidence interval at the check-in")
        beside = _("whiskers: confidence interval at the check-in; groups stand slightly side by side")
        entries.append(KeyEntry(sample, beside if len(picture.curves) > 1 else whiskers))
    return entries
