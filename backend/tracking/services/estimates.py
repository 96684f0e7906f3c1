"""Asking for new estimates after a change of facts, in the transaction that changes them."""

from django.db.models import F

from backend.tracking.doorbell import after_commit
from backend.tracking.models import Treatment
from backend.tracking.tasks import estimate_treatment


def ask_for_estimates(*treatment_ids: int) -> None:
    """Make the outcomes of treatments stale, and ring for the jobs that bring them up to date."""
    Treatment.objects.filter(pk__in=treatment_ids).update(ratings_version=F("ratings_version") + 1, needs_estimate=True)
    for treatment_id in treatment_ids:
        after_commit(estimate_treatment, treatment_id)
