"""Which prompts in the hours after a dose nobody answered: for the clinic, which can go and ask."""

from datetime import datetime

from django.db.models import QuerySet

from backend.accounts.models import Patient
from backend.tracking.models import CheckIn, Progress
from backend.tracking.reminders.slots import HOURLY_BELOW_HOURS, HOURLY_REPEAT, jitter


def unanswered_prompts(patients: QuerySet[Patient], now: datetime) -> list[CheckIn]:
    """Return the hourly check-ins of these patients that are open and not answered though their repeat has passed.

    Their treatments and patients come with them.
    """
    waiting = (
        CheckIn.objects.waiting()
        .filter(
            treatment__patient__in=patients,
            treatment__state=Progress.STARTED,
            nominal_hours__lt=HOURLY_BELOW_HOURS,
            due_at__lte=now - HOURLY_REPEAT,
        )
        .open_at(now)
        .select_related("treatment__patient")
    )
    return [one for one in waiting if one.due_at + jitter(one) + HOURLY_REPEAT <= now]
