"""The form on everything recorded of a treatment, in the state it is in."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.charts.words import number
from backend.tracking.models import Progress, Treatment
from backend.tracking.services.treating.courses import planned_near
from backend.tracking.services.treating.doses import LONGEST_HOURS, Dose
from backend.web.clinician.conflicts import VersionField
from backend.web.clinician.treating.details import UNSTATED, DetailsForm
from backend.web.clinician.treating.moments import WallTimeField, not_to_come
from backend.web.clinician.words import given
from backend.web.moments import stamp

HOURS = 3600
TIMES = ("planned_at", "started_at", "ended_at", "rescue_medication_at")
OF_STATE = {  # the times that a treatment can have
    Progress.PLANNED: {"planned_at"},
    Progress.STARTED: {"started_at", "ended_at", "rescue_medication_at"},
    Progress.CANCELLED: {"planned_at"},
}


class CorrectForm(DetailsForm):
    """Everything that may be corrected in the state a treatment is in."""

    planned_at = WallTimeField(label=gettext_lazy("Planned start of the dose"))
    started_at = WallTimeField(label=gettext_lazy("Start of the dose"))
    ended_at = WallTimeField(label=gettext_lazy("End of the dose, if known"), required=False)
    lot = forms.CharField(
        label=gettext_lazy("Lot, as printed on what was given"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    benzodiazepine_24h = forms.BooleanField(
        label=gettext_lazy("Benzodiazepine in the 24 h before the dose"), required=False
    )
    rescue_medication_at = WallTimeField(label=gettext_lazy("Rescue medication, if it was needed"), required=False)
    psychotherapy_same_day = forms.BooleanField(label=gettext_lazy("Psychotherapy on the same day"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"),
        help_text=gettext_lazy("Needed where something recorded is replaced; what was empty may simply be filled in."),
        max_length=500,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    version = VersionField()
    layout = (
        (gettext_lazy("When"), ("planned_at", "started_at", "ended_at")),
        (
            gettext_lazy("What is given"),
            ("drug", "drug_name", "route", "dose_mg", "weight_kg", "lot", "indication", "redose_reason", "at_home"),
        ),
        (gettext_lazy("Around it"), ("benzodiazepine_24h", "rescue_medication_at", "psychotherapy_same_day")),
        (gettext_lazy("When the patient is asked"), ("protocol",)),
        (gettext_lazy("Why"), ("reason",)),
    )

    def __init__(self, treatment: Treatment, sent: QueryDict | None = None) -> None:
        self.stored = initial_of(treatment)
        super().__init__(treatment.patient.clinic, sent, self.stored, treatment.protocol)
        self._treatment = treatment
        for name in TIMES:
            if name not in OF_STATE[Progress(treatment.state)]:
                del self.fields[name]
            else:
                self.fields[name].stored = getattr(treatment, name)  # type: ignore[attr-defined] # its own
        if treatment.state == Progress.CANCELLED:
            self.fields["planned_at"].required = False  # one that was started without a plan has none
        if not treatment.redose_reason and not _has_one_before(treatment):
            del self.fields["redose_reason"]

    @property
    def changes(self) -> dict[str, object]:
        """Return what was typed as the columns of a treatment have it."""
        names = [*TIMES, "lot", "benzodiazepine_24h", "psychotherapy_same_day"]
        return self.details | {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def clean(self) -> dict[str, Any]:
        """Say what cannot be, ask about what is unlikely, and ask why where something recorded is replaced."""
        cleaned = super().clean()
        self._check_times(cleaned)
        planned_at = cleaned.get("planned_at")
        if planned_at is not None and planned_at != self._treatment.planned_at:
            self._ask_about_plan(planned_at)
        replaced = any(self.stored[name] not in {None, "", False} for name in self._differing(cleaned))
        if replaced and self._treatment.state == Progress.STARTED and not cleaned.get("reason"):
            text = _("Say why, in a few words. It is kept with what was recorded before.")
            self.add_error("reason", text)
        return cleaned

    def is_dose_new(self) -> bool:
        """Tell whether the dose is other than the one stored."""
        one = self._treatment
        return self.dose != Dose(one.drug, one.route, one.dose_mg, one.weight_kg)

    def _differing(self, cleaned: dict[str, Any]) -> list[str]:
        return [name for name in self.stored if name in cleaned and cleaned[name] != self.stored[name]]

    def _check_times(self, cleaned: dict[str, Any]) -> None:
        for name in OF_STATE[Progress.STARTED] & self.fields.keys():
            try:
                not_to_come(cleaned.get(name) or timezone.now())
            except ValidationError as problem:
                self.add_error(name, problem)
        start, end = cleaned.get("started_at"), cleaned.get("ended_at")
        if start is None or end is None:
            return
        if end < start:
            self.add_error("ended_at", _("The end is before the start."))
        elif (end - start).total_seconds() > LONGEST_HOURS * HOURS:
            told = {"hours": number(round((end - start).total_seconds() / HOURS, 1))}
            self.ask("ended_at", _("That would be %(hours)s hours.") % told, _("Yes, it took so long"), [start, end])

    def _ask_about_plan(self, planned_at: datetime) -> None:
        if planned_at < timezone.now():
            self.ask("planned_at", _("This time is past."), _("Yes, it was planned for then"), [planned_at])
        other = planned_near(self._treatment.patient, [planned_at], but=self._treatment)
        if other is not None and other.planned_at is not None:
            told = {"given": given(other), "when": stamp(other.planned_at, self._treatment.patient.time_zone)}
            text = _("Another treatment is planned about then: %(given)s, %(when)s.") % told
            self.ask("planned_at", text, _("Yes, keep both"), [other.pk, planned_at])


def initial_of(treatment: Treatment) -> dict[str, Any]:
    """Return a treatment as the fields of its form have it."""
    columns = [*DetailsForm.base_fields, *TIMES, "lot", "benzodiazepine_24h", "psychotherapy_same_day", "version"]
    values = {name: getattr(treatment, name) for name in columns}
    return values | {"redose_reason": treatment.redose_reason or UNSTATED}


def _has_one_before(treatment: Treatment) -> bool:
    """Tell whether the patient was given, or is to be given, a dose before this one."""
    others = Treatment.objects.filter(patient=treatment.patient_id).exclude(pk=treatment.pk)
    moments = [one.dosed_at for one in others.exclude(state=Progress.CANCELLED)]
    mine = treatment.dosed_at
    return any(moment is not None and (mine is None or moment < mine) for moment in moments)
