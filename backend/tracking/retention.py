"""Whose records a clinic has kept for longer than it says it keeps any."""

from calendar import monthrange
from datetime import datetime

from django.db.models import DateTimeField, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from backend.accounts.models import Clinic, Patient
from backend.tracking.models import Progress

MONTHS_PER_YEAR = 12


def past_retention(clinic: Clinic, now: datetime) -> QuerySet[Patient]:
    """Return the patients whose last treatment, with `last_at`, is longer ago than the clinic keeps records.

    Without a treatment what counts is when they were entered. Where the clinic states no time, nobody is.
    """
    if clinic.retention_months is None:
        return Patient.objects.none()
    planned_or_given = Coalesce("treatments__started_at", "treatments__planned_at")
    last = Max(planned_or_given, filter=~Q(treatments__state=Progress.CANCELLED))
    last_at = Coalesce(last, "created_at", output_field=DateTimeField())
    mine = Patient.objects.filter(clinic=clinic).annotate(last_at=last_at)
    return mine.filter(last_at__lt=months_before(now, clinic.retention_months)).order_by("last_at", "pk")


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many months earlier; of a month that has no such day, its last."""
    years, month = divmod(moment.year * MONTHS_PER_YEAR + moment.month - 1 - months, MONTHS_PER_YEAR)
    day = min(moment.day, monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)
