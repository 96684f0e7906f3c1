"""Pages on which a patient decides something: not offered in the hours after a dose, when a head is not clear."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from backend.accounts.models import Patient
from backend.tracking.anchoring import is_night
from backend.web.access import SignedInRequest, View, own_patients, signed_in

Page = Callable[[SignedInRequest, list[Patient]], HttpResponse]


def patients_awake(view: Page) -> View:
    """Give a view whose patient somebody is, at each clinic; in the hours after a dose show a kind notice instead."""

    @wraps(view)
    def guarded(request: SignedInRequest) -> HttpResponse:
        patients = list(own_patients(request.user))
        if not patients:
            raise Http404
        if is_night(request.user, timezone.now()):
            return render(request, "patient/later.html", {"night": True})
        return view(request, patients)

    return signed_in(guarded)


def posted_patient(request: SignedInRequest, patients: list[Patient]) -> Patient:
    """Return which of the patients a form is about; 404 for any other."""
    chosen = request.POST.get("patient", "")
    for one in patients:
        if str(one.pk) == chosen:
            return one
    raise Http404
