"""The intervals in which relief began and ended: hatched over the plot, named in lanes above it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.charts.model import Band, Window, drawable_time
from backend.charts.parts.axes import Plot
from backend.charts.parts.frame import Block, stack
from backend.charts.parts.markup import element, group, label, line, path
from backend.charts.parts.text import beside, line_height
from backend.charts.parts.timeline import TimeAxis
from backend.charts.words import loss_words, onset_words

_HATCHES = {"onset": "rotate(45)", "loss": "rotate(-45)"}
_WORDS = {"onset": onset_words, "loss": loss_words}
_APART_PX = 1.0  # windows that touch in time are still told apart


@dataclass(frozen=True, slots=True)
class Span:
    """A band in px; an open one runs to the right edge of the plot without an end."""

    kind: str
    left: float
    right: float
    open: bool
    words: str


def spans_of(bands: Iterable[tuple[str, Band | None]], axis: TimeAxis, right: float) -> list[Span]:
    """Place the known bands on the axis; an unknown one is left out."""
    return [
        Span(
            kind,
            axis.x(band.after_hours),
            right if band.open else axis.x(band.by_hours),
            band.open,
            _WORDS[kind](band),
        )
        for kind, band in bands
        if band and band.drawable
    ]


def lanes(spans: Sequence[Span], width: float) -> Block:
    """Name every span in a lane of its own, beside its bracket or, without room there, above it."""
    return stack(_lane(span, width) for span in spans)


def _lane(span: Span, width: float) -> Block:
    step, place = line_height("c-small") + 2, beside(span.words, span.left, span.right, width)
    down = step - 4 if place.raised else 0.0
    words = label(span.words, place.x, step * 0.72, f"c-small c-{span.kind}-words", place.anchor)
    return Block(words + group(_bracket(span, step / 2 - 1), down=down), step + down)


def _bracket(span: Span, y: float) -> str:
    class_ = f"c-bracket c-{span.kind}"
    drawn = line(span.left, y, span.right, y, class_) + line(span.left, y - 4, span.left, y + 4, class_)
    if span.open:
        return drawn + path([(span.right - 5, y - 4), (span.right, y), (span.right - 5, y + 4)], class_)
    return drawn + line(span.right, y - 4, span.right, y + 4, class_)


def shading(spans: Sequence[Span], plot: Plot, chart_id: str) -> str:
    """Hatch the spans over the plot, each kind in its own direction; an open one fades out."""
    if not spans:
        return ""
    definitions = "".join(_pattern(span.kind, chart_id) for span in spans)
    if any(span.open for span in spans):
        stops = element("stop", class_="c-fade-from", offset=0) + element("stop", class_="c-fade-to", offset=1)
        definitions += element("linearGradient", stops, id=f"{chart_id}-fade")
    return element("defs", definitions) + "".join(_shade(span, plot, chart_id) for span in spans)


def _pattern(kind: str, chart_id: str) -> str:
    return element(
        "pattern",
        line(0, 0, 0, 6, f"c-hatch c-{kind}"),
        id=f"{chart_id}-{kind}",
        patternUnits="userSpaceOnUse",
        width=6,
        height=6,
        patternTransform=_HATCHES[kind],
    )


def _shade(span: Span, plot: Plot, chart_id: str) -> str:
    """Draw tint, hatch and edges; the mask of an open span lets it fade towards what was not observed."""
    area = {"x": span.left, "y": plot.top, "width": max(span.right - span.left, 1), "height": plot.bottom - plot.top}
    drawn = element("rect", class_=f"c-tint c-{span.kind}", **area)
    drawn += element("rect", fill=f"url(#{chart_id}-{span.kind})", **area)
    edges = line(span.left, plot.top, span.left, plot.bottom, f"c-edge c-{span.kind}")
    if not span.open:
        edges += line(span.right, plot.top, span.right, plot.bottom, f"c-edge c-{span.kind}")
        return group(drawn + edges, "c-band")
    mask_id = f"{chart_id}-open-{span.kind}"
    fade = element("rect", fill=f"url(#{chart_id}-fade)", **area)
    mask = element("mask", fade, id=mask_id, maskUnits="userSpaceOnUse", **area)
    return mask + group(element("g", drawn, mask=f"url(#{mask_id})") + edges, "c-band c-open")


def windows_shaded(windows: Sequence[Window], plot: Plot) -> str:
    """Shade when check-ins could be answered, as far as the axis shows those times."""
    drawn = []
    for window in windows:
        if drawable_time(window.opens_hours) and drawable_time(window.closes_hours):
            left, right = plot.time.x(window.opens_hours) + _APART_PX, plot.time.x(window.closes_hours) - _APART_PX
            if right > left:
                drawn.append(_window(left, plot.top, right - left, plot.bottom - plot.top))
    return "".join(drawn)


def window_sample() -> str:
    """Return how a window looks, for the key."""
    return _window(-7, -5, 14, 10)


def _window(x: float, y: float, width: float, height: float) -> str:
    return element("rect", class_="c-window", x=x, y=y, width=width, height=height)
