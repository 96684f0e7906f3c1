"""Outcomes as the table that exports and pages show."""

import numpy as np
import pandas as pd

from backend.analysis.arrays import Ints
from backend.analysis.outcomes.flags import flag_text
from backend.analysis.outcomes.kernel import Outcomes, Reason, Status
from backend.analysis.outcomes.study import Labelled, Study

REASONS = pd.Index(["" if reason is Reason.none else reason.name for reason in Reason])
STATUSES = pd.Index([status.name for status in Status])


def outcome_table(study: Study, labelled: Labelled, outcomes: Outcomes, rule_set: str) -> pd.DataFrame:
    """Return one row an episode: patient, treatment, instrument, rule_set, then the outcome, times in hours.

    Spans are half-open `(lower, upper]`; inf is "not seen", nan and the empty text are "not known".
    """
    row = labelled.labels["treatment"].to_numpy()
    return pd.DataFrame(
        {
            "patient": study.treatments["patient"].to_numpy()[row],
            "treatment": study.treatments["treatment"].to_numpy()[row],
            "instrument": labelled.labels["instrument"].array,
            "rule_set": pd.Categorical.from_codes(np.zeros(len(row), dtype=np.int8), pd.Index([rule_set])),
            "status": pd.Categorical.from_codes(outcomes.status, STATUSES),
            "reason": pd.Categorical.from_codes(outcomes.reason, REASONS),
            "baseline": outcomes.baseline,
            "n_ratings": outcomes.n_ratings,
            "onset_lower_hours": outcomes.onset_lower,
            "onset_upper_hours": outcomes.onset_upper,
            "loss_lower_hours": outcomes.loss_lower,
            "loss_upper_hours": outcomes.loss_upper,
            "loss_lower_e2_hours": outcomes.loss_lower,
            "loss_upper_e2_hours": outcomes.loss_upper_e2,
            "duration_lower_hours": outcomes.duration_lower,
            "duration_upper_hours": outcomes.duration_upper,
            "best_improvement_percent": outcomes.best_improvement_percent,
            "flags": _flag_texts(outcomes.flags),
        }
    )


def _flag_texts(bits: Ints) -> "pd.Categorical[str]":
    """Return the text of each entry; few combinations of flags occur, so each is put into words once."""
    codes, found = pd.factorize(bits)
    return pd.Categorical.from_codes(codes, pd.Index([flag_text(int(value)) for value in found], dtype=object))
