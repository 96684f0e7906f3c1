"""Correcting whatever is recorded of a treatment; two people who do so at once both keep what they typed."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.tracking.models import Progress, Treatment
from backend.tracking.services.refusals import Conflict, Refused
from backend.tracking.services.treating.treatments import correct_treatment
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.conflicts import tell_conflict
from backend.web.clinician.treating.actions import back_to_patient, mine_to_treat
from backend.web.clinician.treating.cancelled import cancellation
from backend.web.clinician.treating.correct_form import CorrectForm
from backend.web.clinician.treating.moments import WallTimeField, add_refusal
from backend.web.clinician.words import given, per_kg


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def treatment(request: SignedInRequest, patient_id: int, treatment_id: int) -> HttpResponse:
    """Show everything that can be corrected, and correct it."""
    one = mine_to_treat(request.user, patient_id, treatment_id)
    with timezone.override(ZoneInfo(one.patient.time_zone)):
        if request.method != "POST":
            return _shown(request, one, CorrectForm(one))
        form = CorrectForm(one, request.POST)
        if form.fields["version"].clean(request.POST.get("version")) != one.version:
            return _overtaken(request, one)
        if form.is_valid():
            try:
                return _corrected(request, one, form)
            except Conflict:
                return _overtaken(request, mine_to_treat(request.user, patient_id, treatment_id))
            except Refused as refusal:
                add_refusal(form, refusal, one.patient.time_zone)
        return _shown(request, one, form)


def _corrected(request: SignedInRequest, one: Treatment, form: CorrectForm) -> HttpResponse:
    """Store what was typed and return to the patient."""
    changed = correct_treatment(
        actor=request.user,
        treatment=one,
        changes=form.changes,
        reason=form.cleaned_data["reason"],
        expected_version=form.cleaned_data["version"],
    )
    if changed.version != one.version:
        messages.success(request, _("The treatment is corrected. What was recorded before is kept."))
    return back_to_patient(one)


def _overtaken(request: SignedInRequest, one: Treatment) -> HttpResponse:
    """Keep what was typed beside what is stored now; a time that the form did not have yet is taken from there."""
    sent = request.POST.copy()
    stored = CorrectForm(one)
    for name, field in stored.fields.items():
        if isinstance(field, WallTimeField) and name not in sent:
            sent[name] = field.widget.format_value(stored[name].value()) or ""
    form = CorrectForm(one, sent)
    form.full_clean()
    tell_conflict(form, stored=form.stored, version=one.version)
    return _shown(request, one, form, HTTPStatus.CONFLICT)


def _shown(
    request: SignedInRequest, one: Treatment, form: CorrectForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    shown = {
        "form": form,
        "treatment": one,
        "patient": one.patient,
        "title": given(one),
        "per_kg": per_kg(one),
        "cancellation": cancellation(one) if one.state == Progress.CANCELLED else None,
    }
    return render(request, "clinician/treating/treatment.html", shown, status=status)
