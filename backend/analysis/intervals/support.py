"""Reduce interval-censored waiting times to the innermost intervals that can carry mass."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backend.analysis.arrays import Floats, Ints

DENSE_TABLE_CELLS = 4_000_000  # tables of pair counts up to 32 MB are counted directly, larger ones by sorting


@dataclass(frozen=True, slots=True)
class Support:
    """Innermost intervals and, for each distinct observation, the run of them that it covers.

    `left`, `right`: ends of the k innermost intervals, hours, ascending; equal ends mark an exactly known time.
    `first`, `stop`, `weight`: one entry a distinct observation; it covers intervals `first <= j < stop`.
    """

    left: Floats
    right: Floats
    first: Ints
    stop: Ints
    weight: Floats

    @property
    def n(self) -> float:
        """Return the sum of the weights."""
        return float(self.weight.sum())

    def covered(self, cumulated: Floats) -> Floats:
        """Return the probability of each distinct observation; `cumulated` are k + 1 values from 0 to 1."""
        return cumulated[self.stop] - cumulated[self.first]

    def gradient(self, cumulated: Floats) -> Floats:
        """Return, for each innermost interval, the sum of weight over probability of the observations covering it."""
        size = len(self.left)
        pull = self.weight / self.covered(cumulated)
        change = np.bincount(self.first, pull, size + 1) - np.bincount(self.stop, pull, size + 1)
        return np.cumsum(change[:size])

    def gap(self, cumulated: Floats) -> float:
        """Return the certificate `max_k g_k - 1`: the log-likelihood is within n times that of the largest one."""
        return max(float(self.gradient(cumulated).max()) / self.n - 1, 0.0)

    def loglik(self, cumulated: Floats) -> float:
        """Return the log-likelihood, -inf where some observation has no probability."""
        covered = self.covered(cumulated)
        return float(self.weight @ np.log(covered)) if covered.min() > 0 else -np.inf


def checked(left: Floats, right: Floats, weight: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return the observations that weigh anything; ValueError names the first impossible one."""
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    weight = np.ones(len(left)) if weight is None else np.asarray(weight, dtype=float)
    if not len(left) == len(right) == len(weight):
        raise ValueError(f"left, right and weight have {len(left)}, {len(right)} and {len(weight)} entries")
    possible = (left >= 0) & (left < np.inf) & (right >= left) & (weight >= 0) & (weight < np.inf)
    if not possible.all():
        row = int(np.argmin(possible))
        raise ValueError(
            f"observation {row} is ({left[row]}, {right[row]}] with weight {weight[row]}; "
            "expected 0 <= left <= right, left finite, and a finite weight of 0 or more"
        )
    heavy = weight > 0
    if not heavy.any():
        raise ValueError("no observation has a positive weight")
    return (left, right, weight) if heavy.all() else (left[heavy], right[heavy], weight[heavy])


def innermost(left: Floats, right: Floats, weight: Floats) -> Support:
    """Return Turnbull's innermost intervals of `(left, right]`, exact where both are equal.

    At one and the same time the order of ends is: left end of an exact time, right end, open left end.
    """
    left, right, weight = _distinct(left, right, weight)
    times, codes = np.unique(np.concatenate([left, right]), return_inverse=True)
    left_code, right_code = codes[: len(left)], codes[len(left) :]
    begins = 3 * left_code + np.where(left_code == right_code, 0, 2)
    ends = 3 * right_code + 1
    is_begin, is_end = np.zeros(3 * len(times), dtype=bool), np.zeros(3 * len(times), dtype=bool)
    is_begin[begins] = True
    is_end[ends] = True
    marks = np.flatnonzero(is_begin | is_end)
    closing = is_end[marks]
    inner = np.flatnonzero(~closing[:-1] & closing[1:])
    support_begin, support_end = marks[inner], marks[inner + 1]
    return Support(
        left=times[support_begin // 3],
        right=times[support_end // 3],
        first=np.searchsorted(support_begin, begins),
        stop=np.searchsorted(support_end, ends, side="right"),
        weight=weight,
    )


def _distinct(left: Floats, right: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Add up the weights of equal observations; their order, and so the row order, no longer matters."""
    left_code, lefts = pd.factorize(left, sort=True)
    right_code, rights = pd.factorize(right, sort=True)
    pair = left_code * len(rights) + right_code
    cells = len(lefts) * len(rights)
    if cells <= DENSE_TABLE_CELLS:
        totals = np.bincount(pair, weight, cells).astype(float)
        found = np.flatnonzero(totals)
        return lefts[found // len(rights)], rights[found % len(rights)], totals[found]
    found, inverse = np.unique(pair, return_inverse=True)
    return lefts[found // len(rights)], rights[found % len(rights)], np.bincount(inverse, weight).astype(float)
