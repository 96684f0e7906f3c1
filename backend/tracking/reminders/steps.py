"""Recording the steps from a plan to an answer: they explain why an answer is missing."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from backend.instruments import PRIMARY
from backend.tracking.models import Channel, CheckIn, Effect, Rating, Step, StepName

# A page is opened, and a notice shown, as often as somebody likes; what explains a missing answer is the first time.
ONCE = {StepName.OPENED, StepName.FIRST_TAP}
ONCE_A_REMINDER = {StepName.DELIVERED}


@transaction.atomic
def record(
    check_in: CheckIn,
    name: StepName,
    *,
    channel: Channel | str = "",
    at: datetime | None = None,
    reminder_number: int | None = None,
) -> None:
    """Record one step of a check-in's way; `at` is the device's time where a phone tells it, else this moment.

    Of a page opened and of a first tap the first is kept, of a delivery the first of each reminder. A reminder number
    that no reminder of the check-in has is left out: what a phone says is not taken on trust.
    """
    number = reminder_number
    if name in ONCE | ONCE_A_REMINDER:
        # Two phones at once: one is first.
        CheckIn.objects.select_for_update(no_key=True).filter(pk=check_in.pk).first()
        if number is not None and not Effect.objects.filter(check_in=check_in, number=number).exists():
            number = None
        if _is_recorded(check_in, name, number):
            return
    now = timezone.now()
    Step.objects.create(
        treatment_id=check_in.treatment_id,
        check_in_number=check_in.number,
        reminder_number=number,
        name=name,
        channel=channel,
        at=at or now,
        recorded_at=now,
    )


def _is_recorded(check_in: CheckIn, name: StepName, reminder_number: int | None) -> bool:
    stored = Step.objects.filter(treatment=check_in.treatment_id, check_in_number=check_in.number, name=name)
    if name in ONCE_A_REMINDER:
        stored = stored.filter(reminder_number=reminder_number)
    return stored.exists()


def steps_to(rating: Rating) -> list[Step]:
    """Return the last steps of the way to a rating about to be stored: with the first question it is answered."""
    asked, now = rating.check_in, rating.received_at
    if asked is None or rating.instrument != PRIMARY:
        return []
    times = {StepName.ANSWERED: rating.effective_at, StepName.RECEIVED: now}
    way = {"treatment": rating.treatment, "check_in_number": asked.number, "recorded_at": now}
    return [Step(name=name, at=at, **way) for name, at in times.items()]
