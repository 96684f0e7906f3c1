"""The log of what was seen after a dose, and the form that adds to it."""

from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Patient, Person
from backend.accounts.reading import note_reading
from backend.tracking.models import Observation, Progress, Treatment
from backend.tracking.monitoring import minutes_since_start, pressures, unusual
from backend.tracking.services.observations import OBSERVED_WITHIN_HOURS, record_observation
from backend.tracking.services.refusals import KeyReused, Refused
from backend.web.access import SignedInRequest, patients_of_staff, staff_only
from backend.web.clinician.conflicts import tell_refusal
from backend.web.clinician.patient.observations.form import LookForm
from backend.web.clinician.patient.observations.log import looks_at, pressure, rows_of, since_start, standing
from backend.web.clinician.patient.observations.summary import observed
from backend.web.clinician.words import given
from backend.web.moments import stamp


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def observations(request: SignedInRequest, patient_id: int, treatment_id: int) -> HttpResponse:
    """Show what was seen after a dose, and write down another look."""
    treatment = treatment_of_staff(request.user, patient_id, treatment_id)
    treats = is_treated_by(treatment, request.user)
    may_add = treats and treatment.state != Progress.CANCELLED
    if request.method == "POST" and not may_add:
        raise Http404
    note_reading(reader=request.user, patients=[treatment.patient])
    with timezone.override(ZoneInfo(treatment.patient.time_zone)):
        looks = looks_at(treatment)
        form, status = _add(request, treatment, looks)
        if form is None:
            return redirect("observations", patient_id, treatment_id)
        shown = about(treatment) | {
            "form": form if may_add else None,
            "observed": observed(treatment, by_those_who_treat=treats, looks=looks),
            "rows": rows_of(looks, by_those_who_treat=treats),
            "now": stamp(timezone.now(), treatment.patient.time_zone),
            "now_since_start": since_start(treatment, timezone.now()),
        }
        return render(request, "clinician/patient/observations/page.html", shown, status=status)


def treatment_of_staff(person: Person, patient_id: int, treatment_id: int) -> Treatment:
    """Return a treatment that a person may read about as staff; 404 for any other."""
    theirs = Treatment.objects.filter(patient__in=patients_of_staff(person), patient=patient_id)
    return get_object_or_404(theirs.select_related("patient__clinic"), pk=treatment_id)


def is_treated_by(treatment: Treatment, person: Person) -> bool:
    """Tell whether a person treats this patient: whoever only reads for research does not."""
    return Patient.objects.treated_by(person).filter(pk=treatment.patient_id).exists()


def about(treatment: Treatment) -> dict[str, object]:
    """Return what every page about observations says first."""
    zone = treatment.patient.time_zone
    start, end = treatment.started_at, treatment.ended_at
    return {
        "patient": treatment.patient,
        "treatment": treatment,
        "title": given(treatment),
        "start": "" if start is None else stamp(start, zone),
        "end": "" if end is None else stamp(end, zone),
        "planned": "" if treatment.planned_at is None else stamp(treatment.planned_at, zone),
    }


def tell_stored(request: SignedInRequest, row: Observation) -> None:
    """Say what was stored; where a number is unusual, ask to look at it again."""
    at = stamp(row.at, row.treatment.patient.time_zone)
    measured = pressure(row)
    told = _("Saved: %(pressure)s, %(at)s.") if measured else _("Saved, %(at)s.")
    messages.success(request, told % {"pressure": measured, "at": at})
    if unusual(row):
        messages.warning(request, _("A number is unusual. If it was mistyped, correct it in the log below."))


def _add(
    request: SignedInRequest, treatment: Treatment, looks: list[Observation]
) -> tuple[LookForm | None, HTTPStatus]:
    """Return the form to show and the answer's status; no form once what was sent is stored."""
    if request.method != "POST":
        return LookForm(initial={"at": _asked_for(treatment, looks, request.GET.get("moment", ""))}), HTTPStatus.OK
    form = LookForm(request.POST.dict())
    if not form.is_valid():
        return form, HTTPStatus.OK
    try:
        row, _replayed = record_observation(
            actor=request.user, treatment=treatment, seen=form.seen, client_uuid=form.key
        )
    except Refused as refusal:
        tell_refusal(form, refusal)
        return form, HTTPStatus.OK
    except KeyReused:
        return form, form.tell_reuse()
    tell_stored(request, row)
    return None, HTTPStatus.FOUND


def _asked_for(treatment: Treatment, looks: list[Observation], moment: str) -> datetime | None:
    """Return the time a new look begins with: now, or when a pressure was due that is entered afterwards.

    None, for somebody to say, where now is too long after the dose.
    """
    now = timezone.now()
    lines = pressures(treatment, standing(looks), now)
    due = next((one.due_at for one in lines if one.moment == moment and one.due_at is not None), now)
    minutes = minutes_since_start(treatment, min(due, now))
    is_over = minutes is not None and minutes > OBSERVED_WITHIN_HOURS * 60
    return None if is_over else min(due, now)
