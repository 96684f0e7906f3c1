"""The dose clock in the hands of staff: a planned treatment starts now, or started at a time given."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.tracking.models import Progress, Treatment
from backend.tracking.services.refusals import Conflict, Refused
from backend.tracking.services.treating.treatments import correct_treatment
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.treating.actions import back_to_patient, mine_to_treat
from backend.web.clinician.treating.moments import WallTimeField, add_refusal, not_to_come
from backend.web.clinician.words import given
from backend.web.moments import stamp

NOW = "now"


class DoseClock(forms.Form):
    """When a dose started, by the patient's clock."""

    started_at = WallTimeField(label=gettext_lazy("Start of the dose"))

    def __init__(self, treatment: Treatment, sent: QueryDict | None = None) -> None:
        now = timezone.now()
        super().__init__(sent, initial={"started_at": min(treatment.planned_at or now, now)}, label_suffix="")

    def clean_started_at(self) -> datetime:
        """Return the time, which nobody can know yet while it is still to come."""
        return not_to_come(self.cleaned_data["started_at"])


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def dose_start(request: SignedInRequest, patient_id: int, treatment_id: int) -> HttpResponse:
    """Start a planned treatment; one that has started is corrected on its own page."""
    treatment = mine_to_treat(request.user, patient_id, treatment_id)
    if treatment.state == Progress.CANCELLED:
        raise Http404
    if treatment.state == Progress.STARTED:
        return _has_started(request, treatment)
    with timezone.override(ZoneInfo(treatment.patient.time_zone)):
        form = DoseClock(treatment, request.POST if request.method == "POST" else None)
        try:
            if request.method == "POST" and _start(request, treatment, form):
                return back_to_patient(treatment)
        except Conflict:
            return HttpResponseRedirect(request.path)
        except Refused as refusal:
            add_refusal(form, refusal, treatment.patient.time_zone)
        return render(request, "clinician/treating/dose.html", _shown(treatment, form))


def _has_started(request: SignedInRequest, treatment: Treatment) -> HttpResponse:
    """Go on to the treatment's page; who wanted to start it is told that somebody has."""
    if request.method == "POST" and treatment.started_at is not None:
        when = stamp(treatment.started_at, treatment.patient.time_zone)
        said = _("Somebody else has recorded the start: %(when)s. Nothing was changed; you can correct it here.")
        messages.warning(request, said % {"when": when})
    return HttpResponseRedirect(reverse("treatment", args=[treatment.patient_id, treatment.pk]))


def _start(request: SignedInRequest, treatment: Treatment, form: DoseClock) -> bool:
    """Start the treatment; False with the reason in the form where that cannot be."""
    is_sent = form.is_valid()  # checked in either case, so that a refusal finds its field
    if request.POST.get("when") == NOW:
        started_at = timezone.now()
    elif is_sent:
        started_at = form.cleaned_data["started_at"]
    else:
        return False
    changed = correct_treatment(
        actor=request.user,
        treatment=treatment,
        changes={"state": Progress.STARTED, "started_at": started_at},
        expected_version=treatment.version,
    )
    if changed.started_at is not None:
        when = stamp(changed.started_at, treatment.patient.time_zone)
        messages.success(request, _("The dose started %(when)s. Check-ins follow from then.") % {"when": when})
    return True


def _shown(treatment: Treatment, form: DoseClock) -> dict[str, object]:
    return {
        "form": form,
        "treatment": treatment,
        "patient": treatment.patient,
        "title": given(treatment),
        "now": stamp(timezone.now(), treatment.patient.time_zone),
    }
