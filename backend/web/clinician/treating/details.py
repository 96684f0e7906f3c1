"""What is recorded of every treatment: drug, dose, weight, reason and protocol, with what is asked about them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from backend.accounts.models import Clinic
from backend.charts.words import number
from backend.tracking.models import Drug, RedoseReason, Route
from backend.tracking.models.treatments import Indication
from backend.tracking.services.treating.doses import SPRAY_MG, Dose, DoseDoubt, doubt_about, is_doubtful_weight
from backend.web.clinician.amounts import AmountField
from backend.web.clinician.protocols import Described, described, offered_at
from backend.web.clinician.treating.questions import AskingForm

UNSTATED = "unstated"  # chosen on purpose, which an empty choice would not show
REASONS = [
    (RedoseReason.PLANNED, pgettext_lazy("another dose", "planned")),
    (RedoseReason.SYMPTOMS_RETURNED, gettext_lazy("symptoms returned")),
    (UNSTATED, gettext_lazy("not stated")),
]
DOSE = ("drug", "route", "dose_mg", "weight_kg")


class DetailsForm(AskingForm):
    """The part that planning and correcting share."""

    drug = forms.ChoiceField(label=gettext_lazy("Drug"), choices=Drug.choices)
    drug_name = forms.CharField(
        label=gettext_lazy("Name of another drug"),
        help_text=gettext_lazy("Only where the drug is “other”."),
        required=False,
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    route = forms.ChoiceField(label=gettext_lazy("Route"), choices=Route.choices)
    dose_mg = AmountField(
        label=gettext_lazy("Dose in mg"),
        help_text=gettext_lazy("The whole dose, not mg/kg."),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
    )
    weight_kg = AmountField(
        label=gettext_lazy("Body weight in kg"),
        help_text=gettext_lazy("For the dose in mg/kg."),
        required=False,
        min_value=Decimal("0.1"),
        max_digits=5,
        decimal_places=1,
    )
    indication = forms.ChoiceField(label=gettext_lazy("Given for"), choices=Indication.choices)
    at_home = forms.BooleanField(
        label=gettext_lazy("The patient takes it at home and says when"),
        help_text=gettext_lazy("Only by mouth or under the tongue."),
        required=False,
    )
    redose_reason = forms.ChoiceField(
        label=gettext_lazy("A dose was given before. Why this one?"),
        help_text=gettext_lazy(
            "Planned doses at most 14 days apart count as one course. A dose because symptoms returned ends the relief "
            "before it in one of the two results (E2)."
        ),
        choices=REASONS,
        widget=forms.RadioSelect,
    )
    protocol = forms.ChoiceField(label=gettext_lazy("Check-ins"), widget=forms.RadioSelect)

    def __init__(self, clinic: Clinic, sent: QueryDict | None, initial: Mapping[str, Any], kept_protocol: str) -> None:
        super().__init__(sent, initial)
        for name in ("drug", "route", "indication"):
            if not initial.get(name):  # nothing is chosen for anybody
                field: Any = self.fields[name]
                field.choices = [("", _("Choose")), *field.choices]
        self.protocols = offered_at(clinic)
        if kept_protocol and all(one.slug != kept_protocol for one in self.protocols):
            self.protocols.append(described(kept_protocol))
        self.fields["protocol"].choices = [(one.slug, one.title) for one in self.protocols]  # type: ignore[attr-defined] # its own

    @property
    def cards(self) -> list[tuple[Described, bool]]:
        """Return the protocols to choose from, each with whether it is the chosen one."""
        chosen = self["protocol"].value()
        return [(one, one.slug == chosen) for one in self.protocols]

    @property
    def dose(self) -> Dose:
        """Return the dose as typed."""
        drug, route, mg, weight_kg = (self.cleaned_data.get(name) for name in DOSE)
        return Dose(drug or "", route or "", mg, weight_kg)

    @property
    def details(self) -> dict[str, object]:
        """Return what was typed as the columns of a treatment have it."""
        values = {name: self.cleaned_data[name] for name in DetailsForm.base_fields if name in self.cleaned_data}
        if values.get("redose_reason") == UNSTATED:
            values["redose_reason"] = RedoseReason.UNKNOWN
        if values.get("drug") != Drug.OTHER:
            values["drug_name"] = ""
        return values

    def clean(self) -> dict[str, Any]:
        """Say what does not go together, and ask about a dose or a weight that looks like a slip."""
        cleaned = super().clean() or {}
        if cleaned.get("drug") == Drug.OTHER and not cleaned.get("drug_name"):
            self.add_error("drug_name", _("Name the drug."))
        if cleaned.get("at_home") and cleaned.get("route") not in {Route.ORAL, Route.SUBLINGUAL, None}:
            self.add_error("at_home", _("Only what is taken by mouth or under the tongue can be taken at home."))
        if self.is_dose_new():
            self._ask_about(self.dose)
        return cleaned

    def is_dose_new(self) -> bool:
        """Tell whether the dose is other than the one stored, if any."""
        return True

    def _ask_about(self, dose: Dose) -> None:
        about = (dose.mg, dose.weight_kg, dose.drug, dose.route)
        weight_is_doubtful = dose.weight_kg is not None and is_doubtful_weight(dose.weight_kg)
        if weight_is_doubtful and dose.weight_kg:
            kg = number(float(dose.weight_kg))
            text = _("%(kg)s kg is unusual. Is it the weight in kg?") % {"kg": kg}
            self.ask("weight_kg", text, _("Yes, %(kg)s kg is right") % {"kg": kg}, [dose.weight_kg])
        doubt = doubt_about(dose)
        if doubt is not None and dose.mg is not None:
            mg = number(float(dose.mg))
            self.ask("dose_mg", _doubted(dose, doubt), _("Yes, %(mg)s mg is right") % {"mg": mg}, about)


def _doubted(dose: Dose, doubt: DoseDoubt) -> str:
    """Return why a dose is asked about."""
    mg = number(float(dose.mg or 0))
    if doubt.meant_mg is not None and dose.weight_kg is not None:
        told = {"mg": mg, "kg": number(float(dose.weight_kg)), "meant": number(float(doubt.meant_mg))}
        return _("%(mg)s mg looks like mg/kg: at %(kg)s kg that would be %(meant)s mg.") % told
    if doubt.is_no_spray:
        sprays = ", ".join(number(float(one)) for one in SPRAY_MG)
        return _("%(mg)s mg is unusual: the nasal spray comes as %(sprays)s mg.") % {"mg": mg, "sprays": sprays}
    return _("%(mg)s mg is unusual by this route. Is it the whole dose in mg?") % {"mg": mg}
