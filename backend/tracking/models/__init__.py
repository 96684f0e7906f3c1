"""What is stored: facts, conclusions, effects in `outbox`, and who may be pushed to in `subscriptions`."""

from backend.tracking.models.check_ins import CheckIn, Skip, SkipReason, State
from backend.tracking.models.conclusions import Outcome, Stratum, StratumCells, Unit
from backend.tracking.models.outbox import Channel, Effect, Fate, Kind, Step, StepName
from backend.tracking.models.ratings import Amendment, Rating, Respondent, Timing
from backend.tracking.models.subscriptions import PushSubscription
from backend.tracking.models.treatments import Drug, Indication, Progress, RedoseReason, Route, Treatment, courses_of

__all__ = [
    "Amendment",
    "Channel",
    "CheckIn",
    "Drug",
    "Effect",
    "Fate",
    "Indication",
    "Kind",
    "Outcome",
    "Progress",
    "PushSubscription",
    "Rating",
    "RedoseReason",
    "Respondent",
    "Route",
    "Skip",
    "SkipReason",
    "State",
    "Step",
    "StepName",
    "Stratum",
    "StratumCells",
    "Timing",
    "Treatment",
    "Unit",
    "courses_of",
]
