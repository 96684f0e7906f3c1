"""How an invited patient comes in: a code, then their own address, then the sign-in that everybody uses."""

from allauth.account import views as sign_in
from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Invitation, Person
from backend.accounts.refusals import Refused
from backend.accounts.services.invitations import (
    OPENS_NOTHING,
    accept,
    has_accepted,
    normalised,
    open_account,
    open_invitation,
)

LONGEST_ADDRESS = 254  # characters, as accounts keep it
KEPT = "joining"  # in the session: what was said on the way, until the record is taken


class CodeForm(forms.Form):
    """The code as it stands on the slip."""

    code = forms.CharField(
        label=gettext_lazy("Code from your clinic"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class AddressForm(forms.Form):
    """Who it is, in their own words."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy("We send a code there each time you sign in. You need no password."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name, if you like"),
        help_text=gettext_lazy("Your clinic sees it beside your answers."),
        required=False,
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and lead on to its own address."""
    form = CodeForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid():
        code = normalised(form.cleaned_data["code"])
        if code.isalnum():
            return redirect("join-code", code=code)
        form.add_error("code", OPENS_NOTHING)
    return render(request, "joining/code.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for an address, or whoever has signed in whether they join; looking changes nothing."""
    if not _may_try(request, "join"):
        return _wait(request)
    invitation = open_invitation(code)
    person = request.user
    if invitation is None and isinstance(person, Person) and has_accepted(person, code):
        return redirect("consent")  # a button tapped twice, or the way back
    if invitation is None:
        form = CodeForm({"code": code}, label_suffix="")
        form.add_error("code", OPENS_NOTHING)
        return render(request, "joining/code.html", {"form": form})
    if isinstance(person, Person):
        answer = _as_somebody(request, person, invitation, code)
    else:
        answer = _ask(request, invitation, code)
    answer.headers["Cache-Control"] = "no-store"  # the address is a key
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _ask(request: HttpRequest, invitation: Invitation, code: str) -> HttpResponse:
    """Ask for an address and send a sign-in code there, the same way whether anybody has it already.

    The page sends its own address along as the one to come back to.
    """
    posted = request.POST if request.method == "POST" else None
    form = AddressForm(posted, initial={"language": get_language()}, label_suffix="")
    if not form.is_valid():
        return render(request, "joining/address.html", {"form": form})
    if not _may_try(request, "join_address", key=normalised(code)):
        return _wait(request)
    said = form.cleaned_data
    open_account(invitation=invitation, email=said["email"])
    request.session[KEPT] = {"name": said["name"], "language": said["language"]}
    asked: HttpResponse = sign_in.request_login_code(request)
    return asked


def _as_somebody(request: HttpRequest, person: Person, invitation: Invitation, code: str) -> HttpResponse:
    """Ask whether this is the account, and then link the record to it."""
    shown = {"clinic": invitation.patient.clinic}
    if request.method != "POST":
        return render(request, "joining/confirm.html", shown)
    kept = request.session.pop(KEPT, {})
    try:
        accept(actor=person, code=code, **kept)
    except Refused as refusal:
        return render(request, "joining/confirm.html", shown | {"refusal": str(refusal)})
    messages.success(request, _("You have joined. Please read what you agree to."))
    return redirect("consent")


def _may_try(request: HttpRequest, action: str, key: str = "") -> bool:
    """Tell whether this is within the limits of `ACCOUNT_RATE_LIMITS`; looking counts as well as sending."""
    # The public call leaves out GET, and a code in an address is tried by opening it.
    return bool(ratelimit.consume(request, app="allauth.account", action=action, key=key, limit_get=True))


def _wait(request: HttpRequest) -> HttpResponse:
    asked_to_wait: HttpResponse = ratelimit.respond_429(request)
    return asked_to_wait
