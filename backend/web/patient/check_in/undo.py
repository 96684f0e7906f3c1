"""Taking back what was just saved, while its page still offers it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.accounts.models import Person
from backend.tracking.models import Rating
from backend.tracking.services.rating.undo import UNDO_SECONDS, undo_rating
from backend.tracking.services.refusals import Refused
from backend.web.access import SignedInRequest, signed_in
from backend.web.patient.check_in.asked import Asked, asked_of

OFFERED_SECONDS = 10  # ebb.css hides the button after so long


@dataclass(frozen=True, slots=True)
class Undoable:
    """What was saved last: where it is taken back, and its key."""

    address: str
    key: UUID


def undoable_at(asked: Asked, now: datetime) -> Undoable | None:
    """Return what was saved last at one check-in, if a page drawn now may offer to take it back."""
    last = _just_saved_by(asked.person, now).filter(check_in=asked.check_in).order_by("-pk").first()
    return Undoable(asked.undo, last.client_uuid) if last else None


def undoable_of(person: Person, now: datetime) -> Undoable | None:
    """Return what somebody signed in saved last, at whichever check-in of theirs."""
    mine = _just_saved_by(person, now).filter(patient__person=person, check_in__isnull=False)
    last = mine.order_by("-pk").first()
    return Undoable(reverse("undo", args=[last.check_in_id]), last.client_uuid) if last else None


@signed_in
@require_POST
def undo(request: SignedInRequest, check_in_id: int) -> HttpResponse:
    """Take back what somebody signed in just saved."""
    return undoing(request, asked_of(request.user, check_in_id))


def undoing(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take back what was just saved at a check-in, and ask it again."""
    if asked.is_over(timezone.now()):
        return redirect(asked.page)
    try:
        key = UUID(request.POST.get("client_uuid", ""))
        undo_rating(actor=asked.person, check_in=asked.check_in, client_uuid=key)
    except Refused:
        messages.info(request, _("This can no longer be taken back here. Your clinic can correct it."))
    except ValueError:  # no key
        pass
    else:
        messages.info(request, _("Taken back. You can answer again."))
    return redirect(asked.page)


def _just_saved_by(person: Person, now: datetime) -> QuerySet[Rating]:
    """Return the ratings a person entered that can still be taken back when the page has shown it to the end."""
    since = now - timedelta(seconds=UNDO_SECONDS - OFFERED_SECONDS)
    return Rating.objects.filter(entered_by=person, received_at__gt=since, amendments__isnull=True)
