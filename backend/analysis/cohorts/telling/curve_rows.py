"""A cohort's curves as rows of plain numbers, under the names that files and the interface share."""

from collections.abc import Iterable, Iterator, Sequence

from backend.analysis.cohorts.estimate import CohortEstimate, Curve

COLUMNS = ("hours", "estimate", "lower", "upper", "ci_lower", "ci_upper", "n")
CURVES_CSV = ("cohort", "curve", *COLUMNS)
CURVES = ("onset", "loss", "in_response")

Row = dict[str, float | int]


def curve_rows(estimate: CohortEstimate) -> dict[str, list[Row]]:
    """Return the three curves at hour 0 and each check-in, a row with `COLUMNS` for each; nothing is rounded."""
    return {name: _rows(estimate, getattr(estimate, name)) for name in CURVES}


def csv_rows(
    cohort: str, curve: str, estimate: CohortEstimate | None, hours: Iterable[float], n: int
) -> Iterator[Sequence[object]]:
    """Yield the rows of one curve with the columns of `CURVES_CSV`.

    A cohort of `n` too small for an estimate has no numbers; its rows are those of `hours`.
    """
    if estimate is None:
        nothing = [None] * (len(COLUMNS) - 2)
        yield from ([cohort, curve, hour, *nothing, n] for hour in hours)
        return
    yield from ([cohort, curve, *row.values()] for row in _rows(estimate, getattr(estimate, curve)))


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
