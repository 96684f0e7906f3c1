"""A dose taken at home: its patient says, in two taps, that they have taken it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Person
from backend.tracking.models import Treatment
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treating.treatments import start_at_home
from backend.web.access import SignedInRequest, own_treatments, signed_in
from backend.web.moments import at_time

EARLIER_MINUTES = (15, 30, 60)  # to choose from, where it was not just now: nobody types after a dose


@dataclass(frozen=True, slots=True)
class ToTake:
    """A dose that is planned about now, to be taken at home."""

    treatment: Treatment
    planned: str


def doses_to_take(person: Person, now: datetime) -> list[ToTake]:
    """Return the doses of which a person may say now that they have taken them."""
    mine = own_treatments(person).to_take_at_home(now).select_related("patient")
    return [ToTake(one, at_time(one.planned_at, now, one.patient.time_zone)) for one in mine if one.planned_at]


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def started_at_home(request: SignedInRequest, treatment_id: int) -> HttpResponse:
    """Ask whether the dose has been taken, and note when."""
    mine = own_treatments(request.user).filter(at_home=True).select_related("patient")
    treatment = get_object_or_404(mine, pk=treatment_id)
    now = timezone.now()
    if not mine.to_take_at_home(now).filter(pk=treatment.pk).exists():
        return redirect("home")
    if request.method != "POST":
        return render(request, "patient/dose.html", {"treatment": treatment, "earlier": _earlier()})
    minutes = request.POST.get("minutes_ago", "")
    if minutes not in {"0", *map(str, EARLIER_MINUTES)}:
        return redirect("start-at-home", treatment.pk)
    try:
        started = start_at_home(
            actor=request.user, treatment=treatment, started_at=now - timedelta(minutes=int(minutes))
        )
    except Refused:  # the clinic changed it a moment ago; the start page tells how it stands now
        return redirect("home")
    if started.started_at is not None:
        when = at_time(started.started_at, now, treatment.patient.time_zone)
        messages.success(request, _("Noted: your dose started %(when)s.") % {"when": when})
    return redirect("home")


def _earlier() -> list[tuple[int, str]]:
    return [
        (minutes, ngettext("%(minutes)d minute ago", "%(minutes)d minutes ago", minutes) % {"minutes": minutes})
        for minutes in EARLIER_MINUTES
    ]
