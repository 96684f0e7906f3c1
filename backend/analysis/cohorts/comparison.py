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
        Comparison(event, first.instrument, first.group, second.group, first.n, second.n, test)
        for first, second in combinations(cohorts, 2)
        if first.instrument == second.instrument
        for event in EVENTS
        for test in _tests(first.cells, second.cells, event)
    ]


def _tests(first: Cells, second: Cells, event: str) -> tuple[TwoSample, ...]:
    if min(first.n, second.n) < SMALLEST_COHORT:
        return tuple(TwoSample(scores, None, None) for scores in SCORE_OF)
    return two_sample(_weighted(first, event), _weighted(second, event))


def _weighted(cells: Cells, event: str) -> tuple[Floats, Floats, Floats]:
    spans: Event = getattr(cells, event)
    return cells.hours[spans.first], cells.hours[spans.stop], cells.count.astype(np.float64)
