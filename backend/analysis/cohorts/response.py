"""The probability of being in response, and the mean time spent in it, from an onset and a loss curve."""

from dataclasses import dataclass

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.intervals.npmle import Npmle
from backend.analysis.intervals.resampled import ResampledCurves

RMDOR_HOURS = 28 * 24.0  # "lasts for weeks": the horizon of the restricted mean duration of response


@dataclass(frozen=True, slots=True)
class Curves:
    """F_lo and F_hi of one event at the grid times, and F_hi just after them; (times,) or (times, resamples)."""

    lower: Floats
    upper: Floats
    upper_after: Floats

    @classmethod
    def at(cls, hours: Floats, fitted: Npmle) -> "Curves":
        """Read one fitted distribution at the grid times."""
        return cls(fitted.lower(hours), fitted.upper(hours), fitted.upper_after(hours))

    @classmethod
    def of_resamples(cls, fitted: ResampledCurves) -> "Curves":
        """Read all resamples at their grid times."""
        return cls(fitted.lower(), fitted.upper(), fitted.upper_after())


@dataclass(frozen=True, slots=True)
class InResponse:
    """PBR at the grid times with its band, and the band that holds from each time up to the next.

    `clipped`: how many of the points had to be moved into [0, 1].
    """

    hours: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    lower_after: Floats
    upper_after: Floats
    clipped: int


def in_response(hours: Floats, onset: Curves, end: Curves) -> InResponse:
    """Return the probability of being in response at `hours` (finite, ascending, from 0)."""
    points = onset.lower - end.lower
    return InResponse(
        hours=hours,
        estimate=np.clip(points, 0.0, 1.0),
        lower=np.clip(onset.lower - end.upper, 0.0, 1.0),
        upper=np.clip(onset.upper - end.lower, 0.0, 1.0),
        lower_after=np.clip(onset.lower - end.upper_after, 0.0, 1.0),
        upper_after=np.clip(onset.upper_after - end.lower, 0.0, 1.0),
        clipped=int(np.count_nonzero((points < 0) | (points > 1))),
    )


@dataclass(frozen=True, slots=True)
class MeanDuration:
    """Restricted mean duration of response, hours: of the joined points, and of the lower and upper band."""

    estimate: Floats
    lower: Floats
    upper: Floats


def restricted_mean_duration(response: InResponse, horizon_hours: float = RMDOR_HOURS) -> MeanDuration:
    """Integrate PBR from 0 to the horizon: points joined linearly, the band as steps; past the grid it stays flat."""
    times = np.append(response.hours[response.hours < horizon_hours], horizon_hours)
    width = np.diff(times)
    last = len(width) - 1
    points = np.concatenate([response.estimate, response.estimate[-1:]])
    step = np.append(response.hours, np.inf)[last + 1] - response.hours[last]
    at_horizon = points[last] + (points[last + 1] - points[last]) * width[-1] / step
    joined = np.concatenate([points[: last + 1], at_horizon[np.newaxis]])
    return MeanDuration(
        estimate=np.tensordot(width, (joined[1:] + joined[:-1]) / 2, axes=1),
        lower=np.tensordot(width, response.lower_after[: last + 1], axes=1),
        upper=np.tensordot(width, response.upper_after[: last + 1], axes=1),
    )


def exactly_in_response(onset: Npmle, end: Npmle, hours: Floats) -> Floats:
    """Return PBR at any times where onset and loss are known exactly or right-censored: a step function."""
    return np.clip(onset.lower(hours) - end.lower(hours), 0.0, 1.0)


def exact_mean_duration(onset: Npmle, end: Npmle, horizon_hours: float) -> float:
    """Integrate the step function of `exactly_in_response` from 0 to the horizon."""
    jumps = np.unique(np.concatenate([[0.0], onset.right, end.right]))
    times = np.append(jumps[jumps < horizon_hours], horizon_hours)
    return float(np.diff(times) @ exactly_in_response(onset, end, times[:-1]))
