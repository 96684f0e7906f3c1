"""What is stored: facts, conclusions, effects in `outbox`, and who may be pushed to in `subscriptions`."""

from backend.tracking.models.alerts import Alert, AlertRule, Crossing
from backend.tracking.models.check_ins import CheckIn, Skip, SkipReason, State
from backend.tracking.models.conclusions import CohortCurve, Outcome, Stratum, StratumCells, Unit
from backend.tracking.models.observations import Dissociation, Observation, Sedation
from backend.tracking.models.outbox import Channel, Effect, Fate, Kind, Step, StepName
from backend.tracking.models.ratings import Amendment, Rating, Respondent, Timing
from backend.tracking.models.records import Adequate, Note, PreviousTreatment, StoppedBecause, TreatmentClass
from backend.tracking.models.subscriptions import PushSubscription
from backend.tracking.models.treatments import Drug, Indication, Progress, RedoseReason, Route, Treatment, courses_of

__all__ = [
    "Adequate",
    "Alert",
    "AlertRule",
    "Amendment",
    "Channel",
    "CheckIn",
    "CohortCurve",
    "Crossing",
    "Dissociation",
    "Drug",
    "Effect",
    "Fate",
    "Indication",
    "Kind",
    "Note",
    "Observation",
    "Outcome",
    "PreviousTreatment",
    "Progress",
    "PushSubscription",
    "Rating",
    "RedoseReason",
    "Respondent",
    "Route",
    "Sedation",
    "Skip",
    "SkipReason",
    "State",
    "Step",
    "StepName",
    "StoppedBecause",
    "Stratum",
    "StratumCells",
    "Timing",
    "Treatment",
    "TreatmentClass",
    "Unit",
    "courses_of",
]
