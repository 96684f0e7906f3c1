"""Counts of treatments per pair of onset and loss spans: all that a cohort's curves depend on."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.outcomes.kernel import Outcomes, Status


@dataclass(frozen=True, slots=True)
class Spans:
    """Half-open spans `(lower, upper]` in hours, one entry each."""

    lower: Floats
    upper: Floats

    def of(self, chosen: Bools) -> "Spans":
        """Return the spans of the chosen ones."""
        return Spans(self.lower[chosen], self.upper[chosen])

    def replaced(self, chosen: Bools, other: tuple[Floats, Floats]) -> "Spans":
        """Return the spans with the chosen ones taken from other `(lower, upper)`."""
        return Spans(np.where(chosen, other[0], self.lower), np.where(chosen, other[1], self.upper))


@dataclass(frozen=True, slots=True)
class Event:
    """One event's spans as numbers of grid times, `first < stop`, one entry a cell."""

    first: Ints
    stop: Ints


@dataclass(frozen=True, slots=True)
class Cells:
    """How many treatments or courses share each pair of spans.

    `hours`: the grid, 0 first and inf last; `onset`, `loss`: since the first and since the last dose; `end`: loss
    since the first dose, so the same as `loss` where there is one dose; `count`: 1 or more.
    """

    hours: Floats
    onset: Event
    loss: Event
    end: Event
    count: Ints

    @property
    def n(self) -> int:
        """Return how many treatments or courses there are."""
        return int(self.count.sum())

    @classmethod
    def counted(cls, hours: Floats, onset: Spans, loss: Spans, end: Spans) -> Self:
        """Count equal rows; every end must be one of `hours`."""
        ends = [np.searchsorted(hours, bound) for spans in (onset, loss, end) for bound in (spans.lower, spans.upper)]
        code = np.zeros(len(onset.lower), dtype=np.int64)
        for one in ends:
            code = code * len(hours) + one
        distinct, count = np.unique(code, return_counts=True)
        columns: list[Ints] = []
        for _ in ends:
            distinct, column = np.divmod(distinct, len(hours))
            columns.insert(0, column)
        return cls(hours, Event(*columns[:2]), Event(*columns[2:4]), Event(*columns[4:]), count)


def spans_of(
    outcomes: Outcomes, last_dose_hours: Floats | float = 0.0, *, redose_is_loss: bool = False
) -> tuple[Spans, Spans]:
    """Return the spans of onset and of loss as cohorts count them; meaningless where not evaluable.

    Without response, or while it is pending, the loss span is (last rating, inf]: relief that was never seen to
    begin was never seen to end. `last_dose_hours`: from the first dose to the last, where loss is counted from.
    `redose_is_loss`: E2 in place of E1.
    """
    responded = np.isin(outcomes.status, (Status.responding, Status.lost))
    silent = np.maximum(outcomes.last_rating - last_dose_hours, 0.0)
    upper = outcomes.loss_upper_e2 if redose_is_loss else outcomes.loss_upper
    return (
        Spans(outcomes.onset_lower, outcomes.onset_upper),
        Spans(np.where(responded, outcomes.loss_lower, silent), np.where(responded, upper, np.inf)),
    )
