"""The page of what a clinic decides: everybody who works there reads it, its owners change it."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.care import help_for
from backend.accounts.models import Clinic, Patient, Person
from backend.accounts.refusals import Conflict, Refused
from backend.accounts.services.clinics import change_clinic
from backend.analysis.schedule import PROTOCOLS
from backend.tracking.retention import past_retention
from backend.web.access import SignedInRequest, staff_only
from backend.web.care import Care
from backend.web.clinician.clinic.room import clinic_of_staff, is_owner
from backend.web.clinician.clinic.scales import scales_at
from backend.web.clinician.clinic.settings_form import SettingsForm, initial_of
from backend.web.clinician.conflicts import in_words, tell_conflict, tell_refusal
from backend.web.clinician.protocols import described
from backend.web.moments import day

MOST_LISTED = 50  # of those whose records are older than the clinic keeps any
UNSTATED = (None, "")
TOLD_BY_THEMSELVES = {"default_protocol", "offered_protocols", "asked_instruments"}  # in tables of their own


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def clinic(request: SignedInRequest, clinic_id: int) -> HttpResponse:
    """Show what is set, and change it."""
    chosen = clinic_of_staff(request.user, clinic_id)
    may_change = is_owner(request.user, chosen)
    if request.method != "POST":
        return _page(request, chosen, SettingsForm(chosen), may_change=may_change)
    if not may_change:
        raise Http404
    form = SettingsForm(chosen, request.POST)
    status = _save(request.user, chosen, form) if form.is_valid() else HTTPStatus.OK
    if status is None:
        messages.success(request, _("The settings are saved."))
        return HttpResponseRedirect(reverse("clinic", args=[chosen.pk]))
    chosen.refresh_from_db()  # what was refused is not shown as stored
    return _page(request, chosen, form, may_change=True, status=status)


def _save(person: Person, chosen: Clinic, form: SettingsForm) -> HTTPStatus | None:
    """Store what was sent; where that cannot be, the form says why and the status of the answer is returned."""
    try:
        change_clinic(actor=person, clinic=chosen, fields=form.columns(), expected_version=form.cleaned_data["version"])
    except Conflict:
        now = Clinic.objects.get(pk=chosen.pk)
        tell_conflict(form, stored=initial_of(now), version=now.version)
        return HTTPStatus.CONFLICT
    except Refused as refusal:
        tell_refusal(form, refusal)
        return HTTPStatus.OK
    return None


def _page(
    request: SignedInRequest, chosen: Clinic, form: SettingsForm, *, may_change: bool, status: int = HTTPStatus.OK
) -> HttpResponse:
    now = timezone.now()
    too_old = list(past_retention(chosen, now)[: MOST_LISTED + 1])
    shown = {
        "clinic": chosen,
        "form": form,
        "may_change": may_change,
        "facts": [] if may_change else facts(form),
        "protocols": protocols(chosen, form),
        "scales": scales(chosen, form),
        "shown_care": Care(help_for(chosen.country), chosen.phone),
        "too_old": kept_too_long(too_old[:MOST_LISTED], chosen, now),
        "more_too_old": len(too_old) > MOST_LISTED,
        "has_alerts": hasattr(chosen, "alert_plan") and chosen.alert_rules.filter(ended_at=None).exists(),
    }
    return render(request, "clinician/clinic/settings.html", shown, status=status)


def facts(form: SettingsForm) -> list[tuple[str, str]]:
    """Return the name of each setting and how it stands, for somebody who only reads."""
    names = [name for name in form.fields if name != "version" and name not in TOLD_BY_THEMSELVES]
    stated = [name for name in names if form.initial[name] not in UNSTATED]
    told = [(str(form.fields[name].label), in_words(form.fields[name], form.initial[name])) for name in stated]
    return told if form.initial["retention_months"] else [*told, (_("Records are kept"), _("without a limit"))]


def protocols(chosen: Clinic, form: SettingsForm) -> list[dict[str, object]]:
    """Return each protocol in words, whether it is offered and chosen at first, and what to choose it with."""
    offered = chosen.offered_protocols or list(PROTOCOLS)
    first, offer = _controls(form, "default_protocol"), _controls(form, "offered_protocols")
    return [
        {
            "protocol": described(slug),
            "is_offered": slug in offered,
            "is_first": slug == chosen.default_protocol,
            "first": first[slug],
            "offer": offer[slug],
        }
        for slug in PROTOCOLS
    ]


def scales(chosen: Clinic, form: SettingsForm) -> list[dict[str, object]]:
    """Return each instrument in words, and what to choose it with; none for the one that is always asked."""
    controls = _controls(form, "asked_instruments")
    return [{"scale": one, "control": controls.get(one.slug)} for one in scales_at(chosen)]


def kept_too_long(patients: Sequence[Patient], chosen: Clinic, now: datetime) -> list[tuple[Patient, str]]:
    """Return each patient with the day that counts."""
    return [(one, day(getattr(one, "last_at", now), chosen.time_zone)) for one in patients]


def _controls(form: SettingsForm, name: str) -> dict[str, object]:
    """Return the single boxes of a field by what each chooses."""
    return {str(one.data["value"]): one for one in form[name]}
