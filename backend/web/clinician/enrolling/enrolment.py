"""One patient's enrolment, to look at and to correct: details, what was treated before, consent, sign-in."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.consent import CURRENT, is_current, text
from backend.accounts.models import Patient
from backend.language import ENGLISH
from backend.tracking.models import PreviousTreatment
from backend.tracking.services.enrolling.consent import give_consent, withdraw_consent
from backend.tracking.services.enrolling.patients import change_patient
from backend.tracking.services.enrolling.previous_treatments import record_previous, take_off_previous
from backend.tracking.services.refusals import Conflict, Refused
from backend.web.access import SignedInRequest, patient_to_treat, staff_only
from backend.web.clinician.conflicts import tell_conflict, tell_refusal
from backend.web.clinician.enrolling.enrolment_forms import PaperForm, PatientForm, PreviousRows
from backend.web.clinician.keys import row_key

DETAILS = ("code", "time_zone", "indication")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Show the parts of an enrolment, each with a form of its own, and store the part that was sent."""
    patient = patient_to_treat(request.user, patient_id)
    if request.method != "POST":
        return _page(request, patient)
    parts = {"details": _details, "previous": _previous, "take-off": _take_off, "paper": _paper, "withdraw": _withdraw}
    part = parts.get(request.POST.get("part", ""))
    if part is None:
        raise Http404
    return part(request, patient) or redirect("enrolment", patient_id=patient.pk)


def _details(request: SignedInRequest, patient: Patient) -> HttpResponse | None:
    form = PatientForm(request.POST, zone=patient.time_zone)
    if not form.is_valid():
        return _page(request, patient, details=form)
    said = dict(form.cleaned_data)
    version = said.pop("version")
    try:
        change_patient(actor=request.user, patient=patient, fields=said, expected_version=version)
    except Conflict:
        now = Patient.objects.select_related("clinic", "person").get(pk=patient.pk)
        tell_conflict(form, stored=_stored(now), version=now.version)
        return _page(request, now, details=form, status=HTTPStatus.CONFLICT)
    except Refused as refusal:
        tell_refusal(form, refusal)
        patient.refresh_from_db()
        return _page(request, patient, details=form)
    messages.success(request, _("The details are saved."))
    return None


def _previous(request: SignedInRequest, patient: Patient) -> HttpResponse | None:
    rows = PreviousRows(request.POST.dict())
    if not rows.is_valid():
        return _page(request, patient, rows=rows)
    record_previous(actor=request.user, patient=patient, given=rows.given)
    return None


def _take_off(request: SignedInRequest, patient: Patient) -> None:
    listed = PreviousTreatment.objects.filter(patient=patient)
    previous = get_object_or_404(listed, pk=row_key(request.POST.get("previous", "")))
    take_off_previous(actor=request.user, previous=previous)


def _paper(request: SignedInRequest, patient: Patient) -> HttpResponse | None:
    form = PaperForm(request.POST, clinic_zone=patient.clinic.time_zone)
    if not form.is_valid() or request.POST.get("wording") != CURRENT:
        return _page(request, patient, paper=form)
    paper = form.signed
    try:
        give_consent(actor=request.user, patient=patient, text=paper.text, signed_on=paper.signed_on)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return _page(request, patient, paper=form)
    messages.success(request, _("The signed consent is recorded, with your name."))
    return None


def _withdraw(request: SignedInRequest, patient: Patient) -> None:
    withdraw_consent(actor=request.user, patient=patient)
    messages.success(request, _("The withdrawal is recorded, with your name. No more reminders go out."))


def _stored(patient: Patient) -> dict[str, object]:
    return {name: getattr(patient, name) for name in DETAILS}


def _page(
    request: SignedInRequest,
    patient: Patient,
    status: int = HTTPStatus.OK,
    **sent: PatientForm | PreviousRows | PaperForm,
) -> HttpResponse:
    """Show the page; the part that was sent as it was typed."""
    consent = patient.consents.select_related("recorded_by").order_by("-at", "-pk").first()
    initial = {**_stored(patient), "version": patient.version}
    shown = {
        "patient": patient,
        "details": PatientForm(initial=initial, zone=patient.time_zone),
        "rows": PreviousRows(),
        "rows_open": "rows" in sent,
        "paper": PaperForm(clinic_zone=patient.clinic.time_zone),
        "listed": PreviousTreatment.objects.standing().filter(patient=patient).order_by("pk"),
        "consent": consent,
        "consent_is_current": is_current(consent),
        "wording": text(get_language() or ENGLISH),
    }
    return render(request, "clinician/enrolling/enrolment.html", shown | sent, status=status)
