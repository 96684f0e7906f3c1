"""Accelerated EM for the maximum-likelihood masses of many small samples at once."""

import numpy as np

from backend.analysis.arrays import Bools, Floats


class Squarem:
    """Masses of B samples on the same k intervals, improved together; those that have settled are left alone.

    `counts`: (cells, B), how often each sample holds each observation; `cover`: (k, cells), 1 where an observation
    covers an interval; `support`: (k, B), which intervals may carry mass. `mass`: (k, B) and `gap`: (B,) are the
    result so far. EM with SQUAREM (Varadhan & Roland 2008), guarded so that the log-likelihood never falls.
    """

    def __init__(self, counts: Floats, cover: Floats, support: Bools, tolerance: float) -> None:
        self.cover, self.tolerance = cover, tolerance
        self.mass = support / support.sum(axis=0)
        self.gap = np.full(counts.shape[1], np.inf)
        self._open = np.arange(counts.shape[1])
        self._counts, self._support = counts, support
        self._current = self.mass
        self._gradient = self._gradient_at(self._current)
        self._settle()

    def run(self, most_rounds: int) -> int:
        """Improve until every gap is small enough, at most so many rounds; return how many there were."""
        for done in range(most_rounds):
            if not len(self._open):
                return done
            self.improve()
        return most_rounds

    def improve(self) -> None:
        """Take two EM steps and one extrapolation along them, kept only where it is more likely than the steps."""
        once = self._current * self._gradient
        twice = once * self._gradient_at(once)
        change, bend = once - self._current, twice - 2 * once + self._current
        squared_bend = (bend**2).sum(axis=0)
        ratio = np.divide((change**2).sum(axis=0), squared_bend, out=np.ones_like(squared_bend), where=squared_bend > 0)
        stretch = np.maximum(np.sqrt(ratio), 1.0)
        leap = np.maximum(self._current + 2 * stretch * change + stretch**2 * bend, 0.0) * self._support
        leap /= leap.sum(axis=0)
        worse = self._loglik(leap) < self._loglik(twice)
        leap[:, worse] = twice[:, worse]
        self._current = leap * self._gradient_at(leap)
        self._gradient = self._gradient_at(self._current)
        self._settle()

    def _settle(self) -> None:
        gap = (self._gradient * self._support).max(axis=0) - 1
        self.mass[:, self._open], self.gap[self._open] = self._current, gap
        going_on = gap > self.tolerance
        if not going_on.all():
            self._open, self._counts = self._open[going_on], self._counts[:, going_on]
            self._support, self._current = self._support[:, going_on], self._current[:, going_on]
            self._gradient = self._gradient[:, going_on]

    def _covered(self, mass: Floats) -> Floats:
        """Return the probability of every drawn cell, 1 for those not drawn."""
        return np.where(self._counts > 0, self.cover.T @ mass, 1.0)

    def _gradient_at(self, mass: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.cover @ (self._counts / self._covered(mass)) / self._counts.sum(axis=0))

    def _loglik(self, mass: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((self._counts * np.log(self._covered(mass))).sum(axis=0))
