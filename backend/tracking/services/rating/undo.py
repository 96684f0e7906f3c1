"""Taking back what was saved a moment ago."""

from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import Person
from backend.tracking.models import Amendment, CheckIn, Rating, StepName
from backend.tracking.reminders import steps
from backend.tracking.services.rating.ratings import Change, amend_rating
from backend.tracking.services.refusals import Refused

UNDO_SECONDS = 30  # [design] pages offer it for ten; a slow network has the rest
REASON = "taken back right after it was saved"


@transaction.atomic
def undo_rating(*, actor: Person, check_in: CheckIn, client_uuid: UUID) -> bool:
    """Withdraw a rating of a check-in by whoever saved it a moment ago; tell whether that had been done before.

    `Refused` for another's, an older or an amended one: those are for the clinic to correct.
    """
    rating = Rating.objects.filter(check_in=check_in, client_uuid=client_uuid, entered_by=actor).first()
    if rating is None:
        raise Refused("client_uuid", "nothing was saved under this key at this check-in")
    key = uuid5(client_uuid, "undo")
    amended = Amendment.objects.filter(rating=rating).values_list("client_uuid", flat=True)
    if set(amended) - {key}:
        raise Refused("client_uuid", "this rating has been amended since")
    if not amended and timezone.now() - rating.received_at > timedelta(seconds=UNDO_SECONDS):
        raise Refused("client_uuid", f"this rating is older than {UNDO_SECONDS} seconds")
    _, replayed = amend_rating(actor=actor, rating=rating, change=Change(key, Amendment.Kind.WITHDRAW, REASON))
    if not replayed:
        steps.record(check_in, StepName.UNDONE)
    return replayed
