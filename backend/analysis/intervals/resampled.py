"""The nonparametric maximum-likelihood curves of many resamples of one cohort at once, on its small grid."""

from dataclasses import dataclass

import numpy as np

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.intervals.npmle import GAP_TOLERANCE, npmle
from backend.analysis.intervals.squarem import Squarem

MOST_ROUNDS = 100  # together; what is slower than that is finished one by one


@dataclass(frozen=True, slots=True)
class ResampledCurves:
    """Masses of B resamples on the grid steps `j`, from grid time j to grid time j + 1 (the last one is inf).

    `mass`: (k, B), at the step where each innermost interval ends; `begin`: (k, B), the grid time where it begins;
    `gap`: (B,), the certificate of each resample.
    """

    mass: Floats
    begin: Ints
    gap: Floats

    def lower(self) -> Floats:
        """Return F_lo at every finite grid time, (k, B); the first is time 0."""
        return _cumulated_from_zero(self.mass)[:-1]

    def upper(self) -> Floats:
        """Return F_hi at every finite grid time, (k, B)."""
        return np.concatenate([np.zeros((1, self.mass.shape[1])), self.upper_after()[:-1]])

    def upper_after(self) -> Floats:
        """Return F_hi just after every finite grid time, (k, B)."""
        at_begin = np.zeros_like(self.mass)
        step, resample = np.nonzero(self.mass)
        at_begin[self.begin[step, resample], resample] = self.mass[step, resample]
        return np.minimum(np.cumsum(at_begin, axis=0), 1.0)


def resampled_npmle(first: Ints, stop: Ints, counts: Floats, steps: int) -> ResampledCurves:
    """Estimate all columns of `counts` together.

    `first`, `stop`: one entry a cell, the grid times of `(left, right]`, 0 <= first < stop <= steps, where grid time
    `steps` is inf; `counts`: (cells, B), each column with a positive sum. Every resample uses its own innermost
    intervals, and stops at the same gap as `npmle`.
    """
    support, begin = _own_support(first, stop, counts, steps)
    grid = np.arange(steps)[:, None]
    fit = Squarem(counts, ((first <= grid) & (grid < stop)).astype(float), support, GAP_TOLERANCE)
    fit.run(MOST_ROUNDS)
    mass, gap = fit.mass, fit.gap
    for column in np.flatnonzero(gap > GAP_TOLERANCE):
        exact = npmle(first.astype(float), stop.astype(float), counts[:, column])
        mass[:, column] = 0.0
        mass[exact.right.astype(int) - 1, column] = exact.mass
        gap[column] = exact.gap
    return ResampledCurves(mass, begin, gap)


def _own_support(first: Ints, stop: Ints, counts: Floats, steps: int) -> tuple[Bools, Ints]:
    """Return which steps end an innermost interval of each resample, and at which grid time that one begins."""
    drawn = counts > 0
    begins = np.zeros((steps, counts.shape[1]), dtype=bool)
    ends = np.zeros_like(begins)
    for step in range(steps):
        begins[step] = drawn[first == step].any(axis=0)
        ends[step] = drawn[stop == step + 1].any(axis=0)
    number = np.arange(steps)[:, None]
    last_begin = np.maximum.accumulate(np.where(begins, number, -1))
    last_end = np.maximum.accumulate(np.where(ends, number + 1, 0))
    last_end_before = np.concatenate([np.zeros((1, counts.shape[1]), dtype=last_end.dtype), last_end[:-1]])
    return ends & (last_begin >= last_end_before), np.maximum(last_begin, 0)


def _cumulated_from_zero(mass: Floats) -> Floats:
    return np.asarray(np.minimum(np.concatenate([np.zeros((1, mass.shape[1])), np.cumsum(mass, axis=0)]), 1.0))
