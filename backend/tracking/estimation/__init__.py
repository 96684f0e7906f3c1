"""From rows to the pure analysis and back: the only place that writes conclusions."""

from backend.tracking.estimation.counting import count, uncounted
from backend.tracking.estimation.reading import facts_of
from backend.tracking.estimation.refreshing import fresh_outcomes, refresh
from backend.tracking.estimation.sweeping import sweep

__all__ = ["count", "facts_of", "fresh_outcomes", "refresh", "sweep", "uncounted"]
