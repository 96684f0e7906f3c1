"""What a patient is told when there is nothing to answer: how a check-in stands, and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from backend.accounts.models import Clinic, Patient
from backend.tracking.asking import next_check_in, questions
from backend.tracking.models import CheckIn, Progress, SkipReason, State, Treatment
from backend.tracking.models.check_ins import SUPERSEDED
from backend.web.moments import at_time


@dataclass(frozen=True, slots=True)
class Notice:
    """A few words; `offer` and `address` where something can still be done about it."""

    clinic: Clinic
    title: str
    text: str
    coming: str = ""
    offer: str = ""
    address: str = ""


def occasion(check_in: CheckIn) -> str:
    """Return the name of a check-in as its patient would say it: "1 hour after your treatment", "week 2"."""
    hours = check_in.name.removeprefix("+").removesuffix(" h")
    if hours.isdecimal():
        return f"{hours} hour{'' if hours == '1' else 's'} after your treatment"
    return {"evening before": "before your treatment", "arrival": "just before your treatment"}.get(
        check_in.name, check_in.name
    )


def is_open(check_in: CheckIn, now: datetime) -> bool:
    """Tell whether its window is open, answered or not."""
    within = check_in.opens_at <= now < check_in.closes_at
    return within and not check_in.superseded and check_in.treatment.state != Progress.CANCELLED


def notice_for(patient: Patient, now: datetime) -> Notice:
    """Return what to tell a patient about their last check-in, or about a treatment that is still to come."""
    mine = (
        CheckIn.objects.with_answers().filter(treatment__patient=patient).exclude(treatment__state=Progress.CANCELLED)
    )
    last = mine.filter(opens_at__lte=now, superseded=False).select_related("treatment__patient__clinic")
    check_in = last.order_by("-opens_at").first()
    return notice_about(check_in, now) if check_in else _before_any(patient, now)


def notice_about(check_in: CheckIn, now: datetime) -> Notice:
    """Return how one check-in stands; it needs `with_answers()`."""
    patient = check_in.treatment.patient
    title, text = _standing(check_in, now)
    left = len(questions(check_in)) if is_open(check_in, now) and check_in.is_answered else 0
    if left:
        pages = "One short page is left" if left == 1 else f"{left} short pages are left"
        text = f"{text} {pages}, if you feel up to it."
    offer, address = _offer(check_in, now, left)
    return Notice(patient.clinic, title, text, _coming(patient, now), offer, address)


def _offer(check_in: CheckIn, now: datetime, left: int) -> tuple[str, str]:
    """Return what can still be done about a check-in, and where."""
    page = reverse("check-in", args=[check_in.pk])
    if left:
        return "Answer the rest", page
    if not is_open(check_in, now) or check_in.is_answered:
        return "", ""
    return ("Answer after all", f"{page}?answer") if check_in.skip_reason else ("Answer now", page)


def _standing(check_in: CheckIn, now: datetime) -> tuple[str, str]:
    zone, which = check_in.treatment.patient.time_zone, occasion(check_in)
    state, reason = check_in.state_at(now), check_in.reason
    if state is State.ANSWERED:
        return "Thank you", f"Your answer for “{which}” is saved."
    if state is State.SKIPPED and reason in SkipReason.values:
        return "That is all right", f"You let us know that you could not answer “{which}”."
    if state is State.SKIPPED:
        why = "a new treatment has begun" if reason == SUPERSEDED else "its treatment was cancelled"
        return "Nothing to answer here", f"“{which}” is closed, because {why}."
    if state is State.MISSED:
        closed = at_time(check_in.closes_at, now, zone)
        return (
            "Nothing to answer now",
            f"“{which}” closed {closed} without an answer. That is all right: each later answer counts as much.",
        )
    if state is State.UPCOMING:
        return "Not open yet", f"“{which}” opens {at_time(check_in.opens_at, now, zone)}."
    return "A check-in is open", f"“{which}” is waiting for you."


def _before_any(patient: Patient, now: datetime) -> Notice:
    treatments = Treatment.objects.filter(patient=patient).exclude(state=Progress.CANCELLED)
    planned = treatments.filter(planned_at__gt=now).order_by("planned_at").first()
    if planned is not None and planned.planned_at is not None:
        when = at_time(planned.planned_at, now, patient.time_zone)
        text = f"Your treatment is planned {'for ' if when.startswith('tomorrow') else ''}{when}."
        return Notice(patient.clinic, "Nothing to answer yet", text, _coming(patient, now))
    text = "When your clinic plans a treatment, your check-ins appear here."
    return Notice(patient.clinic, "Nothing to answer yet", text)


def _coming(patient: Patient, now: datetime) -> str:
    following = next_check_in(patient, now)
    if following is None:
        return "No more check-ins are planned."
    return f"Next check-in opens {at_time(following.opens_at, now, patient.time_zone)}."
