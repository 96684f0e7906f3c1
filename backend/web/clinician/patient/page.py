"""One patient's treatments: the curve of the chosen one and its outcome, all beside each other, every original."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts.models import Patient
from backend.accounts.reading import note_reading
from backend.tracking.models import CheckIn, State, Treatment, Unit
from backend.web.access import SignedInRequest, patients_of_staff, signed_in
from backend.web.check_in_names import called
from backend.web.clinician.patient.beside import beside
from backend.web.clinician.patient.curve import drawing
from backend.web.clinician.patient.look import Look
from backend.web.clinician.patient.outcomes import told_of
from backend.web.clinician.patient.ratings import rating_rows
from backend.web.clinician.patient.sessions import dose_rows, session_rows
from backend.web.clinician.treating.actions import actions
from backend.web.clinician.words import CHECK_IN_STATES, Chip, dated, given, reason
from backend.web.moments import stamp

PASSED = {State.MISSED, State.SKIPPED}


@dataclass(frozen=True, slots=True)
class Tab:
    """One treatment of a patient, to choose it by; `query` keeps what else was chosen."""

    treatment: Treatment
    when: str
    given: str
    is_chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """One check-in in the table."""

    name: str
    due: str
    state: Chip
    reason: str


@signed_in
@require_safe
def patient(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Show one patient."""
    somebody, treats = looked_up(request, patient_id)
    look = Look.at(somebody, request.GET.dict())
    chosen = look.treatment
    shown: dict[str, object] = {"patient": somebody, "tabs": _tabs(look, request.GET), "treatment": chosen}
    shown["query"] = request.GET.urlencode()
    shown |= actions(chosen, _due(look), treats=treats) | beside(somebody, chosen, treats=treats)
    if chosen is not None:
        shown |= about(look, chosen) | judged(look, chosen)
    return render(request, "clinician/patient/page.html", shown)


def looked_up(request: SignedInRequest, patient_id: int) -> tuple[Patient, bool]:
    """Return a patient where whoever asks works, else 404, and whether they may treat; that they looked is noted."""
    treated = Patient.objects.treated_by(request.user).filter(pk=OuterRef("pk"))
    theirs = patients_of_staff(request.user).annotate(treats=Exists(treated))
    somebody = get_object_or_404(theirs.select_related("clinic", "person"), pk=patient_id)
    note_reading(reader=request.user, patients=[somebody])
    return somebody, somebody.treats  # type: ignore[attr-defined] # annotated above


def judged(look: Look, treatment: Treatment) -> dict[str, object]:
    """Return what was concluded, in numbers, words and a picture, alone and beside the other treatments."""
    if treatment.started_at is None:
        return {"doses": dose_rows(look)}
    outcome = look.outcome(treatment, look.chosen.unit)
    return {
        "form": look.form,
        "chosen": look.chosen,
        "told": told_of(outcome, treatment, look.chosen.terms) if outcome else None,
        "drawing": drawing(look, treatment, outcome),
        "opener": _opener(look, treatment) if look.chosen.unit == Unit.COURSE else None,
        "sessions": session_rows(look),
        "doses": dose_rows(look),
    }


def _opener(look: Look, treatment: Treatment) -> Tab | None:
    """Return where to find the course that a treatment continues; None where it continues none."""
    first = look.history.opener_of(treatment)
    if first is None:
        return None
    query = urlencode({**look.form.made, "treatment": first.pk})
    return Tab(first, _when(first), given(first), is_chosen=False, query=query)


def _due(look: Look) -> CheckIn | None:
    """Return the check-in of the treatment looked at that is open now."""
    now, rows = timezone.now(), look.log.of_one(look.treatment).check_ins if look.treatment else []
    return next((one for one in rows if one.state_at(now) == State.OPEN), None)


def _tabs(look: Look, asked: QueryDict) -> list[Tab]:
    tabs = []
    for one in look.history.treatments:
        query = asked.copy()
        query["treatment"] = str(one.pk)
        tabs.append(Tab(one, _when(one), given(one), one == look.treatment, query.urlencode()))
    return tabs


def _when(treatment: Treatment) -> str:
    prefix = "" if treatment.started_at else f"{treatment.get_state_display()}, "
    return prefix + dated(treatment, treatment.patient.time_zone)


def about(look: Look, treatment: Treatment) -> dict[str, object]:
    """Return what is said about one treatment whether it has started or not."""
    log, zone, now = look.log.of_one(treatment), look.history.patient.time_zone, timezone.now()
    rows = [(one.state_at(now), one) for one in log.check_ins]
    check_ins = [
        CheckInRow(called(one.name), stamp(one.due_at, zone), CHECK_IN_STATES[state], reason(one))
        for state, one in rows
    ]
    return {
        "title": given(treatment),
        "when": _when(treatment),
        "ratings": rating_rows(log.ratings, zone),
        "check_ins": check_ins,
        "missed": [row for row, (state, _one) in zip(check_ins, rows, strict=True) if state in PASSED],
    }
