"""The invitation of one patient: made, shown once with its QR code, sent where an address was given, taken back."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.accounts import qr_code
from backend.accounts.models import Patient
from backend.accounts.refusals import Refused
from backend.accounts.services.invitations import grouped, invite, take_back, waiting_invitation
from backend.web.access import SignedInRequest, patient_to_treat, staff_only
from backend.web.moments import stamp

KEPT = "invitation"  # in the session, which is encrypted, from making a code until its page is shown


class SendForm(forms.Form):
    """Where else the invitation goes."""

    email = forms.EmailField(
        label=gettext_lazy("Also send it to this e-mail address"),
        required=False,
        help_text=gettext_lazy("It is used once and not kept."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Show a code that was just made, once; else how the invitation stands."""
    patient = patient_to_treat(request.user, patient_id)
    form = SendForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and request.POST.get("do") == "end":
        take_back(actor=request.user, patient=patient)
        messages.success(request, _("The invitation is taken back. Its code no longer works."))
        return redirect("invitation", patient_id=patient.pk)
    if request.method == "POST" and form.is_valid():
        invite_and_keep(request, patient, form.cleaned_data["email"])
        return redirect("invitation", patient_id=patient.pk)
    return render(request, "clinician/enrolling/invitation.html", _shown(request, patient, form))


def invite_and_keep(request: SignedInRequest, patient: Patient, email: str = "") -> None:
    """Make an invitation, keep its code for the page that comes next, and send it where an address was given."""
    try:
        made = invite(actor=request.user, patient=patient)
    except Refused:  # somebody has joined meanwhile; the page says so
        return
    request.session[KEPT] = {"patient": patient.pk, "code": made.code}
    if email and _send(email, made.code):
        messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": email})
    elif email:
        messages.warning(request, _("The invitation could not be sent by e-mail. Please show the code instead."))


def _shown(request: SignedInRequest, patient: Patient, form: SendForm) -> dict[str, object]:
    waiting = waiting_invitation(patient)
    shown: dict[str, object] = {
        "patient": patient,
        "form": form,
        "until": stamp(waiting.expires_at, patient.clinic.time_zone) if waiting else "",
    }
    kept = request.session.get(KEPT)
    if kept is None or kept["patient"] != patient.pk or waiting is None:
        return shown
    del request.session[KEPT]
    address = _address(kept["code"])
    picture = qr_code.svg(address, label=_("QR code that opens the invitation"))
    return shown | {
        "code": grouped(kept["code"]),
        "picture": picture,
        "join": f"{settings.PUBLIC_URL}{reverse('join')}",
    }


def _address(code: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('join-code', args=[code])}"


def _send(email: str, code: str) -> bool:
    """Mail an invitation, in words that say nothing about whom it is for; tell whether the mail server took it."""
    body = render_to_string("joining/mail.txt", {"address": _address(code), "code": grouped(code)})
    mail = EmailMessage(subject=_("Your way into Ebb"), body=body, to=[email])
    try:
        mail.send()
    except OSError:  # whatever a mail server or the network says
        return False
    return True
