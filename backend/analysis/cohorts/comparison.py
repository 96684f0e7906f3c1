"""Two groups against each other, pair by pair, on the grid they share."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.cohorts.cells import Cells, Event
from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.analysis.cohorts.population import Population
from backend.analysis.intervals.two_sample import SCORE_OF, TwoSample, two_sample

EVENTS = ("onset", "loss")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One event of two groups of one instrument; `z` and `p` are None when untestable, see `TwoSample`."""

    event: str
    instrument: str
    group_a: str
    group_b: str
    n_a: int
    n_b: int
    test: TwoSample


def comparisons(cohorts: list[Population]) -> list[Comparison]:
    """Test every pair of groups of one instrument; groups under `SMALLEST_COHORT` are listed without a result."""
    return [
        one
        for first, second in combinations(cohorts, 2)
        if first.instrument == second.instrument
        for one in compared(first.instrument, (first.group, first.cells), (second.group, second.cells))
    ]


def compared(instrument: str, first: tuple[str, Cells], second: tuple[str, Cells]) -> list[Comparison]:
    """Test two named groups whose cells are on one grid: each event by every kind of score, Sun's first."""
    (group_a, cells_a), (group_b, cells_b) = first, second
    return [
        Comparison(event, instrument, group_a, group_b, cells_a.n, cells_b.n, test)
        for event in EVENTS
        for test in _tests(cells_a, cells_b, event)
    ]


def _tests(first: Cells, second: Cells, event: str) -> tuple[TwoSample, ...]:
    if min(first.n, second.n) < SMALLEST_COHORT:
        return tuple(TwoSample(scores, None, None) for scores in SCORE_OF)
    return two_sample(_weighted(first, event), _weighted(second, event))


def _weighted(cells: Cells, event: str) -> tuple[Floats, Floats, Floats]:
    spans: Event = getattr(cells, event)
    return cells.hours[spans.first], cells.hours[spans.stop], cells.count.astype(np.float64)
