"""The picture of several treatments of one patient: over each other from the dose on, or one after another by date."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite

from backend.charts.alternative import sessions_alternative
from backend.charts.model import Point, Session, SessionsPicture, drawable_time
from backend.charts.parts import marks
from backend.charts.parts.axes import INSET, Plot, ScoreAxis, hours_axis, score_axis, score_ticks, tick_room, tick_words
from backend.charts.parts.doses import dose_entries, dose_lane, dose_lines
from backend.charts.parts.frame import Block, KeyEntry, Sheet, heading, key, paragraphs, space, stack
from backend.charts.parts.markup import group, line, path, short_hash
from backend.charts.parts.timeline import TimeAxis, calendar_axis, time_axis
from backend.charts.words import number
from backend.language import gettext as _

_END_PX = 14.0
_SAMPLE_PX = 9.0
_APART_PX = 3.5  # sessions at one time stand this far apart
_SPREAD_PX = 12.0  # but not further than this in all


@dataclass(frozen=True, slots=True)
class _Style:
    """How one session is drawn: `place` among the groups that can be told apart, None where they need not be.

    `shift`: by how many px it is moved, so that equal ratings of several sessions stand side by side.
    """

    place: int | None
    shift: float = 0.0

    @property
    def line(self) -> str:
        """Return the class of its line."""
        return "c-line" if self.place is None else f"c-group-line c-group-{self.place + 1}"

    def mark(self, x: float, y: float, *, flagged: bool) -> str:
        """Draw one rating."""
        if self.place is not None:
            return marks.group_mark(self.place, x, y, hollow=flagged)
        return marks.flagged_rating(x, y) if flagged else marks.rating(x, y)


def sessions_svg(
    picture: SessionsPicture, *, standalone: bool = False, width: int = 720, alternative: str | None = None
) -> str:
    """Draw several sessions as SVG text; `width` is the layout width in px, 360 for a phone.

    `alternative`: `sessions_alternative` of the picture, from whoever has it already.
    """
    if not (isfinite(picture.maximum - picture.minimum) and picture.minimum < picture.maximum):
        raise ValueError(f"the scale runs from {picture.minimum} to {picture.maximum}, expected a finite, rising range")
    if not picture.dates and len(picture.sessions) > marks.GROUPS:
        raise ValueError(f"{len(picture.sessions)} sessions, at most {marks.GROUPS} can be told apart")
    sheet = Sheet(short_hash(picture, standalone, width), width, standalone)
    shown = replace(picture, sessions=tuple(_drawable(one, picture) for one in picture.sessions))
    scale = f"{picture.instrument} ({number(picture.minimum)}–{number(picture.maximum)})"
    body = stack(
        [
            heading(picture.title, "", scale, sheet.inner),
            _picture(shown, sheet),
            space(8),
            key(_key(shown), sheet.inner),
            space(6),
            paragraphs(picture.notes, sheet.inner),
        ]
    )
    return sheet.document(picture.title, sessions_alternative(picture) if alternative is None else alternative, body)


def _drawable(session: Session, picture: SessionsPicture) -> Session:
    """Return what of a session can stand on the axes, by time."""
    points = (
        one for one in session.points if drawable_time(one.hours) and picture.minimum <= one.score <= picture.maximum
    )
    misses = tuple(one for one in session.misses if drawable_time(one.hours))
    return Session(session.name, tuple(sorted(points, key=lambda one: one.hours)), misses)


def _picture(picture: SessionsPicture, sheet: Sheet) -> Block:
    ticks = tick_words(score_ticks(picture.minimum, picture.maximum))
    left, right = tick_room([words for _score, words in ticks]), sheet.inner - 8
    doses = tuple(dose for dose in picture.doses if drawable_time(dose.hours))
    height = 270.0 if sheet.wide else 240.0
    axis = _axis(picture, left, right - _END_PX)
    plot = Plot(axis, ScoreAxis(picture.minimum, picture.maximum, INSET, height - INSET), left, right, 0, height)
    drawn = score_axis(plot, ticks) + dose_lines(doses, plot) + hours_axis(plot)
    drawn += "".join(_session(one, _style(picture, place), plot) for place, one in enumerate(picture.sessions))
    return stack([dose_lane(doses, plot), Block(drawn, height + plot.footing)])


def _axis(picture: SessionsPicture, left: float, right: float) -> TimeAxis:
    times = [one.hours for session in picture.sessions for one in session.points]
    times += [one.hours for session in picture.sessions for one in session.misses if picture.dates]
    times += [one.hours for one in picture.doses if drawable_time(one.hours)]
    if picture.dates:
        return calendar_axis(times, picture.dates, left + INSET, right)
    return time_axis(times, left + _SPREAD_PX / 2, right)


def _style(picture: SessionsPicture, place: int) -> _Style:
    """Return how a session is drawn: on a calendar like any other, over others with marks of its own."""
    if picture.dates:
        return _Style(None)
    others = len(picture.sessions) - 1
    return _Style(place, (place - others / 2) * min(_APART_PX, _SPREAD_PX / max(others, 1)))


def _session(session: Session, style: _Style, plot: Plot) -> str:
    """Draw the line with its gaps, the marks on it, and on the axis the check-ins of a calendar that were missed.

    Of sessions over each other the crosses would not tell whose they are: there the gap alone says it.
    """
    drawn = []
    for earlier, later in pairwise(session.points):
        if not any(earlier.hours <= miss.hours <= later.hours for miss in session.misses):
            within = plot.time.same_part(earlier.hours, later.hours)
            drawn.append(
                path(
                    [_place(earlier, style, plot), _place(later, style, plot)],
                    f"{style.line}{'' if within else ' c-across'}",
                )
            )
    drawn += [style.mark(*_place(point, style, plot), flagged=bool(point.flags)) for point in session.points]
    if style.place is None:
        drawn += [marks.miss(plot.time.x(miss.hours), plot.bottom) for miss in session.misses]
    return group("".join(drawn), "c-ratings")


def _place(point: Point, style: _Style, plot: Plot) -> tuple[float, float]:
    return plot.time.x(point.hours) + style.shift, plot.score.y(point.score)


def _key(picture: SessionsPicture) -> list[KeyEntry]:
    """Name the sessions where each has a mark of its own, then what is marked in any of them."""
    entries = [] if picture.dates else [_entry(place, one) for place, one in enumerate(picture.sessions)]
    if any(point.flags for one in picture.sessions for point in one.points):
        sample = marks.flagged_rating(0, 0) if picture.dates else marks.group_mark(0, 0, 0, hollow=True)
        entries.append(KeyEntry(sample, _("hollow: flagged rating")))
    if picture.dates and any(one.misses for one in picture.sessions):
        entries.append(KeyEntry(marks.miss(0, 0), _("missed check-in")))
    return entries + (dose_entries(picture.doses) if picture.dates else [])


def _entry(place: int, session: Session) -> KeyEntry:
    style = _Style(place)
    sample = line(-_SAMPLE_PX, 0, _SAMPLE_PX, 0, style.line) + style.mark(0, 0, flagged=False)
    name = session.name if session.points else _("{name}, not rated").format(name=session.name)
    return KeyEntry(sample, name)
