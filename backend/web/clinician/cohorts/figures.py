"""The pictures of a cohort, with what each says in numbers and the files it can be had as."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backend.analysis.cohorts.estimate import CohortEstimate, Curve
from backend.analysis.cohorts.response import RMDOR_HOURS
from backend.analysis.cohorts.telling.drawing import MEASURES
from backend.charts import CohortPicture, cohort_svg
from backend.charts.words import HOURS_PER_DAY
from backend.tracking.cohorts import Cohort
from backend.tracking.pictures import cohort_pictures
from backend.web.check_in_names import called
from backend.web.clinician.cohorts.numbers import (
    NOTHING,
    a_count,
    a_share,
    mean_days,
    median_interval,
    shares,
    span_in_days,
    waiting_time,
)
from backend.web.clinician.cohorts.standing import early_and_later, followed_to_the_horizon
from backend.web.drawing import drawn

FILES = ("svg", "csv", "json")

Fact = tuple[str, SafeString]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table, each cell under the name of its column."""

    name: str
    cells: list[tuple[str, SafeString]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture, what it says in numbers, a row for each check-in, and its files: (kind, address)."""

    slug: str
    title: str
    svg: SafeString
    rows: list[Line]
    files: list[tuple[str, str]]
    facts: list[Fact]

    @property
    def columns(self) -> list[str]:
        """Return what stands above the cells of every row."""
        return [column for column, _cell in self.rows[0].cells] if self.rows else []


def figure(
    name: str, picture: CohortPicture, rows: list[Line], params: Mapping[str, str], facts: Iterable[Fact] = ()
) -> Figure:
    """Return a picture as a page shows it, for a desk and for a phone; the address of a file brings it again."""
    asked = f"?{urlencode(params)}" if params else ""
    files = [(kind.upper(), reverse(f"figure-{kind}", args=[name]) + asked) for kind in FILES]
    return Figure(name, picture.title, drawn(cohort_svg, picture), rows, files, list(facts))


def figures(found: Cohort) -> list[Figure]:
    """Return the three pictures of a cohort; none under the smallest number."""
    if found.estimate is None:
        return []
    params = found.selection.as_params()
    told = {name: facts_of(name, found, found.estimate) for name in MEASURES}
    told["in_response"] = [*early_and_later(found), *told["in_response"]]
    return [
        figure(name, picture, _rows(found, found.estimate, name), params, [("n", a_count(found.n)), *told[name]])
        for name, picture in cohort_pictures(found).items()
    ]


def facts_of(name: str, found: Cohort, estimate: CohortEstimate) -> list[Fact]:
    """Return what one figure says in numbers."""
    told = {"in_response": _mean_duration, "onset": _median_onset, "loss": _median_loss}
    return told[name](found, estimate)


def _mean_duration(found: Cohort, estimate: CohortEstimate) -> list[Fact]:
    """Return the mean time in response, which is known only where somebody was rated up to its end."""
    reached = followed_to_the_horizon(found)
    return [
        (
            _("Mean time in response, of {days} days").format(days=f"{RMDOR_HOURS / HOURS_PER_DAY:.0f}"),
            mean_days(float(estimate.mean_duration.estimate)) if reached else NOTHING,
        ),
        (_("95 % interval"), span_in_days(estimate.mean_duration_confidence) if reached else NOTHING),
        (_("What the check-in times leave open"), span_in_days(estimate.mean_duration)),
    ]


def _median_onset(_found: Cohort, estimate: CohortEstimate) -> list[Fact]:
    median = estimate.onset_median
    return [
        (_("Median onset"), waiting_time(median.lower, median.upper)),
        (_("95 % interval"), median_interval(median)),
    ]


def _median_loss(_found: Cohort, estimate: CohortEstimate) -> list[Fact]:
    median = estimate.loss_median
    return [
        (_("Median loss"), waiting_time(median.lower, median.upper)),
        (_("95 % interval"), median_interval(median)),
    ]


def _rows(found: Cohort, estimate: CohortEstimate, name: str) -> list[Line]:
    """Return the numbers at every check-in up to the last that anybody answered."""
    curve: Curve = getattr(estimate, name)
    return [
        Line(
            called(check_in),
            [
                (_("Estimate"), a_share(curve.estimate[at])),
                (_("Left open by the times"), shares(curve.lower[at], curve.upper[at])),
                (_("95 % interval"), shares(curve.confidence.lower[at], curve.confidence.upper[at])),
            ],
        )
        for at, check_in in enumerate(found.check_in_names[: found.check_ins_followed], start=1)
    ]
