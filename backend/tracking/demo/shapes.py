"""How relief truly comes and goes in the demo clinic, by what was given: invented, for the curves to recover."""

import math
from dataclasses import dataclass
from random import Random

from backend.analysis.simulation import ONSET_LOG_SD, RELIEF_LOG_SD, RESIDUAL_SHARE
from backend.tracking.demo.stories import PROTOCOL

DAY = 24.0  # hours


@dataclass(frozen=True, slots=True)
class Shape:
    """One drug by one route. Of `responders` relief begins and ends after log-normal waits with these medians."""

    slug: str
    drug: str
    drug_name: str
    route: str
    protocol: str
    responders: float
    onset_median_hours: float
    relief_median_hours: float
    onset_log_sd: float = ONSET_LOG_SD
    relief_log_sd: float = RELIEF_LOG_SD


# Shapes to tell apart, not findings: [design]. Tablets work slowly and last for as long as they are taken.
IV = Shape("iv", "ketamine", "", "iv", PROTOCOL, 0.63, 1.2, 14 * DAY)
NASAL = Shape("intranasal", "esketamine", "", "intranasal", PROTOCOL, 0.50, 1.6, 9 * DAY)
MUSCLE = Shape("im", "ketamine", "", "im", PROTOCOL, 0.57, 0.8, 6 * DAY)
TABLETS = Shape("sertraline", "other", "sertraline", "oral", "weekly", 0.48, 26 * DAY, 400 * DAY, 0.45, 0.5)
SHAPES = (IV, NASAL, MUSCLE, TABLETS)


@dataclass(frozen=True, slots=True)
class Truth:
    """When relief begins and ends after one dose, hours, inf where it does not; what is left of anxiety meanwhile."""

    onset_hours: float
    loss_hours: float
    residual_share: float

    @property
    def responds(self) -> bool:
        """Return whether relief begins at all."""
        return math.isfinite(self.onset_hours)

    def in_relief(self, hours: float) -> bool:
        """Return whether relief holds so long after the dose."""
        return self.onset_hours <= hours < self.loss_hours

    def share(self, hours: float) -> float:
        """Return anxiety so long after the dose as a share of baseline."""
        return self.residual_share if self.in_relief(hours) else 1.0


def draw(shape: Shape, rng: Random) -> Truth:
    """Draw what one dose does."""
    responds = rng.random() < shape.responders
    onset = rng.lognormvariate(math.log(shape.onset_median_hours), shape.onset_log_sd)
    relief = rng.lognormvariate(math.log(shape.relief_median_hours), shape.relief_log_sd)
    residual = rng.uniform(*RESIDUAL_SHARE)
    return Truth(onset, onset + relief, residual) if responds else Truth(math.inf, math.inf, residual)
