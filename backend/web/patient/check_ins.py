"""The pages on which a patient answers a check-in, or says that they cannot."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from backend.instruments import Instrument, asked_at
from backend.tracking.asking import questions
from backend.tracking.models import CheckIn, Rating, SkipReason, State
from backend.tracking.services.check_ins import skip_check_in
from backend.tracking.services.refusals import KeyReused, Refused
from backend.web.access import SignedInRequest, own_check_ins, signed_in
from backend.web.patient.answers import AnswerForm, store
from backend.web.patient.notices import is_open, notice_about, occasion

FIRST_STANDS = "You had already answered this. Your first answer stands, so nothing was changed."
ALREADY_ANSWERED = "You had already answered this check-in, so there is nothing to skip. Thank you."


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: SignedInRequest, check_in_id: int) -> HttpResponse:
    """Ask what is still to be answered at one check-in, and store it."""
    due = get_object_or_404(own_check_ins(request.user), pk=check_in_id)
    now = timezone.now()
    if due.opens_at > now:
        return render(request, "patient/home.html", {"notices": [notice_about(due, now)]})
    if request.method == "POST":
        return _answered(request, due)
    state = due.state_at(now)
    wanted = state in {State.OPEN, State.ANSWERED} or (state is State.SKIPPED and "answer" in request.GET)
    left = questions(due) if wanted and is_open(due, now) else ()
    if not left:
        return render(request, "patient/home.html", {"notices": [notice_about(due, now)]})
    return question_page(request, due, left)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: SignedInRequest, check_in_id: int) -> HttpResponse:
    """Ask why a check-in will not be answered, and store it; no reason is wrong."""
    due = get_object_or_404(own_check_ins(request.user), pk=check_in_id)
    if due.opens_at > timezone.now() or due.is_answered:
        return redirect("check-in", due.pk)
    if request.method != "POST":
        shown = {"check_in": due, "clinic": due.treatment.patient.clinic, "occasion": occasion(due)}
        return render(request, "patient/skip.html", shown | {"key": uuid4(), "reasons": SkipReason.choices})
    try:
        key = UUID(request.POST.get("client_uuid", ""))
        skip_check_in(actor=request.user, check_in=due, client_uuid=key, reason=request.POST.get("reason", ""))
    except KeyReused:
        pass  # the same page sent again with another reason: the first one stands
    except Refused as refusal:
        if refusal.field == "reason":
            return redirect("skip", due.pk)
        messages.info(request, ALREADY_ANSWERED)
    except ValueError:  # no key
        return redirect("skip", due.pk)
    return redirect("home")


def question_page(
    request: SignedInRequest, check_in: CheckIn, left: tuple[Instrument, ...], form: AnswerForm | None = None
) -> HttpResponse:
    """Show one screen of questions: the form given, or the first of the instruments that are left."""
    done = Rating.objects.standing().filter(check_in=check_in).values("instrument").distinct().count()
    form = form or AnswerForm(left[0])
    shown = {
        "check_in": check_in,
        "clinic": check_in.treatment.patient.clinic,
        "occasion": occasion(check_in),
        "form": form,
        "number": done + 1,
        "of": done + len(left),
    }
    return render(request, "patient/question.html", shown)


def _answered(request: SignedInRequest, due: CheckIn) -> HttpResponse:
    """Store one screen and go on; an answer that comes after the close is late, not lost."""
    asked = {one.slug: one for one in asked_at(due.nominal_hours, due.treatment.indication)}
    instrument = asked.get(request.POST.get("instrument", ""))
    if instrument is None:
        return redirect("check-in", due.pk)
    form, then = AnswerForm(instrument, request.POST.dict()), request.POST.get("then", "")
    goes_on = redirect("home") if then == "enough" else redirect("check-in", due.pk)
    if not form.is_valid() and "client_uuid" in form.errors:
        return redirect("check-in", due.pk)
    answers = form.answers_for(then)
    if answers is None and then == "enough" and form.may_be_blank:
        return goes_on
    if answers is None:
        return question_page(request, due, questions(due) or (instrument,), form)
    if not store(request.user, due, form, answers):
        messages.info(request, FIRST_STANDS)
    return goes_on
