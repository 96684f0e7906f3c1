"""A check-in answered on the clinic's tablet: its questions, then a thank you, and nothing about anybody."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.models import Patient, Person
from backend.tracking.models import CheckIn
from backend.web.languages import speak_to
from backend.web.patient.check_in.asked import Asked, surroundings
from backend.web.patient.check_in.kiosk_lock import loan_of
from backend.web.patient.check_in.pages import answering, skipping
from backend.web.patient.check_in.undo import undoing

Page = Callable[[HttpRequest, Asked], HttpResponse]


def lent(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page about the check-in that the tablet was lent for; on any other device it does not exist."""

    @wraps(page)
    def opened(request: HttpRequest) -> HttpResponse:
        asked = _asked(request)
        if asked.check_in.treatment.patient.person:
            speak_to(asked.check_in.treatment.patient.person, request)
        response = page(request, asked)
        response.headers["Cache-Control"] = "no-store"
        return response

    return login_not_required(opened)


@lent
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_check_in(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask what is still to be answered, and store it."""
    return answering(request, asked)


@lent
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_skip(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask why it will not be answered, and store it."""
    return skipping(request, asked)


@lent
@require_POST
def kiosk_undo(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take back what was just saved."""
    return undoing(request, asked)


@lent
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_end(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask for the tablet back, and lead staff to their sign-in: the lock ends when they have signed in."""
    if request.method != "POST":
        return render(request, "patient/check_in/lent.html", surroundings(asked, timezone.now()))
    back = reverse("patient", args=[asked.check_in.treatment.patient_id])
    return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def _asked(request: HttpRequest) -> Asked:
    """Return the check-in of the loan; who lent the tablet must still treat its patient."""
    loan = loan_of(request)
    if loan is None:
        raise Http404
    by = get_object_or_404(Person, pk=loan.by, is_active=True)
    theirs = CheckIn.objects.with_answers().filter(treatment__patient__in=Patient.objects.treated_by(by))
    found = theirs.select_related("treatment__patient__clinic", "treatment__patient__person")
    return Asked(get_object_or_404(found, pk=loan.check_in), by, is_lent=True)
