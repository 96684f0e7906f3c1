"""The sheet a chart is printed on: blocks of known height stacked under each other, and the document around them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from backend.charts.parts.markup import clean, coordinate, element, group, label
from backend.charts.parts.text import line_height, measure, wrap
from backend.language import gettext as _

NARROWEST = 320
_WIDE_FROM = 520
_STANDALONE_PADDING = 16.0
_SYMBOL_PX = 26.0
_KEY_GAP_PX = 18.0


@cache
def stylesheet() -> str:
    """Return the one stylesheet all charts need; a page links it, a standalone chart carries it."""
    return (Path(__file__).parents[1] / "charts.css").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Block:
    """Ready markup that fills its height from y = 0 downwards."""

    markup: str
    height: float


def stack(blocks: Iterable[Block]) -> Block:
    """Put blocks under each other."""
    height, placed = 0.0, []
    for block in blocks:
        placed.append(group(block.markup, down=height))
        height += block.height
    return Block("".join(placed), height)


def space(height: float) -> Block:
    """Return an empty block."""
    return Block("", height)


def paragraph(words: str, class_: str, width: float, tone: str = "") -> Block:
    """Set words in lines no wider than `width`; `tone` is a further class."""
    step = line_height(class_)
    lines = wrap(words, width, class_)
    classes = f"{class_} {tone}".strip()
    return Block("".join(label(row, 0, step * (n + 0.76), classes) for n, row in enumerate(lines)), step * len(lines))


def paragraphs(notes: Iterable[str], width: float) -> Block:
    """Set the small print, each note on lines of its own."""
    return stack(paragraph(note, "c-small", width, "c-muted") for note in notes)


def heading(title: str, sentence: str, scale: str, width: float) -> Block:
    """Set the title, the finding in words, and what the vertical axis measures."""
    return stack(
        [
            paragraph(title, "c-title", width),
            space(2),
            paragraph(sentence, "c-sentence", width),
            space(4),
            paragraph(scale, "c-small", width, "c-muted"),
            space(8),
        ]
    )


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A sample of a mark, drawn around (0, 0), and what it means."""

    sample: str
    words: str


def key(entries: Iterable[KeyEntry], width: float) -> Block:
    """Set key entries side by side while they fit, each broken into lines where it must be."""
    step, x, y, row_height, placed = line_height("c-small"), 0.0, 0.0, 0.0, []
    for entry in entries:
        indent = _SYMBOL_PX if entry.sample else 0
        rows = wrap(entry.words, width - indent)
        wide = indent + max((measure(row) for row in rows), default=0)
        if x and x + wide > width:
            x, y, row_height = 0.0, y + row_height, 0.0
        words = "".join(label(row, indent, (n + 0.76) * step, "c-small") for n, row in enumerate(rows))
        sample = group(entry.sample, right=9, down=step * 0.76 - 4.3)
        placed.append(group(sample + words, right=x, down=y))
        x, row_height = x + wide + _KEY_GAP_PX, max(row_height, step * max(len(rows), 1) + 3)
    return Block("".join(placed), y + row_height)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The outside of a chart: its id, its width in px, and whether it must stand on its own."""

    chart_id: str
    width: int
    standalone: bool

    def __post_init__(self) -> None:
        if self.width < NARROWEST:
            raise ValueError(f"width is {self.width} px, at least {NARROWEST} px are needed for legible text")

    @property
    def padding(self) -> float:
        """Return the margin on every side; a page brings its own."""
        return _STANDALONE_PADDING if self.standalone else 0.0

    @property
    def inner(self) -> float:
        """Return the width blocks may use."""
        return self.width - 2 * self.padding

    @property
    def wide(self) -> bool:
        """Whether this is the layout for a desktop rather than a phone."""
        return self.width >= _WIDE_FROM

    def document(self, title: str, alternative: str, body: Block) -> str:
        """Return the finished SVG; `alternative` says in words everything the picture shows."""
        height = coordinate(body.height + 2 * self.padding)
        spoken = element("title", escape(clean(title)) or _("Chart"), id=f"{self.chart_id}-title")
        spoken += element("desc", escape(clean(alternative)), id=f"{self.chart_id}-desc")
        carried, sized = "", {}
        if self.standalone:
            carried = element("style", escape(stylesheet()))
            carried += element("rect", class_="c-paper", width="100%", height="100%")
            sized = {"width": str(self.width), "height": height}
        return element(
            "svg",
            spoken + carried + group(body.markup, down=self.padding, right=self.padding),
            xmlns="http://www.w3.org/2000/svg",
            class_=f"ebb-chart {'c-wide' if self.wide else 'c-narrow'}",
            viewBox=f"0 0 {self.width} {height}",
            **sized,
            role="img",
            aria_labelledby=f"{self.chart_id}-title",
            aria_describedby=f"{self.chart_id}-desc",
        )
