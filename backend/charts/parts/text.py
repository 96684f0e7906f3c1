"""How wide words are before a browser has seen them, and where to break them into lines."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from backend.charts.parts.markup import clean

# charts.css sets these sizes; a test holds the two together.
SIZES = {"c-title": 17.0, "c-sentence": 14.0, "c-small": 12.5}
LEADING = 1.34
_BOLD = 1.08
_SPARE = 1.04  # the stack in charts.css keeps to fonts about as wide as Arial

_EMS = {
    character: width
    for characters, width in (
        ("ijl'|", 0.22),
        (" ,.:;!/\\ftI[]·", 0.28),
        ('r()-`"{}', 0.35),
        ("ckszvxyJ", 0.5),
        ("FTZL", 0.61),
        ("ABEKPSVXY&", 0.67),
        ("wCDHNRU", 0.73),
        ("GOQ", 0.78),
        ("mM", 0.84),
        ("W%", 0.94),
        ("@—…", 1.02),
    )
    for character in characters
}


@lru_cache(maxsize=1024)  # the small print is the same under every picture of a page
def measure(words: str, class_: str = "c-small") -> float:
    """Return the width of one line in px, on the generous side."""
    ems = sum(_EMS.get(character) or _other(character) for character in clean(words))
    return ems * SIZES[class_] * _SPARE * (_BOLD if class_ == "c-title" else 1)


def _other(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.58


def line_height(class_: str) -> float:
    """Return the distance between the baselines of two lines."""
    return round(SIZES[class_] * LEADING, 1)


def wrap(words: str, width: float, class_: str = "c-small") -> list[str]:
    """Break words into lines no wider than `width`; a single word that is too long is cut."""
    lines: list[str] = []
    current = ""
    for word in clean(words).split():
        longer = f"{current} {word}" if current else word
        if measure(longer, class_) <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        *cut, current = _pieces(word, width, class_)
        lines.extend(cut)
    return [*lines, current] if current else lines


def _pieces(word: str, width: float, class_: str) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and measure(pieces[-1] + character, class_) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


@dataclass(frozen=True, slots=True)
class Place:
    """Where one line of text goes; a raised one stands in a row of its own above what it names."""

    x: float
    anchor: str
    raised: bool


def beside(words: str, left: float, right: float, width: float) -> Place:
    """Place words right of what lies between `left` and `right`, else left of it, else above it, within `width`."""
    wide = measure(words)
    if right + 8 + wide <= width:
        return Place(right + 8, "start", raised=False)
    if left - 8 - wide >= 0:
        return Place(left - 8, "end", raised=False)
    return Place(min(max((left + right - wide) / 2, 0), max(width - wide, 0)), "start", raised=True)
