"""The form of what a clinic decides, and how its entries are stored."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import Clinic, Person
from backend.accounts.services.clinic_rules import MOST_RETENTION_MONTHS, optional_instruments
from backend.analysis.schedule import PROTOCOLS
from backend.web.clinician.clinic.members import who_may_be_named
from backend.web.clinician.clinic.scales import optional_choices
from backend.web.clinician.conflicts import VersionedForm
from backend.web.clinician.long_texts import LongTextField
from backend.web.clinician.protocols import described
from backend.web.countries import country_choices
from backend.web.selects import LongSelect
from backend.web.zones import zone_choices

FEWEST_DIGITS = 3  # of a telephone number
NOBODY = ""
AS_STORED = ("name", "phone", "country", "time_zone", "default_protocol", "compares_sessions", "retention_months")


class SettingsForm(VersionedForm):
    """Every setting of a clinic but its alerts, which have a page of their own."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("As patients dial it. It stands beside the help numbers at the foot of their pages."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"), help_text=gettext_lazy("Whose help numbers are shown."), widget=LongSelect
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("The hours of the alert plan count by it, and new patients start with it."),
        widget=LongSelect,
    )
    default_protocol = forms.ChoiceField(label=gettext_lazy("Chosen at first"), widget=forms.RadioSelect)
    offered_protocols = forms.MultipleChoiceField(
        label=gettext_lazy("Offered"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Offer at least one protocol.")},
    )
    asked_instruments = forms.MultipleChoiceField(
        label=gettext_lazy("Asked"), required=False, widget=forms.CheckboxSelectMultiple
    )
    item9_owner = forms.ChoiceField(
        label=gettext_lazy("Who reads item 9"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("This person does not treat at this clinic now. Choose somebody who does.")
        },
    )
    item9_plan = LongTextField(
        label=gettext_lazy("What they do about an answer above zero"),
        required=False,
        max_length=2000,
        rows=3,
    )
    compares_sessions = forms.BooleanField(
        label=gettext_lazy("Patients see their sessions side by side"), required=False
    )
    retention_months = forms.IntegerField(
        label=gettext_lazy("Months after the last treatment"),
        required=False,
        min_value=1,
        max_value=MOST_RETENTION_MONTHS,
        help_text=gettext_lazy("Leave it empty to keep records without a limit."),
    )

    def __init__(self, clinic: Clinic, sent: dict[str, Any] | None = None) -> None:
        super().__init__(sent, initial={**initial_of(clinic), "version": clinic.version}, label_suffix="")
        protocols = [(slug, described(slug).title) for slug in PROTOCOLS]
        self._offer("country", _with_current(country_choices(), clinic.country))
        self._offer("time_zone", zone_choices(clinic.time_zone))
        self._offer("default_protocol", protocols)
        self._offer("offered_protocols", protocols)
        self._offer("asked_instruments", optional_choices())
        readers = [(str(one.pk), called) for one, called in who_may_be_named(clinic)]
        self._offer("item9_owner", [(NOBODY, _("Nobody: PHQ-8 is asked, which has no item 9")), *readers])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean_phone(self) -> str:
        """Expect something that can be dialled."""
        phone: str = self.cleaned_data["phone"]
        if phone and sum(one.isdigit() for one in phone) < FEWEST_DIGITS:
            raise forms.ValidationError(_("Write a telephone number, such as +44 20 7946 0000."))
        return phone

    def clean(self) -> dict[str, Any]:
        """Expect settings that fit each other, and say so beside the one that does not."""
        cleaned: dict[str, Any] = super().clean() or {}
        offered, first = cleaned.get("offered_protocols"), cleaned.get("default_protocol")
        if offered and first and first not in offered:
            self.add_error("default_protocol", _("What is chosen at first must be offered too."))
        owner, plan = cleaned.get("item9_owner"), cleaned.get("item9_plan")
        if owner and not plan and "item9_plan" not in self.errors:
            self.add_error("item9_plan", _("Say what they do: without a plan the question is not asked."))
        if plan and not owner and "item9_owner" not in self.errors:
            self.add_error("item9_owner", _("Say who reads it: without somebody named the question is not asked."))
        return cleaned

    @property
    def of_the_clinic(self) -> list[forms.BoundField]:
        """Return what stands first, without a section of its own."""
        return [self[name] for name in ("name", "phone", "country", "time_zone", "compares_sessions")]

    @property
    def of_protocols(self) -> list[forms.BoundField]:
        """Return the two fields that are chosen row by row."""
        return [self["offered_protocols"], self["default_protocol"]]

    def columns(self) -> dict[str, Any]:
        """Return what was sent as a clinic's columns have it; every protocol offered is stored as no choice at all."""
        cleaned = self.cleaned_data
        offered = [slug for slug in PROTOCOLS if slug in cleaned["offered_protocols"]]
        owner = cleaned["item9_owner"]
        return {name: cleaned[name] for name in AS_STORED} | {
            "offered_protocols": [] if len(offered) == len(PROTOCOLS) else offered,
            "left_out_instruments": [one for one in optional_instruments() if one not in cleaned["asked_instruments"]],
            "item9_owner": Person.objects.get(pk=owner) if owner else None,
            "item9_plan": cleaned["item9_plan"],
        }


def initial_of(clinic: Clinic) -> dict[str, Any]:
    """Return a clinic's settings as the form has them."""
    return {name: getattr(clinic, name) for name in AS_STORED} | {
        "offered_protocols": clinic.offered_protocols or list(PROTOCOLS),
        "asked_instruments": [one for one in optional_instruments() if one not in clinic.left_out_instruments],
        "item9_owner": str(clinic.item9_owner_id or NOBODY),
        "item9_plan": clinic.item9_plan,
    }


def _with_current(choices: list[tuple[str, str]], current: str) -> list[tuple[str, str]]:
    return choices if current in dict(choices) else [(current, current), *choices]
