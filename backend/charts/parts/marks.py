"""The marks that stand for values, told apart by shape as well as by colour."""

from backend.charts.parts.markup import element, line, path

GROUPS = 6  # as many groups as can be told apart


def rating(x: float, y: float) -> str:
    """Draw a rating."""
    return element("circle", class_="c-point", cx=x, cy=y, r=4)


def flagged_rating(x: float, y: float) -> str:
    """Draw a rating that deserves a second look: an open diamond."""
    return path([(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)], "c-flagged", closed=True)


def miss(x: float, y: float) -> str:
    """Draw a check-in that brought no rating: a cross."""
    strokes = path([(x - 3.5, y - 3.5), (x + 3.5, y + 3.5)], "c-miss") + path(
        [(x - 3.5, y + 3.5), (x + 3.5, y - 3.5)], "c-miss"
    )
    return element("g", strokes, class_="c-missed")


def dose(x: float, y: float) -> str:
    """Draw an administration: a triangle standing on its tip at (x, y)."""
    return path([(x - 4.5, y - 8), (x + 4.5, y - 8), (x, y)], "c-dose-mark", closed=True)


def whisker(x: float, top: float, bottom: float, class_: str) -> str:
    """Draw a confidence interval."""
    caps = line(x - 3, top, x + 3, top, class_) + line(x - 3, bottom, x + 3, bottom, class_)
    return line(x, top, x, bottom, class_) + caps


def group_mark(group: int, x: float, y: float, *, hollow: bool = False) -> str:
    """Draw a value of one group: every group has its own shape, hollow where it deserves a second look."""
    class_ = f"c-mark c-group-{group + 1}{' c-hollow' if hollow else ''}"
    if group == 0:
        return element("circle", class_=class_, cx=x, cy=y, r=4)
    return path([(x + right, y + down) for right, down in _SHAPES[group]], class_, closed=True)


_ARM, _CORE = 5.0, 1.6
_SHAPES: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((-3.7, -3.7), (3.7, -3.7), (3.7, 3.7), (-3.7, 3.7)),
    2: ((0, -5), (4.8, 3.6), (-4.8, 3.6)),
    3: ((0, -5.3), (5.3, 0), (0, 5.3), (-5.3, 0)),
    4: ((0, 5), (4.8, -3.6), (-4.8, -3.6)),
    5: (
        *((-_CORE, -_ARM), (_CORE, -_ARM), (_CORE, -_CORE), (_ARM, -_CORE)),
        *((_ARM, _CORE), (_CORE, _CORE), (_CORE, _ARM), (-_CORE, _ARM)),
        *((-_CORE, _CORE), (-_ARM, _CORE), (-_ARM, -_CORE), (-_CORE, -_CORE)),
    ),
}
