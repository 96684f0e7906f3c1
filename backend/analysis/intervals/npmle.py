"""The nonparametric maximum-likelihood distribution of interval-censored waiting times, with its certificate."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backend.analysis.arrays import Floats, Ints
from backend.analysis.intervals.newton import newton_iterates
from backend.analysis.intervals.squarem import Squarem
from backend.analysis.intervals.support import Support, checked, innermost

GAP_TOLERANCE = 1e-8
SETTLED = 1e-4  # of the tolerance: where the likelihood is flat, masses are settled later than it is
MOST_SETTLING = 20  # iterations past the tolerance
QUICK = 500  # iterations of the convex minorant that nearly every sample needs fewer of
MOST_NEWTON_STEPS = 50
MOST_ITERATIONS = 3000  # where there are too many intervals for Newton steps
SMALL_SUPPORT = 64  # innermost intervals; up to here a few rounds of SQUAREM are mostly enough
FEW_ROUNDS = 60
QUANTILE_SLACK = 1e-9  # a cumulated mass this close below a quantile has reached it


@dataclass(frozen=True, slots=True)
class Npmle:
    """Mass on the innermost intervals `(left_k, right_k]` that carry any, exact where equal; hours, `right` may be inf.

    `gap`: `max_k g_k - 1`; the log-likelihood lies within `n * gap` of the largest possible one.
    `n`: sum of the weights. `iterations`: 0 for the product-limit solution.
    """

    left: Floats
    right: Floats
    mass: Floats
    loglik: float
    gap: float
    n: float
    iterations: int

    def lower(self, hours: Floats) -> Floats:
        """Return F_lo: the mass that lies certainly at or before each time."""
        return self._cumulated(np.searchsorted(self.right, hours, side="right"))

    def upper(self, hours: Floats) -> Floats:
        """Return F_hi: the mass that may lie at or before each time."""
        return self._cumulated(
            np.maximum(np.searchsorted(self.left, hours), np.searchsorted(self.right, hours, side="right"))
        )

    def upper_after(self, hours: Floats) -> Floats:
        """Return F_hi just after each time, which holds until the next support end."""
        return self._cumulated(np.searchsorted(self.left, hours, side="right"))

    def quantile(self, share: float) -> tuple[float, float]:
        """Return the support interval in which F reaches `share` of 1; its end is inf when not reached."""
        at = min(int(np.searchsorted(np.cumsum(self.mass), share - QUANTILE_SLACK)), len(self.mass) - 1)
        return float(self.left[at]), float(self.right[at])

    def _cumulated(self, support_count: Ints) -> Floats:
        return np.asarray(np.minimum(np.concatenate([[0.0], np.cumsum(self.mass)]), 1.0)[support_count])


def npmle(left: Floats, right: Floats, weight: Floats | None = None, *, tolerance: float = GAP_TOLERANCE) -> Npmle:
    """Estimate the distribution of waiting times known to lie in `(left, right]`, or known exactly where equal.

    `left`, `right`: hours, 0 <= left <= right, right may be inf; `weight`: 0 or more, one each by default.
    Raises ValueError for impossible observations. Turnbull 1976; product-limit
    where every time is exact or right-censored; SQUAREM on small grids; else EM with the iterative convex minorant
    (Wellner & Zhan 1997), and Newton steps where that is slow. The gap that was reached is in the result; it can stay
    above the tolerance on samples too large for those.
    """
    support = innermost(*checked(left, right, weight))
    if _product_limit_applies(support):
        return _summary(support, _product_limit(support), iterations=0)
    if len(support.left) <= SMALL_SUPPORT:
        cumulated, rounds = _extrapolated(support, tolerance * SETTLED)
        if support.gap(cumulated) <= tolerance:
            return _summary(support, cumulated, rounds)
    from backend.analysis.intervals.minorant import equal_masses, iterates  # noqa: PLC0415 -- half a second that grids do without

    cumulated, iterations = equal_masses(support), 0
    for way, most in ((iterates, QUICK), (newton_iterates, MOST_NEWTON_STEPS), (iterates, MOST_ITERATIONS)):
        cumulated, taken = _run(way(support, cumulated), tolerance, most)
        iterations += taken
        if support.gap(cumulated) <= tolerance:
            break
    return _summary(support, cumulated, iterations)


def _run(states: Iterator[tuple[Floats, float]], tolerance: float, most: int) -> tuple[Floats, int]:
    """Return the state that is settled, or the last one that there is patience for, and its number."""
    cumulated, number, last = np.empty(0), 0, most
    for number, (cumulated, gap) in enumerate(states):  # noqa: B007 -- what the loop ends with is the result
        if gap <= tolerance:
            last = min(last, number + MOST_SETTLING)
        if gap <= tolerance * SETTLED or number >= last:
            break
    return cumulated, number


def _extrapolated(support: Support, tolerance: float) -> tuple[Floats, int]:
    """Return the cumulated mass that few rounds of SQUAREM reach, and how many there were."""
    number = np.arange(len(support.left))[:, np.newaxis]
    cover = ((support.first <= number) & (number < support.stop)).astype(float)
    fit = Squarem(support.weight[:, np.newaxis], cover, np.ones((len(number), 1), dtype=bool), tolerance)
    rounds = fit.run(FEW_ROUNDS)
    cumulated = np.concatenate([[0.0], np.cumsum(fit.mass[:, 0])])
    cumulated[-1] = 1.0
    return cumulated, rounds


def _product_limit_applies(support: Support) -> bool:
    """Tell whether each observation covers one innermost interval, or all from some one to the last."""
    return bool(np.all((support.stop == support.first + 1) | (support.stop == len(support.left))))


def _product_limit(support: Support) -> Floats:
    """Return the cumulated mass in closed form (Kaplan & Meier 1958), on innermost intervals in place of times."""
    size = len(support.left)
    known = support.stop == support.first + 1
    events = np.bincount(support.first[known], support.weight[known], size)
    leaving = np.bincount(support.first[~known], support.weight[~known], size)
    at_risk = support.n - np.cumsum(leaving) - np.cumsum(events) + events
    hazard = np.divide(events, at_risk, out=np.zeros(size), where=events > 0)
    hazard[-1] = 1.0
    return np.concatenate([[0.0], 1.0 - np.cumprod(1.0 - hazard)])


def _summary(support: Support, cumulated: Floats, iterations: int) -> Npmle:
    mass = np.diff(cumulated)
    carries = mass > 0
    return Npmle(
        left=support.left[carries],
        right=support.right[carries],
        mass=mass[carries],
        loglik=support.loglik(cumulated),
        gap=support.gap(cumulated),
        n=support.n,
        iterations=iterations,
    )
