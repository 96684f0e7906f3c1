"""What patients set for themselves: language, time zone, how reminders reach them, whose help numbers they see."""

from django import conf, forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.models import Patient
from backend.tracking.reminders.calendar_feed import address
from backend.tracking.reminders.channels.push import public_key
from backend.tracking.services.enrolling.patients import change_patient, renew_calendar_address
from backend.web.access import SignedInRequest
from backend.web.countries import country_choices, country_name
from backend.web.patient.awake import patients_awake, posted_patient
from backend.web.zones import zone_choices

LANGUAGES = conf.settings.LANGUAGES
WHEN_TRAVELLING = gettext_lazy(
    "Change it when you travel: times are then shown as clocks there have them, and reminders wait for the morning"
    " there. Check-ins in the hours after a dose stay where they are."
)


class PatientForm(forms.Form):
    """What one patient may change about themselves."""

    wants_email = forms.BooleanField(label=gettext_lazy("Remind me by e-mail"), required=False)
    wants_sms = forms.BooleanField(label=gettext_lazy("Remind me by text message"), required=False)
    phone = forms.RegexField(
        r"^\+(?:[ ()./-]*[0-9]){6,15}[ ()./-]*$",
        max_length=25,
        label=gettext_lazy("Mobile number for text messages"),
        help_text=gettext_lazy("With the country code, such as +44 7700 900123."),
        error_messages={"invalid": gettext_lazy("Write the number with its country code, such as +44 7700 900123.")},
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    field_order = ("time_zone", "wants_email", "wants_sms", "phone", "help_country")

    def __init__(self, patient: Patient, sent: dict[str, str] | None = None) -> None:
        initial = {name: getattr(patient, name) for name in self.field_order}
        super().__init__(sent, initial=initial, prefix=str(patient.pk), label_suffix="")
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), help_text=WHEN_TRAVELLING, choices=zone_choices(patient.time_zone)
        )
        as_the_clinic = _("%(country)s, as your clinic") % {"country": country_name(patient.clinic.country)}
        self.fields["help_country"] = forms.ChoiceField(
            label=_("Help numbers of"), required=False, choices=[("", as_the_clinic), *country_choices()]
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, object]:
        """Ask for a number to send text messages to."""
        cleaned = super().clean() or {}
        if cleaned.get("wants_sms") and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Text messages need a mobile number."))
        return cleaned


@patients_awake
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest, patients: list[Patient]) -> HttpResponse:
    """Show what is set, and change it."""
    posted = posted_patient(request, patients) if request.method == "POST" else None
    forms_shown = [(one, PatientForm(one, request.POST.dict() if one == posted else None)) for one in patients]
    if posted is not None:
        form = next(form for one, form in forms_shown if one == posted)
        if form.is_valid():
            change_patient(actor=request.user, patient=posted, fields=form.cleaned_data)
            messages.success(request, _("Your settings are saved."))
            return redirect("settings")
    parts = [{"patient": one, "form": form, "calendar": address(one)} for one, form in forms_shown]
    shown = {"parts": parts, "push_key": public_key(), "languages": LANGUAGES}
    return render(request, "patient/settings.html", shown)


@patients_awake
@require_POST
def renew_calendar(request: SignedInRequest, patients: list[Patient]) -> HttpResponse:
    """Give the calendar a new address."""
    renew_calendar_address(actor=request.user, patient=posted_patient(request, patients))
    messages.success(request, _("Your calendar has a new address. The old one no longer works."))
    return redirect("settings")
