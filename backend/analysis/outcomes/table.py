"""Outcomes as the table that exports and pages show."""

import numpy as np
import pandas as pd

from backend.analysis.outcomes.flags import flag_texts
from backend.analysis.outcomes.kernel import Outcomes, Reason, Status
from backend.analysis.outcomes.study import Labelled, Study

ALGORITHM_VERSION = 1  # raised by every change that can change an outcome

REASON_TEXTS = np.array(["" if reason is Reason.none else reason.name for reason in Reason], dtype=object)
STATUS_TEXTS = np.array([status.name for status in Status], dtype=object)


def outcome_table(study: Study, labelled: Labelled, outcomes: Outcomes, rule_set: str) -> pd.DataFrame:
    """Return one row an episode: patient, treatment, instrument, rule_set, then the outcome, times in hours.

    Spans are half-open `(lower, upper]`; inf is "not seen", nan and the empty text are "not known".
    """
    treatment = study.treatments.iloc[labelled.labels["treatment"]]
    return pd.DataFrame(
        {
            "patient": treatment["patient"].to_numpy(),
            "treatment": treatment["treatment"].to_numpy(),
            "instrument": labelled.labels["instrument"].to_numpy(),
            "rule_set": rule_set,
            "status": STATUS_TEXTS[outcomes.status],
            "reason": REASON_TEXTS[outcomes.reason],
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
            "flags": flag_texts(outcomes.flags),
        }
    )
