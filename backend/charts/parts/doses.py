"""When doses were given: a triangle and a line for each, one name where it fits, a key entry where it does not."""

from collections.abc import Sequence
from itertools import groupby

from backend.charts.model import Dose, drawable_time
from backend.charts.parts import marks
from backend.charts.parts.axes import Plot
from backend.charts.parts.frame import Block, KeyEntry
from backend.charts.parts.markup import clean, label, line
from backend.charts.parts.text import beside, line_height, measure
from backend.language import gettext as _

_LONGEST_NAME_PX = 200.0


def dose_lines(doses: Sequence[Dose], plot: Plot) -> str:
    """Draw a line down the plot at every dose."""
    places = [plot.time.x(dose.hours) for dose in doses]
    return "".join(line(x, plot.top, x, plot.bottom, "c-dose") for x in places)


def dose_lane(doses: Sequence[Dose], plot: Plot) -> Block:
    """Draw the triangles, with the name of a single dose beside it or the running number of several above them."""
    if not doses:
        return Block("", 0)
    step = line_height("c-small")
    if len(doses) == 1:
        x, words = plot.time.x(doses[0].hours), doses[0].label if _named_in_lane(doses) else ""
        place = beside(words, x - 1, x + 1, plot.right)
        tip = 2 * step if place.raised else step
        return Block(marks.dose(x, tip) + label(words, place.x, step - 1, "c-small", place.anchor), tip + 4)
    return Block(_numbered(sorted(doses, key=lambda dose: dose.hours), plot, step + 9), step + 12)


def _numbered(doses: Sequence[Dose], plot: Plot, tip: float) -> str:
    drawn, free_from = [], plot.left
    for count, dose in enumerate(doses, start=1):
        x, half = plot.time.x(dose.hours), measure(str(count)) / 2
        drawn.append(marks.dose(x, tip))
        if x - half >= free_from:
            drawn.append(label(str(count), x, tip - 11, "c-small", "middle"))
            free_from = x + half + 3
    return "".join(drawn)


def _named_in_lane(doses: Sequence[Dose]) -> bool:
    return len(doses) == 1 and 0 < measure(doses[0].label) <= _LONGEST_NAME_PX


def dose_entries(doses: Sequence[Dose]) -> list[KeyEntry]:
    """Return what the key says about doses: nothing when the lane says it, else runs of equal ones together."""
    shown = sorted((dose for dose in doses if drawable_time(dose.hours)), key=lambda dose: dose.hours)
    if not shown or _named_in_lane(shown):
        return []
    if len(shown) == 1:
        name = shown[0].label
        return [KeyEntry(marks.dose(0, 4), _("dose: {name}").format(name=name) if clean(name) else _("dose"))]
    runs = [list(run) for _name, run in groupby(enumerate(shown, start=1), key=lambda numbered: numbered[1].label)]
    return [KeyEntry(marks.dose(0, 4), _run_words(run)) for run in runs]


def _run_words(run: Sequence[tuple[int, Dose]]) -> str:
    (first, dose), (last, _same) = run[0], run[-1]
    told = _("doses {first}–{last}") if last > first else _("dose {first}")
    words = told.format(first=first, last=last)
    return f"{words}: {dose.label}" if clean(dose.label) else words
