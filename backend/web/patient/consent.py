"""What a patient consents to, in their language, and where they give it or take it back."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.consent import CURRENT, is_current, text
from backend.accounts.consent.texts import LANGUAGES
from backend.accounts.models import Consent, Patient
from backend.language import ENGLISH
from backend.tracking.services.enrolling.consent import give_consent, withdraw_consent
from backend.web.access import SignedInRequest
from backend.web.patient.awake import patients_awake, posted_patient


@dataclass(frozen=True, slots=True)
class Standing:
    """How a patient's consent stands at one clinic."""

    patient: Patient
    latest: Consent | None

    @property
    def is_given(self) -> bool:
        """Tell whether they agreed to the wording in use."""
        return is_current(self.latest)

    @property
    def is_given_to_an_older_one(self) -> bool:
        """Tell whether they agreed to a wording that has changed since."""
        return self.latest is not None and self.latest.given and not self.is_given

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether they took it back."""
        return self.latest is not None and not self.latest.given

    @property
    def is_asked_for(self) -> bool:
        """Tell whether to ask: who took it back has answered and is not asked again."""
        return self.latest is None or self.is_given_to_an_older_one


def consent_is_asked_for(patients: list[Patient]) -> bool:
    """Tell whether the start page asks for consent."""
    return any(Standing(one, one.current_consent()).is_asked_for for one in patients)


@patients_awake
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: SignedInRequest, patients: list[Patient]) -> HttpResponse:
    """Show the text and how consent stands; store what was said about it."""
    if request.method == "POST":
        _store(request, posted_patient(request, patients))
        return redirect("consent")
    shown = text(get_language() or ENGLISH)
    standings = [Standing(one, one.current_consent()) for one in patients]
    return render(request, "patient/consent.html", {"shown": shown, "standings": standings})


def _store(request: SignedInRequest, patient: Patient) -> None:
    match request.POST.get("say"):
        case "give":
            _give(request, patient)
        case "withdraw":
            withdraw_consent(actor=request.user, patient=patient)
            messages.info(request, _("You have withdrawn your consent. No more reminders will come."))
        case _:
            raise Http404


def _give(request: SignedInRequest, patient: Patient) -> None:
    """Store consent to the very text that was on the page; another one has to be read first."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES or request.POST.get("version") != CURRENT:
        messages.info(request, _("The text has changed. Please read it again before you agree."))
        return
    give_consent(actor=request.user, patient=patient, text=text(language))
    messages.success(request, _("Thank you. Your consent is saved."))
