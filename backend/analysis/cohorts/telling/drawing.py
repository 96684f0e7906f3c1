"""A cohort's estimate as a curve to draw, and such curves as a picture."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from backend.analysis.cohorts.estimate import CohortEstimate, Curve
from backend.charts import CohortCurve, CohortPicture
from backend.language import gettext as _

MEASURES = ("in_response", "onset", "loss")

Column = list[float | None]


def measure_words() -> dict[str, tuple[str, str]]:
    """Return the title of each of `MEASURES`, and what its axis shows."""
    return {
        "in_response": (_("In response"), _("Probability of being in response")),
        "onset": (_("Onset"), _("Probability that response has begun")),
        "loss": (_("Loss"), _("Probability that response is over, among all treated")),
    }


def cohort_picture(name: str, curves: Iterable[CohortCurve], notes: tuple[str, ...]) -> CohortPicture:
    """Return the picture of one of `MEASURES`, a curve for each cohort."""
    title, measure = measure_words()[name]
    return CohortPicture(title, measure, tuple(curves), joined=name == "in_response", notes=notes)


def cohort_curve(
    name: str, title: str, estimate: CohortEstimate | None, *, n: int, check_ins_followed: int
) -> CohortCurve:
    """Return one of `MEASURES` of a cohort, up to the last check-in that anybody answered; no points without estimate.

    Between check-ins the probability of being in response has only its band.
    """
    if estimate is None:
        return CohortCurve(title, (), (), (), (), (), (), n)
    length = check_ins_followed + 1  # with hour 0
    curve: Curve = getattr(estimate, name)
    columns: list[Column] = [
        column[:length].tolist()
        for column in (curve.estimate, curve.lower, curve.upper, curve.confidence.lower, curve.confidence.upper)
    ]
    hours = estimate.hours[:length].tolist()
    if name == "in_response":
        between = (estimate.response.lower_after, estimate.response.upper_after)
        hours, columns = _with_bands_between(hours, columns, [column[: length - 1].tolist() for column in between])
    estimated, lower, upper, ci_lower, ci_upper = (tuple(column) for column in columns)
    return CohortCurve(title, tuple(hours), estimated, lower, upper, ci_lower, ci_upper, n)


def _with_bands_between(
    hours: list[float], columns: list[Column], between: list[Column]
) -> tuple[list[float], list[Column]]:
    """Put the band that holds between two check-ins half-way between them."""
    middles = [(before + after) / 2 for before, after in pairwise(hours)]
    order = np.argsort(hours + middles, kind="stable")
    nothing: Column = [None] * len(middles)
    added = [nothing, *between, nothing, nothing]
    joined = [[*column, *more] for column, more in zip(columns, added, strict=True)]
    return [(hours + middles)[at] for at in order], [[column[at] for at in order] for column in joined]
