"""Repair whatever lost messages left behind, straight from the database."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import DataError, IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from backend.analysis.conclude import ALGORITHM_VERSION
from backend.tracking.estimation.counting import count
from backend.tracking.estimation.refreshing import refresh
from backend.tracking.models import CohortCurve, Stratum, Treatment

KEPT = timedelta(days=30)  # cohort estimates: then they are worked out again
MOST_KEPT = 5000  # of them, some 20 kB each
BATCH = 200  # rows asked for at a time, so that no read is long

logger = logging.getLogger(__name__)


def sweep() -> int:
    """Estimate every treatment whose outcomes are older than its facts, then count every stratum; return how many.

    What the mark cannot know of is marked first: outcomes of another algorithm, or that somebody deleted.
    """
    unmarked = Treatment.objects.filter(needs_estimate=False).with_other_outcomes(ALGORITHM_VERSION)
    unmarked.update(needs_estimate=True)
    forget_old_curves(timezone.now())
    return _each(Treatment.objects.needing_estimate(), refresh) + _each(Stratum.objects.needing_count(), count)


def forget_old_curves(now: datetime) -> None:
    """Drop the cohort estimates that were kept long ago, and the oldest where there are too many.

    What changes gives them another key, so these are mostly ones that nobody can ask for again.
    """
    curves = CohortCurve.objects.all()
    curves.filter(computed_at__lt=now - KEPT).delete()
    oldest = curves.order_by("-computed_at").values_list("computed_at", flat=True)[MOST_KEPT : MOST_KEPT + 1]
    for too_old in oldest:
        curves.filter(computed_at__lte=too_old).delete()


def _each(rows: QuerySet[Treatment] | QuerySet[Stratum], repair: Callable[[int], object]) -> int:
    """Repair every row once; one that cannot be is named in the log and left for the next round."""
    repaired = 0
    for primary_key in keys(rows):
        try:
            repair(primary_key)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, DataError, IntegrityError):
            logger.exception("%s of %s failed", repair.__name__, primary_key)
        else:
            repaired += 1
    return repaired


def keys(rows: QuerySet[Treatment] | QuerySet[Stratum]) -> Iterator[int]:
    """Yield every primary key in order, asking for a few at a time."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield from batch
        last = batch[-1]
