"""The pages on which a patient answers a check-in, or says that they cannot."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from backend.instruments import Instrument
from backend.tracking.asking import asked_for, questions
from backend.tracking.models import CheckIn, Rating, SkipReason, State, Step, StepName
from backend.tracking.reminders import steps
from backend.tracking.services.refusals import KeyReused, Refused
from backend.tracking.services.treating.check_ins import skip_check_in
from backend.web.access import SignedInRequest, signed_in
from backend.web.patient.check_in.answers import AnswerForm, store
from backend.web.patient.check_in.asked import Asked, asked_of, surroundings
from backend.web.patient.check_in.undo import undoable_at
from backend.web.patient.notices import is_open, notice_about, notice_by_link

LEFT_OPEN_HOURS = 1  # [design] a page that was opened by a link and sent so long after the close still counts

REASONS = {
    SkipReason.TOO_SLEEPY: gettext_lazy("I am too sleepy"),
    SkipReason.NOT_NOW: gettext_lazy("Not now"),
    SkipReason.STOPPED: gettext_lazy("I have stopped"),
    SkipReason.OTHER: gettext_lazy("Another reason"),
}


@signed_in
@gzip_page  # what could be guessed from its length is masked, or comes from nobody but the patient
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: SignedInRequest, check_in_id: int) -> HttpResponse:
    """Ask what is still to be answered at one check-in of somebody signed in, and store it."""
    return answering(request, asked_of(request.user, check_in_id))


@signed_in
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: SignedInRequest, check_in_id: int) -> HttpResponse:
    """Ask somebody signed in why a check-in will not be answered, and store it."""
    return skipping(request, asked_of(request.user, check_in_id))


def answering(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask what is still to be answered at one check-in, and store it."""
    due, now = asked.check_in, timezone.now()
    if request.method == "POST" and due.opens_at <= now:
        return _answered(request, asked, now)
    state = due.state_at(now)
    wanted = state in {State.OPEN, State.ANSWERED} or (state is State.SKIPPED and "answer" in request.GET)
    left = questions(due) if wanted and is_open(due, now) and "enough" not in request.GET else ()
    return question_page(request, asked, left) if left else standing_page(request, asked, now)


def skipping(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask why a check-in will not be answered, and store it; no reason is wrong."""
    due, now = asked.check_in, timezone.now()
    if due.opens_at > now or due.is_answered or asked.is_over(now):
        return redirect(asked.page)
    if request.method != "POST":
        shown = surroundings(asked, now) | {"key": uuid4(), "reasons": REASONS.items()}
        return render(request, "patient/check_in/skip.html", shown)
    try:
        key = UUID(request.POST.get("client_uuid", ""))
        skip_check_in(actor=asked.person, check_in=due, client_uuid=key, reason=request.POST.get("reason", ""))
    except KeyReused:
        pass  # the same page sent again with another reason: the first one stands
    except Refused as refusal:
        if refusal.field == "reason":
            return redirect(asked.skip)
        messages.info(request, _("You had already answered this check-in, so there is nothing to skip. Thank you."))
    except ValueError:  # no key
        return redirect(asked.skip)
    return redirect(asked.done)


def question_page(
    request: HttpRequest, asked: Asked, left: tuple[Instrument, ...], form: AnswerForm | None = None
) -> HttpResponse:
    """Show the questions of the form given, or of the first of the instruments that are left."""
    due, now = asked.check_in, timezone.now()
    if request.method == "GET":
        _note_opening(due)
    done = Rating.objects.standing().filter(check_in=due).values("instrument").distinct().count()
    shown = {
        "form": form or AnswerForm(left[0]),
        "number": done + 1,
        "of": done + len(left),
        "undoable": undoable_at(asked, now),
    }
    return render(request, "patient/check_in/question.html", surroundings(asked, now) | shown)


def standing_page(request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
    """Say how a check-in stands at which there is nothing to answer; by its link, without anything about anybody."""
    shown = surroundings(asked, now) | {"undoable": None if asked.is_over(now) else undoable_at(asked, now)}
    if asked.is_alone:
        notice = notice_by_link(asked.check_in, now, asked.page)
        page = "patient/check_in/lent.html" if asked.is_lent else "patient/check_in/link.html"
        return render(request, page, shown | {"notice": notice})
    del shown["asked"]  # the frame of somebody signed in
    return render(request, "patient/home.html", shown | {"notices": [notice_about(asked.check_in, now)]})


def _answered(request: HttpRequest, asked: Asked, now: datetime) -> HttpResponse:
    """Store what was answered and go on; an answer that comes after the close is late, not lost."""
    by_slug = {one.slug: one for one in asked_for(asked.check_in)}
    instrument = by_slug.get(request.POST.get("instrument", ""))
    if instrument is None:
        return redirect(asked.page)
    form, then = AnswerForm(instrument, request.POST.dict()), request.POST.get("then", "")
    if (not form.is_valid() and "client_uuid" in form.errors) or not _takes(asked, form, now):
        return redirect(asked.page)
    goes_on = redirect(asked.done if then == "enough" else asked.page)
    answers = None if then == "next" else form.answers_for(then)
    if answers is None and then == "enough" and form.may_be_blank:
        return goes_on
    if answers is None:
        return question_page(request, asked, questions(asked.check_in) or (instrument,), form)
    if not store(asked, form, answers):
        messages.info(request, _("You had already answered this. Your first answer stands, so nothing was changed."))
    return goes_on


def _takes(asked: Asked, form: AnswerForm, now: datetime) -> bool:
    """Tell whether an answer may be stored: by a link only within the window, or soon after it if it was given then."""
    due = asked.check_in
    if not asked.is_over(now):
        return True
    at = form.cleaned_data.get("device_at") if form.is_valid() else None
    taken_until = due.closes_at + timedelta(hours=LEFT_OPEN_HOURS)
    return at is not None and due.opens_at <= at < due.closes_at and now < taken_until


def _note_opening(due: CheckIn) -> None:
    """Record when the page was first opened; opened again, nothing is written."""
    opened = Step.objects.filter(treatment=due.treatment_id, check_in_number=due.number, name=StepName.OPENED)
    if not opened.exists():
        steps.record(due, StepName.OPENED)
