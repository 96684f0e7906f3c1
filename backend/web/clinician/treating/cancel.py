"""Cancelling a treatment, with those that were planned to follow it, and taking that back."""

from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from backend.tracking.models import Progress, Treatment
from backend.tracking.services.refusals import Conflict, Refused
from backend.tracking.services.treating.courses import cancel_treatments, rest_of_course
from backend.tracking.services.treating.treatments import correct_treatment
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.conflicts import VersionedForm, tell_conflict
from backend.web.clinician.treating.actions import back_to_patient, mine_to_treat
from backend.web.clinician.treating.cancelled import cancellation
from backend.web.clinician.treating.moments import add_refusal
from backend.web.clinician.words import given
from backend.web.moments import stamp

CANCEL, TAKE_BACK = "cancel", "take-back"  # what the page asked for when it was sent


class CancelForm(VersionedForm):
    """Why a treatment is cancelled, or no longer is."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.TextInput({"autocomplete": "off"}))
    and_the_rest = forms.BooleanField(required=False)

    def __init__(self, treatment: Treatment, rest: list[Treatment], sent: QueryDict | None = None) -> None:
        super().__init__(sent, initial={"version": treatment.version}, label_suffix="")
        self.fields["and_the_rest"].label = ngettext(
            "Cancel also the %(count)s that is planned to follow in this course",
            "Cancel also the %(count)s that are planned to follow in this course",
            len(rest),
        ) % {"count": len(rest)}
        if not rest:
            del self.fields["and_the_rest"]


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: SignedInRequest, patient_id: int, treatment_id: int) -> HttpResponse:
    """Cancel a treatment; one that is cancelled is planned again, or counts as started again."""
    one = mine_to_treat(request.user, patient_id, treatment_id)
    if request.method == "POST" and _is_done_already(request, one):
        return back_to_patient(one)
    form = CancelForm(one, _rest(one), request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if form.is_valid():
        try:
            said = (
                _taken_back(request, one, form) if one.state == Progress.CANCELLED else _cancelled(request, one, form)
            )
        except Conflict:
            one = mine_to_treat(request.user, patient_id, treatment_id)
            form = CancelForm(one, _rest(one), request.POST)
            form.full_clean()
            tell_conflict(form, stored={}, version=one.version)
            status = HTTPStatus.CONFLICT
        except Refused as refusal:
            add_refusal(form, refusal, one.patient.time_zone)
        else:
            messages.success(request, said)
            return back_to_patient(one)
    return render(request, "clinician/treating/cancel.html", _shown(one, form), status=status)


def _is_done_already(request: SignedInRequest, one: Treatment) -> bool:
    """Tell whether somebody else has done what was meant, and say so: the page would ask for the opposite now."""
    meant, is_cancelled = request.POST.get("meant"), one.state == Progress.CANCELLED
    if meant == CANCEL and is_cancelled:
        messages.warning(request, _("Somebody else has cancelled it already. Nothing was changed."))
    elif meant == TAKE_BACK and not is_cancelled:
        messages.warning(request, _("Somebody else has taken the cancellation back already. Nothing was changed."))
    else:
        return False
    return True


def _rest(one: Treatment) -> list[Treatment]:
    return rest_of_course(one) if one.state == Progress.PLANNED else []


def _cancelled(request: SignedInRequest, one: Treatment, form: CancelForm) -> str:
    """Cancel it and return what to say."""
    done = cancel_treatments(
        actor=request.user,
        treatment=one,
        reason=form.cleaned_data["reason"],
        and_the_rest=form.cleaned_data.get("and_the_rest", False),
        expected_version=form.cleaned_data["version"],
    )
    said = ngettext("%(count)s treatment is cancelled.", "%(count)s treatments are cancelled.", len(done))
    return said % {"count": len(done)}


def _taken_back(request: SignedInRequest, one: Treatment, form: CancelForm) -> str:
    """Let it be what it was before it was cancelled, and return what to say."""
    state = Progress.STARTED if one.started_at else Progress.PLANNED
    correct_treatment(
        actor=request.user,
        treatment=one,
        changes={"state": state},
        reason=form.cleaned_data["reason"],
        expected_version=form.cleaned_data["version"],
    )
    return _("The treatment is no longer cancelled.")


def _shown(one: Treatment, form: CancelForm) -> dict[str, object]:
    moment: datetime | None = one.dosed_at
    with timezone.override(ZoneInfo(one.patient.time_zone)):
        return {
            "form": form,
            "treatment": one,
            "patient": one.patient,
            "title": given(one),
            "when": stamp(moment, one.patient.time_zone) if moment else "",
            "cancellation": cancellation(one) if one.state == Progress.CANCELLED else None,
            "is_cancelled": one.state == Progress.CANCELLED,
            "is_started": one.state == Progress.STARTED,
        }
