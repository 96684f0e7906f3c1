"""Curves of one cohort with their uncertainty, or the reason why there are none."""

from dataclasses import dataclass

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.cohorts.cells import Cells, Event
from backend.analysis.cohorts.response import Curves, InResponse, MeanDuration, in_response, restricted_mean_duration
from backend.analysis.intervals.npmle import QUANTILE_SLACK, Npmle, npmle
from backend.analysis.intervals.resampled import resampled_npmle

SMALLEST_COHORT = 5  # [design] fewer say more about persons than about a treatment
FEWEST_EVENTS_FOR_MEDIAN_CI = 10  # [design]
RESAMPLES = 1000
SEED = 20190801  # any fixed number: the same cohort gives the same bytes
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % percentile interval of a bootstrap, at each grid time or of one number."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """One estimated curve at the finite grid times: the estimate, what is identified, and its confidence interval."""

    estimate: Floats
    lower: Floats
    upper: Floats
    confidence: Interval


@dataclass(frozen=True, slots=True)
class CohortEstimate:
    """What a cohort shows. `hours`: finite grid times from 0; `onset_median`, `loss_median`: see `Median`.

    `between`: the 95 % interval of the band that holds for PBR from each time up to the next.
    """

    n: int
    hours: Floats
    onset_fit: Npmle
    loss_fit: Npmle
    onset: Curve
    loss: Curve
    in_response: Curve
    response: InResponse
    between: Interval
    mean_duration: MeanDuration
    mean_duration_confidence: Interval
    onset_median: "Median"
    loss_median: "Median"


@dataclass(frozen=True, slots=True)
class Median:
    """The support interval of the median, hours, `upper` inf when not reached; `events` seen; its 95 % interval.

    `confidence` runs from the low end of the resamples' lower ends to the high end of their upper ends, and is None
    under ten events.
    """

    lower: float
    upper: float
    events: int
    confidence: tuple[float, float] | None


def estimate_cohort(cells: Cells, *, resamples: int = RESAMPLES, seed: int = SEED) -> CohortEstimate | None:
    """Estimate onset, loss and PBR from counts; None when there are fewer than `SMALLEST_COHORT`.

    Percentile bootstrap: each resample draws as many patients as there are, with replacement, which for one
    treatment a patient is a multinomial draw of the cell counts.
    """
    if cells.n < SMALLEST_COHORT:
        return None
    hours = cells.hours[:-1]
    draws = np.random.default_rng(seed).multinomial(cells.n, cells.count / cells.n, size=resamples).T.astype(float)
    onset, onset_draws = _fit(cells, cells.onset), _resampled(cells, cells.onset, draws)
    end, end_draws = _fit(cells, cells.end), _resampled(cells, cells.end, draws)
    one_clock = np.array_equal(cells.loss.first, cells.end.first) and np.array_equal(cells.loss.stop, cells.end.stop)
    loss, loss_draws = end, end_draws
    if not one_clock:
        loss, loss_draws = _fit(cells, cells.loss), _resampled(cells, cells.loss, draws)
    response = in_response(hours, Curves.at(hours, onset), Curves.at(hours, end))
    response_draws = in_response(hours, onset_draws, end_draws)
    return CohortEstimate(
        n=cells.n,
        hours=hours,
        onset_fit=onset,
        loss_fit=loss,
        onset=_curve(Curves.at(hours, onset), onset_draws),
        loss=_curve(Curves.at(hours, loss), loss_draws),
        in_response=Curve(response.estimate, response.lower, response.upper, _percentiles(response_draws.estimate)),
        response=response,
        between=Interval(
            _percentiles(response_draws.lower_after).lower, _percentiles(response_draws.upper_after).upper
        ),
        mean_duration=restricted_mean_duration(response),
        mean_duration_confidence=_percentiles(restricted_mean_duration(response_draws).estimate),
        onset_median=_median(onset, onset_draws, hours, _events(cells, cells.onset)),
        loss_median=_median(loss, loss_draws, hours, _events(cells, cells.loss)),
    )


def _fit(cells: Cells, event: Event) -> Npmle:
    return npmle(cells.hours[event.first], cells.hours[event.stop], cells.count.astype(float))


def _resampled(cells: Cells, event: Event, draws: Floats) -> Curves:
    """Fit one event to every column of `draws`, equal spans counted together."""
    steps = len(cells.hours) - 1
    pair = event.first * (steps + 1) + event.stop
    order = np.argsort(pair, kind="stable")
    begins = np.flatnonzero(np.diff(pair[order], prepend=-1))
    pair, totals = pair[order][begins], np.add.reduceat(draws[order], begins)
    return Curves.of_resamples(resampled_npmle(pair // (steps + 1), pair % (steps + 1), totals, steps))


def _curve(found: Curves, draws: Curves) -> Curve:
    return Curve(found.lower, found.lower, found.upper, _percentiles(draws.lower))


def _percentiles(draws: Floats) -> Interval:
    lower, upper = np.percentile(draws, PERCENTILES, axis=-1)
    return Interval(lower, upper)


def _events(cells: Cells, event: Event) -> int:
    return int(cells.count[event.stop < len(cells.hours) - 1].sum())


def _median(fitted: Npmle, draws: Curves, hours: Floats, events: int) -> Median:
    lower, upper = fitted.quantile(0.5)
    if events < FEWEST_EVENTS_FOR_MEDIAN_CI:
        return Median(lower, upper, events, None)
    low = _first_reaching_half(draws.upper_after, hours)
    high = _first_reaching_half(draws.lower, hours)
    least, most = (share / 100 for share in PERCENTILES)
    return Median(lower, upper, events, (_order_statistic(low, least), _order_statistic(high, most)))


def _first_reaching_half(curves: Floats, hours: Floats) -> Floats:
    """Return the first of `hours` at which each column of `curves` reaches a half, inf where none does."""
    reached = curves >= 0.5 - QUANTILE_SLACK
    return np.where(reached.any(axis=0), hours[np.argmax(reached, axis=0)], np.inf)


def _order_statistic(draws: Floats, share: float) -> float:
    return float(np.quantile(draws, share, method="inverted_cdf"))
