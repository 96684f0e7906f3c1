"""SVG text from names and values: escaped, deterministic, without style attributes or script."""

import hashlib
import unicodedata
from xml.sax.saxutils import escape

_DROPPED_CATEGORIES = {"Cc", "Cs", "Cn"}  # controls, lone surrogates, non-characters
_BIDI_CONTROLS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Return text on one line without characters XML forbids or that reorder what stands around them."""
    spaced = " ".join(text.split())
    if spaced.isascii() and spaced.isprintable():
        return spaced
    return "".join(c for c in spaced if c not in _BIDI_CONTROLS and unicodedata.category(c) not in _DROPPED_CATEGORIES)


def coordinate(value: float) -> str:
    """Return a length with at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def element(name: str, content: str = "", /, **attributes: str | float) -> str:
    """Return one element around ready-made content; `class_` and `stop_color` become `class` and `stop-color`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _attribute(value: str | float) -> str:
    return escape(value, {'"': "&quot;"}) if isinstance(value, str) else coordinate(value)


def label(words: str, x: float, y: float, class_: str, anchor: str = "start") -> str:
    """Return one line of text; `y` is its baseline."""
    written = escape(clean(words))
    return element("text", written, class_=class_, x=x, y=y, text_anchor=anchor) if written else ""


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """Return a straight line."""
    return element("line", class_=class_, x1=x1, y1=y1, x2=x2, y2=y2)


def path(points: list[tuple[float, float]], class_: str, *, closed: bool = False) -> str:
    """Return a path through points."""
    steps = "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)
    return element("path", class_=class_, d=f"M{steps}{'Z' if closed else ''}")


def group(content: str, class_: str = "", *, down: float = 0, right: float = 0) -> str:
    """Return content moved and classed together."""
    moved = {"transform": f"translate({coordinate(right)} {coordinate(down)})"} if down or right else {}
    classed = {"class_": class_} if class_ else {}
    return element("g", content, **classed, **moved) if content else ""


def short_hash(*content: object) -> str:
    """Return an id for a chart: the same content always gets the same one."""
    return "c" + hashlib.sha256(repr(content).encode("utf-8", "backslashreplace")).hexdigest()[:10]
