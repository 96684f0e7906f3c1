"""Weighted log-rank tests of two groups of interval-censored waiting times."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.intervals.npmle import npmle
from backend.analysis.intervals.support import checked

EQUAL_SCORES = 1e-12  # scores that differ by less than this differ by rounding only


@dataclass(frozen=True, slots=True)
class TwoSample:
    """One test: `z > 0` says earlier events in the first group; `z` and `p` are None when nothing varies."""

    scores: str
    z: float | None
    p: float | None


def two_sample(
    first: tuple[Floats, Floats, Floats | None], second: tuple[Floats, Floats, Floats | None]
) -> tuple[TwoSample, ...]:
    """Compare two groups, each `(left, right, weight)` as for `npmle`, by every kind of score.

    Permutation variance; two-sided normal p. Fay & Shaw 2010; scores of Sun 1996, Finkelstein 1986 and
    Wilcoxon (Fay 1999) on the pooled estimate.
    """
    groups = [checked(*first), checked(*second)]
    left, right, weight = (np.concatenate([a, b]) for a, b in zip(*groups, strict=True))
    in_first = np.repeat([1.0, 0.0], [len(groups[0][0]), len(groups[1][0])])
    before, after = _survival_around(left, right, weight)
    return tuple(_permutation_test(kind, scores(before, after), in_first, weight) for kind, scores in SCORE_OF.items())


def _survival_around(left: Floats, right: Floats, weight: Floats) -> tuple[tuple[Floats, Floats], ...]:
    """Return (S, log S~) of the pooled estimate at the left and at the right end of each observation."""
    pooled = npmle(left, right, weight)
    survival = np.clip(1.0 - np.concatenate([[0.0], np.cumsum(pooled.mass)]), 0.0, 1.0)
    survival[-1] = 0.0
    hazard = np.divide(pooled.mass, survival[:-1], out=np.zeros(len(pooled.mass)), where=survival[:-1] > 0)
    log_product = -np.concatenate([[0.0], np.cumsum(hazard)])
    exact = left == right
    first = np.where(exact, np.searchsorted(pooled.right, left), np.searchsorted(pooled.right, left, side="right"))
    stop = np.searchsorted(pooled.right, right, side="right")
    return (survival[first], log_product[first]), (survival[stop], log_product[stop])


Ends = tuple[Floats, Floats]  # survival and log of the product of exp(-hazard), at one end of each observation


def _sun(before: Ends, after: Ends) -> Floats:
    return (before[0] * before[1] - after[0] * after[1]) / (before[0] - after[0])


def _finkelstein(before: Ends, after: Ends) -> Floats:
    return (_entropy(before[0]) - _entropy(after[0])) / (before[0] - after[0])


def _entropy(survival: Floats) -> Floats:
    """Return S log S, which is 0 at 0."""
    return survival * np.log(np.where(survival > 0, survival, 1.0))


def _wilcoxon(before: Ends, after: Ends) -> Floats:
    return before[0] + after[0] - 1.0


SCORE_OF: dict[str, Callable[[Ends, Ends], Floats]] = {
    "sun": _sun,
    "finkelstein": _finkelstein,
    "wilcoxon": _wilcoxon,
}


def _permutation_test(kind: str, score: Floats, in_first: Floats, weight: Floats) -> TwoSample:
    n = weight.sum()
    centred_score = score - weight @ score / n
    centred_group = in_first - weight @ in_first / n
    spread = float(np.abs(centred_score).max())
    if n <= 1 or spread <= EQUAL_SCORES:
        return TwoSample(kind, None, None)
    variance = (weight @ centred_score**2) * (weight @ centred_group**2) / (n - 1)
    z = float((weight * in_first) @ centred_score / np.sqrt(variance))
    return TwoSample(kind, z, math.erfc(abs(z) / math.sqrt(2)))
