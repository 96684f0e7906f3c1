"""My relief: what a patient's own answers add up to, once no number seen can colour the ones to come."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.accounts.models import Clinic, Patient, Role
from backend.accounts.reading import readings_of
from backend.tracking.anchoring import is_night, readable_treatment, withheld_from
from backend.tracking.models import Treatment
from backend.web.access import SignedInRequest, own_patients, signed_in
from backend.web.moments import day
from backend.web.patient.relief.own_ratings import Line, as_csv, lines
from backend.web.patient.relief.sessions import Session, session

SIDE_BY_SIDE = 6  # the last so many treatments; the file has all of them
READINGS_TAKEN, READERS_SHOWN = 400, 30
ROLES = {Role.CLINICIAN: _("clinician"), Role.OWNER: _("owner of the clinic"), Role.RESEARCHER: _("researcher")}
STAFF = _("staff")


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody who looked at a patient's record, and on which day."""

    when: str
    name: str
    role: str | Promise


@dataclass(frozen=True, slots=True)
class Record:
    """What one clinic holds about the person who asks."""

    clinic: Clinic
    sessions: list[Session]
    lines: list[Line]
    looked: list[Looked]


@signed_in
@require_safe
def relief(request: SignedInRequest) -> HttpResponse:
    """Show what the answers showed after the last treatment, or after several where the clinic compares them."""
    return _shown(request, "patient/relief/page.html")


@signed_in
@require_safe
def printed(request: SignedInRequest) -> HttpResponse:
    """Show the same with every rating in a table, to be printed or kept."""
    return _shown(request, "patient/relief/print.html")


@signed_in
@require_safe
def ratings_csv(request: SignedInRequest) -> HttpResponse:
    """Give every rating of the person as a file."""
    if withheld_from(request.user, timezone.now()).exists():
        return redirect("relief")
    answer = HttpResponse(as_csv(own_patients(request.user)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="ebb-ratings.csv"'
    return answer


def _shown(request: SignedInRequest, template: str) -> HttpResponse:
    now = timezone.now()
    if withheld_from(request.user, now).exists():
        return render(request, "patient/relief/quiet.html", {"night": is_night(request.user, now)})
    records = [_record(one, now) for one in own_patients(request.user)]
    is_compared = any(len(one.sessions) > 1 for one in records)
    return render(request, template, {"records": records, "is_compared": is_compared})


def _record(patient: Patient, now: datetime) -> Record:
    treatments = _treatments(patient, now)
    told = [session(one, patient.time_zone) for one in treatments]
    return Record(
        clinic=patient.clinic,
        sessions=[one for one in told if one is not None],
        lines=lines(treatments, patient.time_zone),
        looked=_looked(patient),
    )


def _treatments(patient: Patient, now: datetime) -> list[Treatment]:
    """Return the treatments that may be read now, the latest first: one, unless the clinic compares sessions."""
    latest = readable_treatment(patient, now)
    if latest is None:
        return []
    started = Treatment.objects.started().filter(patient=patient).order_by("-started_at")
    most = SIDE_BY_SIDE if patient.clinic.compares_sessions else 1
    return list(started.select_related("patient")[:most])


def _looked(patient: Patient) -> list[Looked]:
    """Return who looked on which day, the latest first; who looked several times a day stands there once."""
    found = [
        Looked(day(one.at, patient.time_zone), one.reader.name, ROLES.get(Role(one.role), STAFF) if one.role else STAFF)
        for one in readings_of(patient, most=READINGS_TAKEN)
    ]
    return list({(one.when, one.name, str(one.role)): one for one in found}.values())[:READERS_SHOWN]
