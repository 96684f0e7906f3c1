"""Where everybody arrives: a patient at what is due, staff at who needs them today."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseStopPolling

from backend.accounts.models import Membership, Patient
from backend.analysis.conclude import ALGORITHM_VERSION
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET
from backend.analysis.outcomes.sentences import TO_PATIENTS
from backend.instruments import PRIMARY
from backend.tracking.anchoring import is_night, readable_treatment
from backend.tracking.asking import due_check_in, questions
from backend.tracking.estimation import fresh_outcomes
from backend.tracking.models import Outcome, Treatment, Unit
from backend.web.access import SignedInRequest, own_patients, own_treatments, signed_in
from backend.web.patient.check_in.asked import Asked
from backend.web.patient.check_in.pages import question_page
from backend.web.patient.check_in.undo import undoable_of
from backend.web.patient.consent import consent_is_asked_for
from backend.web.patient.dose import doses_to_take
from backend.web.patient.notices import notice_for

SHOWN = {"unit": Unit.TREATMENT, "instrument": PRIMARY, "rule_set": DEFAULT_RULE_SET}


@signed_in
@gzip_page
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Ask what is due, or say when the next check-in opens."""
    now = timezone.now()
    patients = list(own_patients(request.user))
    if not patients and Membership.objects.held_by(request.user).exists():
        return redirect("today")
    due = sorted(filter(None, (due_check_in(one, now) for one in patients)), key=lambda one: one.closes_at)
    if due and (left := questions(due[0])):  # none is left when an answer arrived between the two
        return question_page(request, Asked(due[0], request.user), left)
    notices = [notice_for(one, now) for one in patients]
    shown = {
        "notices": notices,
        "findings": _findings(patients, now),
        "to_take": doses_to_take(request.user, now),
        "undoable": undoable_of(request.user, now),
        "night": is_night(request.user, now),
        "consent_is_asked_for": consent_is_asked_for(patients),
    }
    return render(request, "patient/home.html", shown)


@signed_in
@require_safe
def outcome(request: SignedInRequest, treatment_id: int) -> HttpResponse:
    """Return the outcome of a treatment in one sentence, for the home page to put in; made now if no job has."""
    treatment = get_object_or_404(own_treatments(request.user).select_related("patient"), pk=treatment_id)
    if readable_treatment(treatment.patient, timezone.now()) != treatment:
        return HttpResponseStopPolling()
    finding = _finding(treatment, fresh_outcomes(treatment).filter(**SHOWN).first())
    return render(request, "patient/outcome.html", {"finding": finding})


def _findings(patients: list[Patient], now: datetime) -> list[dict[str, object]]:
    readable = filter(None, (readable_treatment(one, now) for one in patients))
    return [_finding(one, Outcome.objects.filter(treatment=one, **SHOWN).first()) for one in readable]


def _finding(treatment: Treatment, found: Outcome | None) -> dict[str, object]:
    """Return the sentence of an outcome, empty while it is older than the ratings."""
    fresh = found and (found.ratings_version, found.algorithm_version) == (treatment.ratings_version, ALGORITHM_VERSION)
    return {"treatment": treatment, "sentence": found.in_words(TO_PATIENTS) if found and fresh else ""}
