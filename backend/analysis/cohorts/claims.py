"""What clinics tell patients about speed and duration, beside what a cohort shows and what has been published."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from backend.analysis.cohorts.estimate import SMALLEST_COHORT, CohortEstimate
from backend.analysis.cohorts.response import RMDOR_HOURS

FELT_BETTER = "R30F-L30"
HALVED_AND_CONFIRMED = "R50C-L50"
WITHIN_HOURS = (1.0, 4.0)
FOR_WEEKS_HOURS = tuple(24.0 * day for day in (1, 7, 14, 28))
COMPARED_HOURS = tuple(24.0 * day for day in (7, 14, 28))  # every protocol has these check-ins

Claim = Literal["within_hours", "for_weeks", "unlike_ssris", "others_failed"]
Measure = Literal["onset", "in_response", "loss_median", "mean_duration"]
Group = Literal["cohort", "at_common_check_ins", "comparator", "others_failed"]
Why = Literal["", "too_few", "nobody_rated_so_late", "no_check_in_by_then"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a group shows under one rule set; `followed_hours`: the last check-in that anybody answered."""

    n: int
    estimate: CohortEstimate | None
    followed_hours: float


@dataclass(frozen=True, slots=True)
class Row:
    """One number that answers a claim: a probability by `hours`, or a time in hours where `measure` is one.

    `estimate` is None where only a band is known, or nothing: then `why` says so and the other numbers are None too.
    An upper end of infinity is "not reached". `ci_lower`, `ci_upper`: 95 % interval, None where there is none.
    """

    claim: Claim
    measure: Measure
    group: Group
    rule_set: str
    hours: float | None
    n: int
    estimate: float | None = None
    estimate_lower: float | None = None
    estimate_upper: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    why: Why = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """Whom the claims are about. `at_common_check_ins`: the same as `cohort`, at the check-ins of the comparator."""

    felt_better: Shown
    confirmed: Shown
    chosen: Shown
    at_common_check_ins: Shown
    comparator: Shown
    others_failed: Shown


def answered(groups: Groups, rule_set: str) -> list[Row]:
    """Return every claim's numbers; `rule_set` judges all but the first claim, which is told under two."""
    return [
        *within_hours(groups.felt_better, FELT_BETTER),
        *within_hours(groups.confirmed, HALVED_AND_CONFIRMED),
        *for_weeks(groups.chosen, rule_set),
        *_unlike_ssris(groups, rule_set),
        *_others_failed(groups.others_failed, rule_set),
    ]


def within_hours(shown: Shown, rule_set: str) -> list[Row]:
    """Return how many had responded in the first hours."""
    return [_probability("within_hours", "onset", "cohort", rule_set, hours, shown) for hours in WITHIN_HOURS]


def for_weeks(shown: Shown, rule_set: str) -> list[Row]:
    """Return how many were in response later, and for how long."""
    return [
        *(_probability("for_weeks", "in_response", "cohort", rule_set, hours, shown) for hours in FOR_WEEKS_HOURS),
        _median_loss("for_weeks", "cohort", rule_set, shown),
        _mean_duration("for_weeks", "cohort", rule_set, shown),
    ]


def _unlike_ssris(groups: Groups, rule_set: str) -> list[Row]:
    numbers: tuple[tuple[Measure, tuple[float, ...]], ...] = (
        ("onset", COMPARED_HOURS[:1]),
        ("in_response", COMPARED_HOURS),
    )
    sides: tuple[tuple[Group, Shown], ...] = (
        ("at_common_check_ins", groups.at_common_check_ins),
        ("comparator", groups.comparator),
    )
    return [
        _probability("unlike_ssris", measure, group, rule_set, hours, shown)
        for measure, times in numbers
        for hours in times
        for group, shown in sides
    ]


def _others_failed(shown: Shown, rule_set: str) -> list[Row]:
    subgroup: Group = "others_failed"
    return [
        _probability("others_failed", "onset", subgroup, rule_set, WITHIN_HOURS[-1], shown),
        _probability("others_failed", "in_response", subgroup, rule_set, COMPARED_HOURS[0], shown),
        _mean_duration("others_failed", subgroup, rule_set, shown),
    ]


def _probability(claim: Claim, measure: Measure, group: Group, rule_set: str, hours: float, shown: Shown) -> Row:
    """Return the probability by a time; where no check-in is due then, only the band between two check-ins."""
    row = Row(claim, measure, group, rule_set, hours, shown.n, why=_why_not(shown, hours))
    estimate = shown.estimate
    if estimate is None or row.why:
        return row
    at = int(np.searchsorted(estimate.hours, hours, side="right")) - 1
    if estimate.hours[at] == hours:
        curve = estimate.onset if measure == "onset" else estimate.in_response
        found = (curve.estimate, curve.lower, curve.upper, curve.confidence.lower, curve.confidence.upper)
        return _with(row, *(float(column[at]) for column in found))
    if measure == "onset":
        return replace(row, why="no_check_in_by_then")
    response, between = estimate.response, estimate.between
    band = (response.lower_after, response.upper_after, between.lower, between.upper)
    return _with(row, None, *(float(column[at]) for column in band))


def _median_loss(claim: Claim, group: Group, rule_set: str, shown: Shown) -> Row:
    row = Row(claim, "loss_median", group, rule_set, None, shown.n, why=_why_not(shown, 0.0))
    if shown.estimate is None:
        return row
    median = shown.estimate.loss_median
    return _with(row, None, median.lower, median.upper, *(median.confidence or (None, None)))


def _mean_duration(claim: Claim, group: Group, rule_set: str, shown: Shown) -> Row:
    row = Row(claim, "mean_duration", group, rule_set, RMDOR_HOURS, shown.n, why=_why_not(shown, RMDOR_HOURS))
    if shown.estimate is None or row.why:
        return row
    mean, interval = shown.estimate.mean_duration, shown.estimate.mean_duration_confidence
    return _with(row, *map(float, (mean.estimate, mean.lower, mean.upper, interval.lower, interval.upper)))


def _why_not(shown: Shown, hours: float) -> Why:
    if shown.n < SMALLEST_COHORT:
        return "too_few"
    return "" if shown.followed_hours >= hours else "nobody_rated_so_late"


def _with(row: Row, *numbers: float | None) -> Row:
    estimate, lower, upper, ci_lower, ci_upper = numbers
    return replace(
        row,
        estimate=estimate,
        estimate_lower=lower,
        estimate_upper=upper,
        ci_lower=ci_lower,
        ci_upper=ci_upper,
    )
