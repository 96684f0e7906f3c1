"""What a cohort's curves need to know of each treatment, as plain numbers that add up and can be stored."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import add
from typing import Any, Self, TypeVar

import numpy as np

from backend.analysis.arrays import Floats, Ints
from backend.analysis.cohorts.cells import Cells, Event, Spans
from backend.analysis.cohorts.population import OnGrid
from backend.analysis.outcomes.kernel import Reason

BETWEEN_CELLS = "/"
ENDS_OF_A_CELL = 6  # first and last grid time of onset, of loss since the last dose and of loss since the first

Cell = tuple[int, ...]
Key = TypeVar("Key", str, Cell)


@dataclass(frozen=True, slots=True)
class Member:
    """One treatment or course on its protocol's grid; times are numbers of grid times, 0 first.

    `reason`: why it cannot be evaluated, empty if it can; only then `e1` and `e2`, its cell under either estimand,
    and `due` and `answered`, the numbers of its check-ins.
    """

    reason: str
    e1: Cell = ()
    e2: Cell = ()
    due: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Return its cells, or why it has none, as a text: equal where members count as the same."""
        return self.reason or BETWEEN_CELLS.join(" ".join(map(str, cell)) for cell in (self.e1, self.e2))

    @classmethod
    def stored(cls, place: str, due: int, answered: int) -> Self:
        """Return the member of that place; `due`, `answered`: its check-ins as `bits`."""
        return cls(*_read(place), _numbers(due), _numbers(answered))


def bits(numbers: Iterable[int]) -> int:
    """Return small numbers as the bits of one."""
    return sum(1 << number for number in numbers)


def _numbers(stored: int) -> tuple[int, ...]:
    return tuple(number for number in range(stored.bit_length()) if stored >> number & 1)


def _read(place: str) -> tuple[str, Cell, Cell]:
    """Return the reason, or else both cells, that a place tells."""
    if BETWEEN_CELLS not in place:
        return place, (), ()
    e1, e2 = (tuple(map(int, cell.split())) for cell in place.split(BETWEEN_CELLS))
    return "", e1, e2


@dataclass(frozen=True, slots=True)
class Alike:
    """The members of one place: how many, and for how many each check-in was due and answered."""

    place: str
    count: int
    due: tuple[int, ...]
    answered: tuple[int, ...]


def members(e1: OnGrid, e2: OnGrid) -> list[Member]:
    """Return every episode of two grids, the same ones under either estimand, as members."""
    cells_e1, cells_e2 = _cells(e1), _cells(e2)
    return [
        Member(Reason(int(reason)).name)
        if reason != Reason.none
        else Member(
            "",
            tuple(cells_e1[at].tolist()),
            tuple(cells_e2[at].tolist()),
            tuple(np.flatnonzero(e1.due[at]).tolist()),
            tuple(np.flatnonzero(e1.due[at] & e1.answered[at]).tolist()),
        )
        for at, reason in enumerate(e1.reason)
    ]


def _cells(grid: OnGrid) -> Ints:
    spans: tuple[Spans, ...] = (grid.onset, grid.loss, grid.end)
    ends = [np.searchsorted(grid.hours, bound) for one in spans for bound in (one.lower, one.upper)]
    return np.column_stack(ends).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members share each cell and each reason, and how many check-ins were due and answered.

    `hours`: the grid, 0 first and inf last; `due`, `answered`: one entry a check-in, so two fewer than `hours`.
    """

    hours: tuple[float, ...]
    reasons: dict[str, int]
    e1: dict[Cell, int]
    e2: dict[Cell, int]
    due: tuple[int, ...]
    answered: tuple[int, ...]

    @classmethod
    def of(cls, counted: Iterable[Member], hours: Floats) -> Self:
        """Count members of one grid."""
        check_ins = range(len(hours) - 2)
        alike = (
            Alike(one.place, 1, *(tuple(int(at in numbers) for at in check_ins) for numbers in (one.due, one.answered)))
            for one in counted
        )
        return cls.of_alike(alike, hours)

    @classmethod
    def of_alike(cls, counted: Iterable[Alike], hours: Floats) -> Self:
        """Add up members of one grid that were counted by their places; `due` and `answered` may be longer than it."""
        reasons: Counter[str] = Counter()
        e1, e2 = Counter[Cell](), Counter[Cell]()
        due, answered = ([0] * (len(hours) - 2) for _ in range(2))
        for one in counted:
            reason, cell_e1, cell_e2 = _read(one.place)
            if reason:
                reasons[reason] += one.count
                continue
            e1[cell_e1] += one.count
            e2[cell_e2] += one.count
            for total, more in ((due, one.due), (answered, one.answered)):
                total[:] = map(add, total, more)
        return cls(
            tuple(hours.tolist()),
            dict(sorted(reasons.items())),
            dict(sorted(e1.items())),
            dict(sorted(e2.items())),
            tuple(due),
            tuple(answered),
        )

    @property
    def n(self) -> int:
        """Return how many are evaluable."""
        return sum(self.e1.values())

    def coarsened(self, hours: tuple[float, ...]) -> Self:
        """Return the counts on fewer times, all of them also in this grid: ends between them move outwards."""
        if hours == self.hours:
            return self
        fine, coarse = np.array(self.hours), np.array(hours)
        below = (np.searchsorted(coarse, fine, side="right") - 1).tolist()
        above = np.searchsorted(coarse, fine, side="left").tolist()
        kept = [self.hours.index(hour) - 1 for hour in hours[1:-1]]
        return type(self)(
            hours,
            self.reasons,
            _moved(self.e1, below, above),
            _moved(self.e2, below, above),
            tuple(self.due[number] for number in kept),
            tuple(self.answered[number] for number in kept),
        )

    def without_grid(self, hours: tuple[float, ...]) -> Self:
        """Return the reasons alone, on any other grid."""
        none = (0,) * (len(hours) - 2)
        return type(self)(hours, self.reasons, {}, {}, none, none)

    def cells(self, *, redose_is_loss: bool = False) -> Cells:
        """Return the counts as the estimator takes them, under E2 where a re-dose for symptoms is a loss, else E1."""
        counted = self.e2 if redose_is_loss else self.e1
        ends = np.array(list(counted), dtype=np.int64).reshape(-1, ENDS_OF_A_CELL).T
        events = (Event(*ends[:2]), Event(*ends[2:4]), Event(*ends[4:]))
        return Cells(np.array(self.hours), *events, np.array(list(counted.values()), dtype=np.int64))

    def as_json(self) -> dict[str, Any]:
        """Return the counts as JSON; the grid is that of the protocol they are stored with."""
        return {
            "reasons": self.reasons,
            "e1": [[*cell, count] for cell, count in self.e1.items()],
            "e2": [[*cell, count] for cell, count in self.e2.items()],
            "due": list(self.due),
            "answered": list(self.answered),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], hours: Iterable[float]) -> Self:
        """Read what `as_json` wrote, on the grid it was counted on."""
        e1, e2 = ({tuple(cell): count for *cell, count in stored[name]} for name in ("e1", "e2"))
        due, answered = (tuple(stored[name]) for name in ("due", "answered"))
        return cls(tuple(map(float, hours)), dict(stored["reasons"]), e1, e2, due, answered)


def merged(parts: Iterable[Counts]) -> Counts | None:
    """Add up counts, at the times that all their grids share; None where there are none."""
    parts = list(parts)
    if not parts:
        return None
    shaping = [one for one in parts if one.n] or parts[:1]  # a grid on which nobody is evaluable decides nothing
    common = tuple(hour for hour in shaping[0].hours if all(hour in one.hours for one in shaping))
    coarse = [one.coarsened(common) if one.n else one.without_grid(common) for one in parts]
    return Counts(
        hours=common,
        reasons=_summed(one.reasons for one in coarse),
        e1=_summed(one.e1 for one in coarse),
        e2=_summed(one.e2 for one in coarse),
        due=tuple(map(sum, zip(*(one.due for one in coarse), strict=True))),
        answered=tuple(map(sum, zip(*(one.answered for one in coarse), strict=True))),
    )


def _summed(counts: Iterable[dict[Key, int]]) -> dict[Key, int]:
    total: Counter[Key] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _moved(counted: dict[Cell, int], below: list[int], above: list[int]) -> dict[Cell, int]:
    moved: Counter[Cell] = Counter()
    for cell, count in counted.items():
        moved[tuple(above[end] if place % 2 else below[end] for place, end in enumerate(cell))] += count
    return dict(sorted(moved.items()))
