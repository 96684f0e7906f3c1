"""The forms about who a patient is to the clinic: code, zone, indication, what was treated before, paper signed."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from backend.accounts.consent import text
from backend.accounts.consent.texts import LANGUAGES
from backend.accounts.models import Clinic
from backend.tracking.models import Adequate, Indication, StoppedBecause, TreatmentClass
from backend.tracking.services.enrolling.consent import Paper
from backend.tracking.services.enrolling.previous_treatments import Previous
from backend.web.clinician.conflicts import VersionedForm
from backend.web.zones import zone_choices

BLANK_ROWS = 3
NOT_CHOSEN = ("", gettext_lazy("not stated"))


class PatientForm(VersionedForm):
    """What the clinic calls a patient, where their clock is, and what they are treated for."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=64,
        help_text=gettext_lazy("The clinic’s own reference. Not a name and not a date of birth."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone of the patient"))
    indication = forms.ChoiceField(
        label=gettext_lazy("Treated for"), required=False, choices=[NOT_CHOSEN, *Indication.choices]
    )

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:  # noqa: ANN401 - whatever Django's forms take
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone of the patient"), choices=zone_choices(zone), initial=zone
        )


class PaperForm(forms.Form):
    """That the patient signed the text of consent by hand, and in which language."""

    paper_language = forms.ChoiceField(
        label=gettext_lazy("Language of the signed text"),
        choices=[pair for pair in settings.LANGUAGES if pair[0] in LANGUAGES],
    )

    signed_on = forms.DateField(
        label=gettext_lazy("Signed on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The day that stands on the paper."),
        error_messages={"required": gettext_lazy("Give the day that stands on the paper.")},
    )

    def __init__(self, *args: Any, clinic_zone: str, **options: Any) -> None:  # noqa: ANN401 - whatever Django's take
        super().__init__(*args, **options)
        self.label_suffix = ""
        self.fields["signed_on"].initial = timezone.now().astimezone(ZoneInfo(clinic_zone)).date()

    @property
    def signed(self) -> Paper:
        """Return the wording that was signed, the one in use, and the day."""
        return Paper(text(self.cleaned_data["paper_language"]), self.cleaned_data["signed_on"])


class EnrolForm(PatientForm, PaperForm):
    """A new patient."""

    clinic = forms.ChoiceField(label=gettext_lazy("Clinic"))
    email = forms.EmailField(
        label=gettext_lazy("E-mail address for the invitation, if there is one"),
        required=False,
        help_text=gettext_lazy("It is used once and not kept. Without it you show the patient a code."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    on_paper = forms.BooleanField(label=gettext_lazy("The patient has signed the consent on paper"), required=False)

    field_order = ("clinic", "code", "time_zone", "indication", "email", "on_paper", "signed_on", "paper_language")

    def __init__(self, *args: Any, clinics: list[Clinic], **options: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(*args, zone=clinics[0].time_zone, clinic_zone=clinics[0].time_zone, **options)
        self.fields["signed_on"].required = False  # without a paper there is no day
        del self.fields["version"]  # there is no row yet that anybody could have changed
        if len(clinics) == 1:
            del self.fields["clinic"]
        else:
            choices = [(str(one.pk), one.name) for one in clinics]
            self.fields["clinic"] = forms.ChoiceField(label=_("Clinic"), choices=choices)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a paper that was signed."""
        said = super().clean() or {}
        field = self.fields["signed_on"]
        if said.get("on_paper") and not said.get("signed_on") and "signed_on" not in self.errors:
            self.add_error("signed_on", field.error_messages["required"])
        return said


class PreviousForm(forms.Form):
    """One earlier treatment; a row left blank says nothing."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", pgettext_lazy("earlier treatment", "none")), *TreatmentClass.choices],
    )
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)
    adequate = forms.ChoiceField(
        label=gettext_lazy("Dose and time were enough"), required=False, choices=[NOT_CHOSEN, *Adequate.choices]
    )
    stopped_because = forms.ChoiceField(
        label=gettext_lazy("Why it ended"), required=False, choices=[NOT_CHOSEN, *StoppedBecause.choices]
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the kind of a treatment about which anything was said."""
        said = super().clean() or {}
        if any(said.values()) and not said.get("kind"):
            self.add_error("kind", _("Say what kind of treatment it was."))
        return said

    @property
    def previous(self) -> Previous | None:
        """Return what was said; what was not is not known. None for a blank row."""
        said = self.cleaned_data
        if not said.get("kind"):
            return None
        return Previous(
            kind=said["kind"],
            name=said["name"],
            adequate=said["adequate"] or Adequate.UNKNOWN,
            stopped_because=said["stopped_because"] or StoppedBecause.UNKNOWN,
        )


class PreviousRows:
    """A few blank rows for earlier treatments, each sent under its own number."""

    def __init__(self, sent: dict[str, str] | None = None) -> None:
        self.forms = [
            PreviousForm(sent, prefix=f"previous-{number}", label_suffix="") for number in range(1, BLANK_ROWS + 1)
        ]

    def is_valid(self) -> bool:
        """Tell whether every row can be read, and say in each what cannot."""
        valid = [form.is_valid() for form in self.forms]  # every one, so that each says what is wrong with it
        return all(valid)

    @property
    def given(self) -> list[Previous]:
        """Return what the rows say, without the blank ones."""
        return [one for one in (form.previous for form in self.forms) if one is not None]
