"""Planning one treatment, or a course of them: typed, looked through once, stored."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Patient
from backend.tracking.models import Progress, Treatment
from backend.tracking.models.treatments import COURSE_GAP
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treating.courses import (
    LONGEST_COURSE,
    every_days,
    on_weekdays,
    plan_course,
    planned_near,
)
from backend.web.access import SignedInRequest, patient_to_treat, staff_only
from backend.web.clinician.conflicts import tell_refusal
from backend.web.clinician.protocols import described
from backend.web.clinician.treating.actions import back_to_patient
from backend.web.clinician.treating.details import DetailsForm
from backend.web.clinician.treating.moments import WallTimeField
from backend.web.clinician.words import given, per_kg
from backend.web.moments import stamp

CHECK, STORE = "check", "store"  # what is asked for once everything is typed; anything else goes on typing
BY_DAYS, BY_WEEKDAYS = "days", "weekdays"
REPEATED = ("drug", "drug_name", "route", "dose_mg", "at_home", "protocol")  # as the last time, unless changed


class PlanForm(DetailsForm):
    """A treatment to come, and how many more like it."""

    planned_at = WallTimeField(label=gettext_lazy("Planned start of the first dose"))
    count = forms.IntegerField(
        label=gettext_lazy("How many treatments"), min_value=1, max_value=LONGEST_COURSE, required=False
    )
    spacing = forms.ChoiceField(
        label=gettext_lazy("Those after the first"),
        choices=[
            (BY_DAYS, gettext_lazy("every so many days")),
            (BY_WEEKDAYS, gettext_lazy("on the days of the week ticked below")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days from one to the next"),
        min_value=1,
        max_value=COURSE_GAP.days - 1,  # at the very end of the gap a start some minutes late would open a new course
        required=False,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    layout = (
        (
            gettext_lazy("What is given"),
            ("drug", "drug_name", "route", "dose_mg", "weight_kg", "indication", "redose_reason", "at_home"),
        ),
        (gettext_lazy("When"), ("planned_at",)),
        (gettext_lazy("A course, if there are several"), ("count", "spacing", "days", "weekdays")),
        (gettext_lazy("When the patient is asked"), ("protocol",)),
    )

    def __init__(self, patient: Patient, sent: QueryDict | None = None) -> None:
        before = _latest(patient)
        super().__init__(patient.clinic, sent, _usual(patient, before), "")
        self._patient = patient
        if before is None:
            del self.fields["redose_reason"]

    @property
    def moments(self) -> list[datetime]:
        """Return when each treatment is planned."""
        first, zone = self.cleaned_data["planned_at"], ZoneInfo(self._patient.time_zone)
        count = self.cleaned_data.get("count") or 1
        if self.cleaned_data.get("spacing") == BY_WEEKDAYS:
            return on_weekdays(first, zone, count=count, weekdays=self.cleaned_data["weekdays"])
        return every_days(first, zone, count=count, days=self.cleaned_data.get("days") or 1)

    def clean(self) -> dict[str, Any]:
        """Ask how a course goes on, and about plans that are past or stand beside others."""
        cleaned = super().clean()
        if (cleaned.get("count") or 1) > 1:
            self._check_spacing(cleaned)
        if not self.errors.keys() & {"planned_at", "count", "spacing", "days", "weekdays"}:
            self._ask_about_times(self.moments)
        return cleaned

    def _check_spacing(self, cleaned: dict[str, Any]) -> None:
        needed = BY_WEEKDAYS if cleaned.get("spacing") == BY_WEEKDAYS else BY_DAYS
        if not cleaned.get(needed) and needed not in self.errors:
            words = {BY_DAYS: _("Say how many days lie between them."), BY_WEEKDAYS: _("Tick at least one day.")}
            self.add_error(needed, words[needed])

    def _ask_about_times(self, moments: Sequence[datetime]) -> None:
        first, zone = moments[0], self._patient.time_zone
        if first < timezone.now():
            text = _("This time is past. Plan it all the same, to say next when it started?")
            self.ask("planned_at", text, _("Yes, it was then"), [first])
        other = planned_near(self._patient, moments)
        if other is not None and other.planned_at is not None:
            told = {"given": given(other), "when": stamp(other.planned_at, zone)}
            text = _("Another treatment is planned about then: %(given)s, %(when)s.") % told
            self.ask("planned_at", text, _("Yes, plan this one as well"), [other.pk, first])


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Ask what is planned, show it once more, store it."""
    patient = patient_to_treat(request.user, patient_id)
    step = request.POST.get("step")
    with timezone.override(ZoneInfo(patient.time_zone)):
        form = PlanForm(patient, request.POST if request.method == "POST" else None)
        is_complete = form.is_valid()
        if is_complete and step == STORE:
            stored = _stored(request, patient, form)
            if stored:
                return back_to_patient(stored[0])
        elif is_complete and step == CHECK:
            return render(request, "clinician/treating/check.html", _summed_up(request.POST, patient, form))
        shown = {"form": form, "patient": patient, "now": stamp(timezone.now(), patient.time_zone)}
        return render(request, "clinician/treating/plan.html", shown)


def _stored(request: SignedInRequest, patient: Patient, form: PlanForm) -> list[Treatment]:
    """Store the plan; an empty list with the reason in the form where it cannot be."""
    try:
        made = plan_course(actor=request.user, patient=patient, details=form.details, moments=form.moments)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return []
    said = ngettext("%(count)s treatment is planned.", "%(count)s treatments are planned.", len(made))
    messages.success(request, said % {"count": len(made)})
    return made


def _summed_up(sent: QueryDict, patient: Patient, form: PlanForm) -> dict[str, object]:
    """Return what is about to be stored, and what was typed for the way on and back."""
    treatment = Treatment(patient=patient, **form.details)
    return {
        "patient": patient,
        "treatment": treatment,
        "title": given(treatment),
        "per_kg": per_kg(treatment),
        "protocol": described(treatment.protocol),
        "moments": [stamp(moment, patient.time_zone) for moment in form.moments],
        "typed": list(_typed(sent)),
    }


def _typed(sent: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in sent.lists():
        if name not in {"csrfmiddlewaretoken", "step"}:
            yield from ((name, str(one)) for one in values)


def _latest(patient: Patient) -> Treatment | None:
    """Return the treatment that was recorded last and not cancelled."""
    given_or_planned = Treatment.objects.filter(patient=patient).exclude(state=Progress.CANCELLED)
    return given_or_planned.order_by("-created_at", "-pk").first()


def _usual(patient: Patient, before: Treatment | None) -> dict[str, object]:
    """Return what the form starts with: as the last time where there was one."""
    usual: dict[str, object] = {name: getattr(before, name) for name in REPEATED} if before else {}
    indication = patient.indication or (before.indication if before else "")
    protocol = usual.get("protocol") or patient.clinic.default_protocol
    return usual | {"indication": indication, "protocol": protocol, "count": 1, "spacing": BY_DAYS}
