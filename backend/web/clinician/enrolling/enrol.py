"""Enrolling a patient: one form, and an invitation that follows from it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.consent import text
from backend.accounts.models import RECORDING_ROLES, Clinic, Patient
from backend.language import ENGLISH
from backend.tracking.services.enrolling.patients import Enrolment, enrol_patient
from backend.tracking.services.refusals import Refused
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.conflicts import tell_refusal
from backend.web.clinician.enrolling.enrolment_forms import EnrolForm, PreviousRows
from backend.web.clinician.enrolling.invitation import invite_and_keep


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: SignedInRequest) -> HttpResponse:
    """Ask who is to be treated, and store them with what came before and what they signed."""
    clinics = list(Clinic.objects.staffed_by(request.user, RECORDING_ROLES).order_by("name", "pk"))
    if not clinics:
        raise Http404
    sent = request.POST.dict() if request.method == "POST" else None
    form, rows = EnrolForm(sent, clinics=clinics), PreviousRows(sent)
    if sent is not None and all([form.is_valid(), rows.is_valid()]):
        patient = _enrolled(request, clinics, form, rows)
        if patient is not None:
            messages.success(request, _("%(code)s is enrolled.") % {"code": patient.code})
            if form.cleaned_data["email"]:
                invite_and_keep(request, patient, form.cleaned_data["email"])
            return redirect("invitation", patient_id=patient.pk)
    wording = text(get_language() or ENGLISH)
    return render(request, "clinician/enrolling/enrol.html", {"form": form, "rows": rows, "wording": wording})


def _enrolled(request: SignedInRequest, clinics: list[Clinic], form: EnrolForm, rows: PreviousRows) -> Patient | None:
    """Store what a valid form says; None with the reason in the form where that cannot be."""
    said = form.cleaned_data
    clinic = next((one for one in clinics if str(one.pk) == said.get("clinic")), clinics[0])
    enrolment = Enrolment(
        code=said["code"],
        time_zone=said["time_zone"],
        indication=said["indication"],
        previous=rows.given,
        signed=form.signed if said["on_paper"] else None,
    )
    try:
        return enrol_patient(actor=request.user, clinic=clinic, enrolment=enrolment)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return None
