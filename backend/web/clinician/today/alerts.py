"""One alert: what was crossed, what the clinic's plan says, and who did what about it."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Clinic
from backend.tracking.models import Alert
from backend.tracking.services.rating.alerts import acknowledge_alert
from backend.tracking.services.rating.crossings import standings
from backend.tracking.services.refusals import Conflict, Refused
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.conflicts import tell_refusal
from backend.web.clinician.long_texts import LongTextField
from backend.web.clinician.today.alert_words import alert_line
from backend.web.moments import stamp

LONGEST = 2000  # characters


class Acknowledgement(forms.Form):
    """What was done about an alert."""

    what_was_done = LongTextField(
        label=gettext_lazy("What was done"),
        max_length=LONGEST,
        rows=4,
        help_text=gettext_lazy("It is kept with your name and the time, and cannot be changed afterwards."),
        error_messages={"required": gettext_lazy("Say in a few words what was done, even if that is nothing.")},
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def alert_acknowledge(request: SignedInRequest, alert_id: int) -> HttpResponse:
    """Show an alert, and store what was done about it."""
    mine = Alert.objects.treated_by(request.user)
    alert = get_object_or_404(mine.select_related("rule", "rating", "patient", "acknowledged_by"), pk=alert_id)
    form = Acknowledgement(request.POST.dict() if request.method == "POST" else None, label_suffix="")
    if request.method != "POST" or not form.is_valid():
        return _page(request, alert, form)
    done = form.cleaned_data["what_was_done"]
    try:
        acknowledge_alert(actor=request.user, alert=alert, what_was_done=done)
    except Conflict:
        alert = mine.select_related("rule", "rating", "patient", "acknowledged_by").get(pk=alert_id)
        return _page(request, alert, form, yours=done)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return _page(request, alert, form)
    messages.success(request, _("Kept: what was done about %(code)s.") % {"code": alert.patient.code})
    return redirect("today")


def _page(request: SignedInRequest, alert: Alert, form: Acknowledgement, yours: str = "") -> HttpResponse:
    clinic = Clinic.objects.select_related("alert_plan").get(pk=alert.patient.clinic_id)
    shown = {
        "alert": alert,
        "line": alert_line(alert, standings([alert])[alert.pk], clinic, timezone.now()),
        "form": form,
        "yours": yours,
        "acknowledged": stamp(alert.acknowledged_at, clinic.time_zone) if alert.acknowledged_at else "",
    }
    status = HTTPStatus.CONFLICT if yours else HTTPStatus.OK
    return render(request, "clinician/today/alert.html", shown, status=status)
