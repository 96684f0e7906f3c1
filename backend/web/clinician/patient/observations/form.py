"""One look at a patient as a form: to write it down, to put another in its place, or to strike it out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.tracking.models import Dissociation, Observation, Sedation
from backend.tracking.models.observations import RANGES
from backend.tracking.services.observations import VALUES, Correction, Seen
from backend.web.clinician.conflicts import VersionField
from backend.web.clinician.keys import KeyedForm
from backend.web.clinician.treating.moments import WallTimeField, not_to_come

LONGEST = 500  # characters of a remark or a reason
NOT_NOTED = ("", gettext_lazy("not noted"))


def _within(name: str) -> dict[str, Any]:
    """Return what every field for a number shares."""
    low, high = RANGES[name]
    widget = forms.NumberInput({"inputmode": "numeric", "autocomplete": "off"})
    return {"required": False, "min_value": low, "max_value": high, "widget": widget}


def _among(grades: type[Sedation | Dissociation]) -> dict[str, Any]:
    """Return what every field for a grade shares."""
    choices = [NOT_NOTED, *grades.choices]
    return {"choices": choices, "coerce": int, "empty_value": None, "required": False, "widget": forms.RadioSelect}


def _reason() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Say why, in a few words. It is kept beside what was there before.")},
    )


class LookForm(KeyedForm):
    """A look to be written down; everything but the time may be left out, if something is left."""

    at = WallTimeField(label=gettext_lazy("Time"))
    systolic = forms.IntegerField(label=gettext_lazy("Systolic"), help_text=gettext_lazy("mmHg"), **_within("systolic"))
    diastolic = forms.IntegerField(
        label=gettext_lazy("Diastolic"), help_text=gettext_lazy("mmHg"), **_within("diastolic")
    )
    pulse = forms.IntegerField(label=gettext_lazy("Pulse"), help_text=gettext_lazy("/min"), **_within("pulse"))
    oxygen_percent = forms.IntegerField(
        label=gettext_lazy("Oxygen"), help_text=gettext_lazy("%"), **_within("oxygen_percent")
    )
    sedation = forms.TypedChoiceField(label=gettext_lazy("Sedation"), **_among(Sedation))
    dissociation = forms.TypedChoiceField(label=gettext_lazy("Dissociation"), **_among(Dissociation))
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, sent: Mapping[str, Any] | None = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(sent, initial=initial, label_suffix="")

    @property
    def numbers(self) -> list[forms.BoundField]:
        """Return the fields that are numbers."""
        return [self[name] for name in RANGES]

    @property
    def grades(self) -> list[forms.BoundField]:
        """Return the fields that are chosen from words."""
        return [self["sedation"], self["dissociation"]]

    @property
    def seen(self) -> Seen:
        """Return what a valid form says."""
        return Seen(**{name: self.cleaned_data[name] for name in VALUES})

    def clean_at(self) -> datetime:
        """Refuse a time to come."""
        return not_to_come(self.cleaned_data["at"])

    def clean(self) -> dict[str, Any]:
        """Ask for both pressures in their order, and for anything at all."""
        cleaned = super().clean() or {}
        systolic, diastolic = cleaned.get("systolic"), cleaned.get("diastolic")
        both_read = not {"systolic", "diastolic"} & self.errors.keys()
        if both_read and (systolic is None) != (diastolic is None):
            missing = "systolic" if systolic is None else "diastolic"
            self.add_error(missing, _("Both pressures are needed, or neither."))
        if systolic is not None and diastolic is not None and systolic <= diastolic:
            self.add_error("diastolic", _("The diastolic pressure has to be below the systolic one."))
        if not self.errors and self.seen.is_empty:
            self.add_error("systolic", _("Enter at least one value or a remark."))
        return cleaned


class CorrectionForm(LookForm):
    """A look in the place of another; `version` is the row that was read."""

    version = VersionField()
    reason = _reason()

    def __init__(self, read: Observation, newest: Observation, sent: Mapping[str, Any] | None = None) -> None:
        super().__init__(sent, initial=values_of(read) | {"version": newest.pk})
        self.fields["at"].stored = read.at  # type: ignore[attr-defined] # its own

    @property
    def correction(self) -> Correction:
        """Return what a valid form says."""
        return Correction(self.key, self.seen, self.cleaned_data["reason"])


class StrikeForm(KeyedForm):
    """That a look should not be there at all."""

    version = VersionField()
    reason = _reason()

    def __init__(self, newest: Observation, sent: Mapping[str, Any] | None = None) -> None:
        super().__init__(sent, initial={"version": newest.pk}, label_suffix="", auto_id="strike_%s")

    @property
    def correction(self) -> Correction:
        """Return what a valid form says."""
        return Correction(self.key, None, self.cleaned_data["reason"])


def values_of(observation: Observation) -> dict[str, Any]:
    """Return what a stored look says, by the names of fields."""
    return {name: getattr(observation, name) for name in VALUES}
