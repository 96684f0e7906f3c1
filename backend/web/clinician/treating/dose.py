"""The dose clock in the hands of staff: a planned treatment starts now or at a time given, and a start is corrected."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Patient, Person
from backend.tracking.models import Progress, Treatment
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treatments import correct_treatment
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.words import given
from backend.web.moments import stamp

NOW = "now"
BY_THE_MINUTE = "%Y-%m-%dT%H:%M"


class DoseClock(forms.Form):
    """When a dose started, by the patient's clock; a correction says why."""

    started_at = forms.DateTimeField(
        label=gettext_lazy("Start of the dose"),
        input_formats=[BY_THE_MINUTE],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=BY_THE_MINUTE),
    )
    ended_at = forms.DateTimeField(
        label=gettext_lazy("End of the dose, if known"),
        required=False,
        input_formats=[BY_THE_MINUTE],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=BY_THE_MINUTE),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"),
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say why, in a few words. It is kept with the old and the new time.")},
    )

    def __init__(self, treatment: Treatment, sent: dict[str, str] | None = None) -> None:
        now = timezone.now()
        start = treatment.started_at or min(treatment.planned_at or now, now)
        super().__init__(sent, initial={"started_at": start, "ended_at": treatment.ended_at}, label_suffix="")
        self._treatment = treatment
        if treatment.state == Progress.PLANNED:
            del self.fields["reason"], self.fields["ended_at"]

    @property
    def times(self) -> dict[str, object]:
        """Return the times sent; one that is the stored one to the minute is that one, seconds and all."""
        names = [name for name in ("started_at", "ended_at") if name in self.cleaned_data]
        return {name: self._as_stored(name, self.cleaned_data[name]) for name in names}

    def _as_stored(self, name: str, sent: datetime | None) -> datetime | None:
        stored: datetime | None = getattr(self._treatment, name)
        return stored if stored and stored.replace(second=0, microsecond=0) == sent else sent


def may_be_set(treatment: Treatment, person: Person) -> bool:
    """Tell whether a person may start this treatment or correct its start."""
    treated = Patient.objects.treated_by(person).filter(pk=treatment.patient_id)
    return treatment.state != Progress.CANCELLED and treated.exists()


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def dose_start(request: SignedInRequest, patient_id: int, treatment_id: int) -> HttpResponse:
    """Start a planned treatment, or correct when it started."""
    mine = Treatment.objects.filter(patient__in=Patient.objects.treated_by(request.user), patient=patient_id)
    treatment = get_object_or_404(mine.select_related("patient__clinic"), pk=treatment_id)
    if treatment.state == Progress.CANCELLED:
        raise Http404
    with timezone.override(ZoneInfo(treatment.patient.time_zone)):
        form = DoseClock(treatment, request.POST.dict() if request.method == "POST" else None)
        if request.method == "POST" and _set(request, treatment, form):
            back = reverse("patient", args=[treatment.patient_id])
            return HttpResponseRedirect(f"{back}?treatment={treatment.pk}")
        return render(request, "clinician/treating/dose.html", _shown(treatment, form))


def _set(request: SignedInRequest, treatment: Treatment, form: DoseClock) -> bool:
    """Start the treatment or correct its start; False with the reason in the form where that cannot be."""
    changes: dict[str, object] = {"state": Progress.STARTED}
    if treatment.state == Progress.PLANNED and request.POST.get("when") == NOW:
        changes["started_at"] = timezone.now()
    elif form.is_valid():
        changes |= form.times
    else:
        return False
    reason = form.cleaned_data.get("reason", "") if form.is_valid() else ""
    try:
        changed = correct_treatment(actor=request.user, treatment=treatment, changes=changes, reason=reason)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
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
        "is_planned": treatment.state == Progress.PLANNED,
        "now": stamp(timezone.now(), treatment.patient.time_zone),
    }
