"""What is stored: facts in `treatments`, `check_ins` and `ratings`, conclusions in `conclusions`."""

from backend.tracking.models.check_ins import CheckIn, Skip, SkipReason, State
from backend.tracking.models.conclusions import Outcome, Stratum, StratumCells, Unit
from backend.tracking.models.ratings import Amendment, Rating, Respondent, Timing
from backend.tracking.models.treatments import Drug, Indication, Progress, RedoseReason, Route, Treatment, courses_of

__all__ = [
    "Amendment",
    "CheckIn",
    "Drug",
    "Indication",
    "Outcome",
    "Progress",
    "Rating",
    "RedoseReason",
    "Respondent",
    "Route",
    "Skip",
    "SkipReason",
    "State",
    "Stratum",
    "StratumCells",
    "Timing",
    "Treatment",
    "Unit",
    "courses_of",
]
