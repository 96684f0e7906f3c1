"""Correcting the answers of a rating, or withdrawing it, with a reason; what was answered at first stays beside it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.models import Patient
from backend.accounts.reading import note_reading
from backend.instruments import Instrument, get, spoken
from backend.tracking.models import Amendment, Rating
from backend.tracking.services.rating.ratings import Change, amend_rating
from backend.tracking.services.refusals import Conflict, KeyReused, Refused
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.conflicts import VersionField, tell_conflict, tell_refusal
from backend.web.clinician.keys import KeyedForm
from backend.web.clinician.patient.ratings import rating_rows
from backend.web.clinician.treating.actions import back_to_patient

LONGEST_REASON = 500
NO_AMENDMENT = 0
WITHDRAW = "withdraw"


class AmendForm(KeyedForm):
    """The answers of a rating and why they change; `version` is the last amendment that was read."""

    version = VersionField()

    def __init__(self, rating: Rating, sent: Mapping[str, Any] | None = None) -> None:
        super().__init__(sent, label_suffix="")
        self.asked = spoken(get(rating.instrument))
        self.initial = answers_by_field(answers_now(rating)) | {"version": last_amendment(rating)}
        for place, item in enumerate(self.asked.items):
            self.fields[_field(place)] = _question(self.asked, item.text)
        self.fields["reason"] = forms.CharField(
            label=_("Why"),
            max_length=LONGEST_REASON,
            widget=forms.TextInput({"autocomplete": "off"}),
            error_messages={"required": _("Say why, in a few words. It is kept beside the rating.")},
        )
        self._rating = rating

    @property
    def answers(self) -> list[int | None]:
        """Return the answers of a valid form."""
        return [self.cleaned_data[_field(place)] for place in range(len(self.asked.items))]

    def change(self, kind: str) -> Change | None:
        """Return what the form says; None, with the reason in it, where that is nothing."""
        if not self.is_valid():
            return None
        withdraws, after = kind == WITHDRAW, self.cleaned_data["version"]
        has_read_all = after == last_amendment(self._rating)  # or it is sent twice, or overtaken: not for here to say
        if not withdraws and has_read_all and self.answers == answers_now(self._rating):
            self.add_error(None, _("These are the answers as they stand: nothing would change."))
            return None
        if not withdraws and all(one is None for one in self.answers):
            self.add_error(None, _("No answer is left. Withdraw the rating if it should not count."))
            return None
        return Change(
            client_uuid=self.key,
            kind=Amendment.Kind.WITHDRAW if withdraws else Amendment.Kind.CORRECT,
            reason=self.cleaned_data["reason"],
            answers=None if withdraws else self.answers,
            after=after,
        )


def answers_now(rating: Rating) -> list[int | None] | None:
    """Return the answers as the last amendment leaves them; None where it withdrew the rating."""
    amendments = list(rating.amendments.all())
    answers: list[int | None] | None = amendments[-1].answers if amendments else rating.answers
    return answers


def last_amendment(rating: Rating) -> int:
    """Return the key of the last amendment, 0 where there is none."""
    amendments = list(rating.amendments.all())
    return amendments[-1].pk if amendments else NO_AMENDMENT


def answers_by_field(answers: list[int | None] | None) -> dict[str, Any]:
    """Return answers by the names of the form's fields."""
    return {_field(place): answer for place, answer in enumerate(answers or [])}


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: SignedInRequest, patient_id: int, rating_id: int) -> HttpResponse:
    """Correct or withdraw a rating of a patient whom the person treats."""
    rating = _rating(request, patient_id, rating_id)
    note_reading(reader=request.user, patients=[rating.patient])
    form = AmendForm(rating, request.POST.dict() if request.method == "POST" else None)
    status = _store(request, rating, form) if request.method == "POST" else HTTPStatus.OK
    if status == HTTPStatus.FOUND:
        return back_to_patient(rating.treatment)
    if status == HTTPStatus.CONFLICT:
        rating = _rating(request, patient_id, rating_id)
    shown = {
        "patient": rating.patient,
        "treatment": rating.treatment,
        "rating": rating_rows([rating], rating.patient.time_zone)[0],
        "form": form,
        "items": [form[_field(place)] for place in range(len(form.asked.items))],
        "is_withdrawn": answers_now(rating) is None,
    }
    return render(request, "clinician/patient/amend.html", shown, status=status)


def _rating(request: SignedInRequest, patient_id: int, rating_id: int) -> Rating:
    """Return a rating with its amendments in their order; 404 for what is not the person's to amend."""
    theirs = Rating.objects.filter(patient__in=Patient.objects.treated_by(request.user), patient=patient_id)
    amendments = Prefetch("amendments", Amendment.objects.select_related("made_by").order_by("pk"))
    read = theirs.select_related("patient__clinic", "treatment").prefetch_related(amendments)
    return get_object_or_404(read, pk=rating_id)


def _store(request: SignedInRequest, rating: Rating, form: AmendForm) -> HTTPStatus:
    """Store what a form says and return FOUND; another status with the reason in the form where that cannot be."""
    change = form.change(request.POST.get("then", ""))
    if change is None:
        return HTTPStatus.OK
    try:
        amendment, _replayed = amend_rating(actor=request.user, rating=rating, change=change)
    except Refused as refusal:
        tell_refusal(form, refusal)
        return HTTPStatus.OK
    except KeyReused:
        return form.tell_reuse()
    except Conflict:
        now = _rating(request, rating.patient_id, rating.pk)
        stored = answers_by_field(answers_now(now) or [None] * len(form.asked.items))
        tell_conflict(form, stored=stored, version=last_amendment(now))
        return HTTPStatus.CONFLICT
    withdrawn = amendment.kind == Amendment.Kind.WITHDRAW
    messages.success(request, _("The rating is withdrawn.") if withdrawn else _("The rating is corrected."))
    return HTTPStatus.FOUND


def _field(place: int) -> str:
    return f"item_{place + 1}"


def _question(asked: Instrument, text: str) -> forms.TypedChoiceField:
    values = range(asked.answer_minimum, asked.answer_maximum + 1)
    named = [(str(one), f"{one} – {asked.anchors[one]}" if one in asked.anchors else str(one)) for one in values]
    return forms.TypedChoiceField(
        label=text, choices=[("", _("not answered")), *named], coerce=int, empty_value=None, required=False
    )
