"""A cohort's curves as rows of plain numbers, under the names that files and the interface share."""

from backend.analysis.cohorts.estimate import CohortEstimate, Curve

COLUMNS = ("hours", "estimate", "lower", "upper", "ci_lower", "ci_upper", "n")

Row = dict[str, float | int]


def curve_rows(estimate: CohortEstimate) -> dict[str, list[Row]]:
    """Return the three curves at hour 0 and each check-in, a row with `COLUMNS` for each; nothing is rounded."""
    named = {"onset": estimate.onset, "loss": estimate.loss, "in_response": estimate.in_response}
    return {name: _rows(estimate, curve) for name, curve in named.items()}


def _rows(estimate: CohortEstimate, curve: Curve) -> list[Row]:
    numbers = (
        estimate.hours,
        curve.estimate,
        curve.lower,
        curve.upper,
        curve.confidence.lower,
        curve.confidence.upper,
    )
    columns = [column.tolist() for column in numbers]
    return [dict(zip(COLUMNS, (*row, estimate.n), strict=True)) for row in zip(*columns, strict=True)]
