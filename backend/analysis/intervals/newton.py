"""Newton steps on the intervals that carry mass, for the samples on which EM and the convex minorant are slow."""

from collections.abc import Iterator

import numpy as np

from backend.analysis.arrays import Floats, Ints
from backend.analysis.intervals.squarem import NEGLIGIBLE, quadratic_maximum
from backend.analysis.intervals.support import Support

MOST_ACTIVE = 2500  # intervals in one dense system of equations
HALVINGS = 10  # of a step that overshoots


def newton_iterates(support: Support, cumulated: Floats) -> Iterator[tuple[Floats, float]]:
    """Yield the cumulated mass and its gap, each at least as likely as the one before.

    Ends when more than `MOST_ACTIVE` intervals carry mass or pull for some. Second derivatives by double cumulation
    of the weights per pair of ends, so the cost is that of the equations, not of the observations.
    """
    while True:
        gradient = support.gradient(cumulated) / support.n
        yield cumulated, max(float(gradient.max()) - 1, 0.0)
        mass = np.diff(cumulated)
        active = np.flatnonzero((mass > NEGLIGIBLE / len(mass)) | (gradient > 1))
        if len(active) > MOST_ACTIVE:
            return
        pull = support.n * (2 * gradient[active] - 1)
        free = np.ones((len(active), 1), dtype=bool)
        start = mass[active][:, np.newaxis]
        target = quadratic_maximum(_curvature(support, cumulated, active), pull[:, np.newaxis], start, free)
        proposal = np.zeros(len(mass))
        proposal[active] = target[:, 0]
        cumulated = _drawn_back(support, proposal, mass * gradient)


def _drawn_back(support: Support, proposal: Floats, plain: Floats) -> Floats:
    """Return the proposal, or what lies between it and a plain EM step, once it is as likely as that; cumulated."""
    reached = support.loglik(_cumulated(plain))
    for halving in range(HALVINGS):
        share = 0.5**halving
        candidate = _cumulated(share * proposal + (1 - share) * plain)
        if support.loglik(candidate) >= reached:
            return candidate
    return _cumulated(plain)


def _cumulated(mass: Floats) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(mass)])
    return np.asarray(total / total[-1])


def _curvature(support: Support, cumulated: Floats, active: Ints) -> Floats:
    """Return minus the second derivatives of the log-likelihood in the active masses, (1, k, k)."""
    size = len(active)
    first, stop = np.searchsorted(active, support.first), np.searchsorted(active, support.stop)
    weight = support.weight / support.covered(cumulated) ** 2
    pairs = np.bincount(first * (size + 1) + stop, weight, (size + 1) ** 2).astype(float).reshape(size + 1, size + 1)
    covering = np.cumsum(np.cumsum(pairs, axis=0)[:, ::-1], axis=1)[:, ::-1]  # first <= row, stop >= column
    upper = np.triu(covering[:size, 1:])
    return np.asarray((upper + np.triu(upper, 1).T)[np.newaxis])
