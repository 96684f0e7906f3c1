"""Maximum-likelihood masses of many small samples at once: accelerated EM, then Newton steps for what is slow."""

import numpy as np

from backend.analysis.arrays import Bools, Floats

ACCELERATED_ROUNDS = 15  # of EM, before the samples that are left take Newton steps
LEAST_SHARE = 0.01  # of an EM step that an extrapolation must leave in place, since mass at 0 never returns by EM
NEGLIGIBLE = 1e-8  # a mass this small that wants to fall starts a Newton step at 0
MOST_HELD_AT_ZERO = 20  # times that one Newton step may find further masses to hold at 0
HALVINGS = 6  # of a Newton step that overshoots
RIDGE = 1e-12  # relative, so that masses which the sample cannot tell apart do not make a step impossible


class Squarem:
    """Masses of B samples on the same k intervals, improved together; those that have settled are left alone.

    `counts`: (cells, B), how often each sample holds each observation; `cover`: (k, cells), 1 where an observation
    covers an interval; `support`: (k, B), which intervals may carry mass. `mass`: (k, B) and `gap`: (B,) are the
    result so far. EM with SQUAREM (Varadhan & Roland 2008), then projected Newton steps (Bertsekas 1982) each
    followed by an EM step; guarded so that the log-likelihood never falls.
    """

    def __init__(self, counts: Floats, cover: Floats, support: Bools, tolerance: float) -> None:
        self.cover, self.tolerance = cover, tolerance
        self.mass = support / support.sum(axis=0)
        self.gap = np.full(counts.shape[1], np.inf)
        self._open = np.arange(counts.shape[1])
        self._counts, self._support = counts, support
        self._absent, self._size = counts == 0, counts.sum(axis=0)
        self._current = self.mass
        self._gradient = self._gradient_at(self._current)
        self._settle()

    def run(self, most_rounds: int) -> int:
        """Improve until every gap is small enough, at most so many rounds; return how many there were."""
        for done in range(most_rounds):
            if not len(self._open):
                return done
            self.improve(by_newton=done >= ACCELERATED_ROUNDS)
        return most_rounds

    def improve(self, *, by_newton: bool = False) -> None:
        """Take one round: a proposal, kept only where it is more likely than plain EM, then an EM step from there."""
        once = self._current * self._gradient
        plain, proposal = (once, self._newton_step()) if by_newton else self._extrapolation(once)
        proposal = self._backed_up(proposal, plain, HALVINGS if by_newton else 1)
        self._current = proposal * self._gradient_at(proposal)
        self._gradient = self._gradient_at(self._current)
        self._settle()

    def _extrapolation(self, once: Floats) -> tuple[Floats, Floats]:
        """Return the second EM step, and the point that lies ahead in the direction of both."""
        twice = once * self._gradient_at(once)
        change, bend = once - self._current, twice - 2 * once + self._current
        squared_bend = (bend**2).sum(axis=0)
        ratio = np.divide((change**2).sum(axis=0), squared_bend, out=np.ones_like(squared_bend), where=squared_bend > 0)
        stretch = np.maximum(np.sqrt(ratio), 1.0)
        return twice, np.maximum(self._current + 2 * stretch * change + stretch**2 * bend, LEAST_SHARE * twice)

    def _backed_up(self, proposal: Floats, plain: Floats, halvings: int) -> Floats:
        """Return each proposal, scaled to total 1 and drawn towards the plain step until it is as likely as that."""
        reached = self._loglik(plain)
        for _ in range(halvings):
            proposal = proposal / proposal.sum(axis=0)
            worse = ~(self._loglik(proposal) >= reached)
            if not worse.any():
                return proposal
            proposal[:, worse] = (proposal[:, worse] + plain[:, worse]) / 2
        proposal[:, worse] = plain[:, worse]
        return proposal

    def _newton_step(self) -> Floats:
        """Maximise the quadratic approximation of log-likelihood minus n times the total mass.

        Over masses of 0 or more its own maximum has total 1.
        """
        pull = self._size * (2 * self._gradient - 1)
        free = self._support & ((self._current > NEGLIGIBLE) | (self._gradient > 1))
        return quadratic_maximum(self._curvature(), pull, np.where(free, self._current, 0.0), free)

    def _curvature(self) -> Floats:
        """Return minus the second derivatives of the log-likelihood, (B, k, k)."""
        size, samples = self._current.shape
        weight = self._counts / self._covered(self._current) ** 2
        pairs = (self.cover[:, np.newaxis, :] * self.cover[np.newaxis, :, :]).reshape(size * size, -1)
        return np.ascontiguousarray((pairs @ weight).T).reshape(samples, size, size)

    def _settle(self) -> None:
        gap = (self._gradient * self._support).max(axis=0) - 1
        self.mass[:, self._open], self.gap[self._open] = self._current, gap
        going_on = gap > self.tolerance
        if not going_on.all():
            self._open, self._counts = self._open[going_on], self._counts[:, going_on]
            self._support, self._current = self._support[:, going_on], self._current[:, going_on]
            self._gradient = self._gradient[:, going_on]
            self._absent, self._size = self._absent[:, going_on], self._size[going_on]

    def _covered(self, mass: Floats) -> Floats:
        """Return the probability of every drawn cell, 1 for those not drawn."""
        covered = np.asarray(self.cover.T @ mass)
        np.copyto(covered, 1.0, where=self._absent)
        return covered

    def _gradient_at(self, mass: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.cover @ (self._counts / self._covered(mass)) / self._size)

    def _loglik(self, mass: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((self._counts * np.log(self._covered(mass))).sum(axis=0))


def quadratic_maximum(bend: Floats, pull: Floats, mass: Floats, free: Bools) -> Floats:
    """Return masses of a higher `pull @ mass - mass @ bend @ mass / 2`, at its maximum unless too many reach 0.

    `bend`: (B, k, k); `pull`, `mass` where to start, `free` which may move (the others are 0): (k, B). A mass that
    reaches 0 on the way is held there and the rest go on to their own maximum (Lawson & Hanson 1974).
    """
    mass, free = mass.copy(), free.copy()
    for _ in range(MOST_HELD_AT_ZERO):
        target = _solved(bend, pull, free)
        falling = free & (target <= 0)
        if not falling.any():
            return target
        reach = np.divide(mass, mass - target, out=np.where(falling, 0.0, 1.0), where=falling & (mass > 0))
        share = reach.min(axis=0)
        mass += share * (target - mass)
        free &= ~(falling & (reach <= share))
        mass[~free] = 0.0
    return mass


def _solved(bend: Floats, pull: Floats, free: Bools) -> Floats:
    """Return, for each sample, the masses where `bend @ mass = pull` over the free ones, the others being 0."""
    both_free = free.T[:, :, np.newaxis] & free.T[:, np.newaxis, :]
    equations = np.where(both_free, bend, 0.0)
    number = np.arange(len(free))
    equations[:, number, number] = np.where(free.T, bend[:, number, number] * (1 + RIDGE), 1.0)
    return np.asarray(np.linalg.solve(equations, np.where(free, pull, 0.0).T[:, :, np.newaxis])[:, :, 0].T)
