"""Lending the tablet at hand to a patient for one check-in: who lends it is signed out before the patient has it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.accounts.models import Patient
from backend.tracking.asking import questions
from backend.tracking.models import CheckIn
from backend.tracking.services.treating.check_ins import lend_check_in
from backend.web.access import SignedInRequest, staff_only
from backend.web.patient.check_in.kiosk_lock import Loan, lock
from backend.web.patient.check_in.link_holder import MARKER
from backend.web.patient.notices import is_open


@dataclass(frozen=True, slots=True)
class Lendable:
    """A check-in that `clinician/enrolling/kiosk.html` offers to answer here and now; `name` as tables have it."""

    patient_id: int
    check_in: CheckIn
    name: str


@staff_only
@require_POST
def kiosk(request: SignedInRequest, patient_id: int, check_in_id: int) -> HttpResponse:
    """Sign out and lock this browser to one check-in."""
    mine = CheckIn.objects.with_answers().filter(treatment__patient__in=Patient.objects.treated_by(request.user))
    due = get_object_or_404(
        mine.select_related("treatment__patient__clinic"), pk=check_in_id, treatment__patient=patient_id
    )
    if not is_open(due, timezone.now()) or not questions(due):
        messages.info(request, _("There is nothing to answer at this check-in now, so the tablet was not locked."))
        return redirect("patient", patient_id=patient_id)
    lend_check_in(actor=request.user, check_in=due)
    loan = Loan(check_in=due.pk, by=request.user.pk)
    logout(request)
    response = redirect("kiosk-check-in")
    lock(response, loan)
    if MARKER in request.COOKIES:  # of a link that was opened here before
        response.delete_cookie(MARKER, samesite="Lax")
    return response
