"""The tables that the command line writes, column by column."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.analysis.arrays import Floats
from backend.analysis.cli.run import Answer
from backend.analysis.cohorts.telling.curve_rows import CURVES, CURVES_CSV, csv_rows
from backend.analysis.csv_text import Row, csv_text

NPMLE = ("cohort", "event", "left_hours", "right_hours", "mass", "loglik", "gap")
COMPARISON = ("event", "scores", "group_a", "group_b", "z", "p", "n_a", "n_b")


def outcomes_csv(outcomes: pd.DataFrame) -> str:
    """Return the outcome table as CSV; unknown numbers are empty, infinity is inf, nothing is rounded.

    Takes half the time of pandas' own writer, and also quotes a lone carriage return.
    """
    numbers = outcomes.select_dtypes("float")
    texts = _number_texts(numbers.to_numpy())
    columns = {name: texts[:, place].tolist() for place, name in enumerate(numbers)}
    columns |= {name: _field_texts(outcomes[name]) for name in outcomes if name not in columns}
    rows = zip(*(columns[name] for name in outcomes), strict=True)
    return "\n".join([",".join(outcomes.columns), *map(",".join, rows), ""])


def curves_csv(answer: Answer) -> str:
    """Return every cohort's curves at hour 0 and each nominal time; a cohort too small for them has no numbers."""
    return csv_text(CURVES_CSV, _curve_rows(answer))


def npmle_csv(answer: Answer) -> str:
    """Return the mass of every innermost interval of each cohort's onset and loss."""
    return csv_text(NPMLE, _npmle_rows(answer))


def comparison_csv(answer: Answer) -> str:
    """Return the two-sample tests, pair by pair."""
    return csv_text(
        COMPARISON,
        (
            (
                one.event,
                one.test.scores,
                answer.name_of(one.instrument, one.group_a),
                answer.name_of(one.instrument, one.group_b),
                one.test.z,
                one.test.p,
                one.n_a,
                one.n_b,
            )
            for one in answer.comparisons
        ),
    )


def _curve_rows(answer: Answer) -> Iterable[Row]:
    hours = answer.question.protocol.grid_hours[:-1].tolist()
    for cohort, estimate in zip(answer.cohorts, answer.estimates, strict=True):
        name = answer.name_of(cohort.instrument, cohort.group)
        for curve in CURVES:
            yield from csv_rows(name, curve, estimate, hours, cohort.n)


def _npmle_rows(answer: Answer) -> Iterable[Row]:
    for cohort, estimate in zip(answer.cohorts, answer.estimates, strict=True):
        if estimate is None:
            continue
        name = answer.name_of(cohort.instrument, cohort.group)
        for event, fit in (("onset", estimate.onset_fit), ("loss", estimate.loss_fit)):
            for left, right, mass in zip(fit.left.tolist(), fit.right.tolist(), fit.mass.tolist(), strict=True):
                yield (name, event, left, right, mass, fit.loglik, fit.gap)


def _number_texts(numbers: Floats) -> NDArray[np.object_]:
    """Return the shortest text of each number that reads back as the same one, each distinct number told once."""
    codes, distinct = pd.factorize(numbers.ravel())
    texts = np.array([*map(repr, distinct.tolist()), ""], dtype=object)  # the last stands for nan, whose code is -1
    return texts[codes].reshape(numbers.shape)


def _field_texts(column: "pd.Series[str]") -> list[str]:
    """Return a column as CSV fields, in quotes where they need them."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        fields = np.array([_field(str(one)) for one in column.cat.categories], dtype=object)
        return list(fields[column.cat.codes])
    texts = list(map(str, column.tolist()))
    return [_field(text) for text in texts] if _needs_quotes("".join(texts)) else texts


def _field(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if _needs_quotes(text) else text


def _needs_quotes(text: str) -> bool:
    return any(mark in text for mark in ',"\r\n')
