"""EM with the iterative convex minorant: the maximum-likelihood curve of one large sample, step by step."""

from collections.abc import Iterator

import numpy as np
from scipy.optimize import isotonic_regression

from backend.analysis.arrays import Floats
from backend.analysis.intervals.support import Support

HALVINGS = 40  # of one step; a shorter one no longer moves the curve


def equal_masses(support: Support) -> Floats:
    """Return the cumulated mass (k + 1 values from 0 to 1) that all ways begin with."""
    return np.linspace(0.0, 1.0, len(support.left) + 1)


def iterates(support: Support, cumulated: Floats) -> Iterator[tuple[Floats, float]]:
    """Yield the cumulated mass and its gap, each at least as likely as the one before."""
    n = support.n
    while True:
        gradient = support.gradient(cumulated) / n
        yield cumulated, float(gradient.max() - 1)
        mass = np.diff(cumulated) * gradient
        cumulated = np.concatenate([[0.0], np.cumsum(mass / mass.sum())])
        cumulated[-1] = 1.0
        cumulated = _convex_minorant_step(support, cumulated)


def _convex_minorant_step(support: Support, cumulated: Floats) -> Floats:
    """Move towards the maximum of the separable quadratic approximation over monotone curves."""
    size = len(support.left)
    covered = support.covered(cumulated)
    slope, curvature = support.weight / covered, support.weight / covered**2
    rise = np.bincount(support.stop, slope, size + 1) - np.bincount(support.first, slope, size + 1)
    bend = np.bincount(support.stop, curvature, size + 1) + np.bincount(support.first, curvature, size + 1)
    inner = slice(1, size)
    if size == 1:
        return cumulated
    target = isotonic_regression(cumulated[inner] + rise[inner] / bend[inner], weights=bend[inner]).x
    direction = np.zeros(size + 1)
    direction[inner] = np.clip(target, 0.0, 1.0) - cumulated[inner]
    reached = support.loglik(cumulated)
    for halving in range(HALVINGS):
        candidate = cumulated + direction * 0.5**halving
        if support.loglik(candidate) >= reached:
            return candidate
    return cumulated
