"""Putting right what was written down about a look: another one in its place, or struck out, each with its reason."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.reading import note_reading
from backend.tracking.models import Observation, Progress, Treatment
from backend.tracking.services.observations import VALUES, correct_observation
from backend.tracking.services.refusals import Conflict, KeyReused, Refused
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.conflicts import tell_conflict, tell_refusal
from backend.web.clinician.patient.observations.form import CorrectionForm, StrikeForm, values_of
from backend.web.clinician.patient.observations.log import looks_at, rows_of
from backend.web.clinician.patient.observations.pages import (
    about,
    is_treated_by,
    tell_stored,
    treatment_of_staff,
)

STRIKE = "strike"
Correcting = CorrectionForm | StrikeForm


@dataclass(frozen=True, slots=True)
class History:
    """A look and everything that replaced it, in order."""

    rows: list[Observation]

    @property
    def newest(self) -> Observation:
        """Return the row that stands, be it that the look was struck out."""
        return self.rows[-1]

    @property
    def last_seen(self) -> Observation:
        """Return the last row that says what was seen."""
        return next(one for one in reversed(self.rows) if not one.struck)

    @property
    def values(self) -> dict[str, Any]:
        """Return what stands now: nothing at all where it was struck out."""
        return dict.fromkeys(VALUES) if self.newest.struck else values_of(self.newest)

    def read_at(self, version: int) -> Observation:
        """Return the row that a form has read; `Conflict` for one that it cannot have."""
        for one in self.rows:
            if one.pk == version:
                return one
        raise Conflict


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def observation(request: SignedInRequest, patient_id: int, treatment_id: int, observation_id: int) -> HttpResponse:
    """Put another look in the place of one, or strike it out."""
    treatment = treatment_of_staff(request.user, patient_id, treatment_id)
    if not is_treated_by(treatment, request.user) or treatment.state == Progress.CANCELLED:
        raise Http404
    history = _history(looks_at(treatment), observation_id)
    note_reading(reader=request.user, patients=[treatment.patient])
    with timezone.override(ZoneInfo(treatment.patient.time_zone)):
        correcting, striking = _forms(request, history)
        status = HTTPStatus.OK
        if request.method == "POST":
            status = _store(request, treatment, history, striking if _strikes(request) else correcting)
        if status == HTTPStatus.FOUND:
            return redirect("observations", patient_id, treatment_id)
        if status == HTTPStatus.CONFLICT:
            history = _history(looks_at(treatment), observation_id)
        shown = about(treatment) | {
            "form": correcting,
            "strike": None if history.newest.struck else striking,
            "rows": rows_of(history.rows, by_those_who_treat=True),
        }
        return render(request, "clinician/patient/observations/correct.html", shown, status=status)


def _strikes(request: SignedInRequest) -> bool:
    return request.POST.get("then") == STRIKE


def _history(looks: list[Observation], observation_id: int) -> History:
    """Return the history that a row belongs to; 404 for a row of another treatment."""
    by_id = {one.pk: one for one in looks}
    first = by_id.get(observation_id)
    if first is None:
        raise Http404
    while first.replaces_id is not None:
        first = by_id[first.replaces_id]
    newer = {one.replaces_id: one for one in looks if one.replaces_id is not None}
    rows = [first]
    while rows[-1].pk in newer:
        rows.append(newer[rows[-1].pk])
    return History(rows)


def _forms(request: SignedInRequest, history: History) -> tuple[CorrectionForm, StrikeForm]:
    """Return the form for another look and that for none; what was sent is in the one it was sent by."""
    sent = request.POST.dict() if request.method == "POST" else None
    strikes = _strikes(request)
    correcting = CorrectionForm(history.last_seen, history.newest, None if strikes else sent)
    return correcting, StrikeForm(history.newest, sent if strikes else None)


def _store(request: SignedInRequest, treatment: Treatment, history: History, form: Correcting) -> HTTPStatus:
    """Store what a form says and return FOUND; another status with the reason in the form where that cannot be."""
    if not form.is_valid():
        return HTTPStatus.OK
    try:
        read = history.read_at(form.cleaned_data["version"])
        row, _replayed = correct_observation(actor=request.user, observation=read, correction=form.correction)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return HTTPStatus.OK
    except KeyReused:
        return form.tell_reuse()
    except Conflict:
        now = _history(looks_at(treatment), history.newest.pk)
        tell_conflict(form, stored=now.values, version=now.newest.pk)
        return HTTPStatus.CONFLICT
    if row.struck:
        messages.success(request, _("Struck out. The row stays in the log, with your reason."))
    else:
        tell_stored(request, row)
    return HTTPStatus.FOUND
