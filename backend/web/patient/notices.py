"""What a patient is told when there is nothing to answer: how a check-in stands, and what comes next."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        said = ngettext("%(hours)d hour after your treatment", "%(hours)d hours after your treatment", int(hours))
        return said % {"hours": int(hours)}
    unit, _space, number = check_in.name.partition(" ")
    if unit in {"day", "week"}:
        return (_("day %(number)s") if unit == "day" else _("week %(number)s")) % {"number": number}
    before = {"evening before": _("before your treatment"), "arrival": _("just before your treatment")}
    return before.get(check_in.name, check_in.name)


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
        text = f"{text} {_more(left)}"
    page = reverse("check-in", args=[check_in.pk])
    offer, address = _offer(check_in, left, page) if is_open(check_in, now) else ("", "")
    return Notice(patient.clinic, title, text, _coming(patient, now), offer, address)


def notice_by_link(check_in: CheckIn, now: datetime, page: str) -> Notice:
    """Return how one check-in stands for whoever holds its link: that it waits, was answered or skipped, or is over.

    Once it is over nothing tells whether there was an answer; of other check-ins nothing is told at all.
    """
    clinic = check_in.treatment.patient.clinic
    if now < check_in.opens_at:
        return Notice(clinic, _("Not open yet"), _("Please open this link again when it is time."))
    if not is_open(check_in, now):
        text = _("This check-in has closed. That is all right: each later answer counts as much.")
        return Notice(clinic, _("Nothing to answer now"), text)
    left = len(questions(check_in)) if check_in.is_answered else 0
    offer, address = _offer(check_in, left, page)
    if check_in.is_answered:
        text = _("Your answer is saved. You can close this page.")
        return Notice(clinic, _("Thank you"), f"{text} {_more(left)}" if left else text, "", offer, address)
    if check_in.skip_reason:
        text = _("You let us know that you could not answer. You can close this page.")
        return Notice(clinic, _("That is all right"), text, "", offer, address)
    return Notice(clinic, _("A check-in is open"), _("It is waiting for you."), "", offer, address)


def _more(left: int) -> str:
    """Return how much could still be answered."""
    said = ngettext(
        "One short part is left, if you feel up to it.",
        "%(left)d short parts are left, if you feel up to it.",
        left,
    )
    return said % {"left": left}


def _offer(check_in: CheckIn, left: int, page: str) -> tuple[str, str]:
    """Return what can still be done about an open check-in, and where."""
    if check_in.is_answered:
        return (_("Answer the rest"), page) if left else ("", "")
    return (_("Answer after all"), f"{page}?answer") if check_in.skip_reason else (_("Answer now"), page)


def _standing(check_in: CheckIn, now: datetime) -> tuple[str, str]:
    zone, named = check_in.treatment.patient.time_zone, {"occasion": occasion(check_in)}
    state, reason = check_in.state_at(now), check_in.reason
    if state is State.ANSWERED:
        return _("Thank you"), _("Your answer for “%(occasion)s” is saved.") % named
    if state is State.SKIPPED and reason in SkipReason.values:
        return _("That is all right"), _("You let us know that you could not answer “%(occasion)s”.") % named
    if state is State.SKIPPED:
        superseded = _("“%(occasion)s” is closed, because a new treatment has begun.")
        cancelled = _("“%(occasion)s” is closed, because its treatment was cancelled.")
        return _("Nothing to answer here"), (superseded if reason == SUPERSEDED else cancelled) % named
    if state is State.MISSED:
        named["when"] = at_time(check_in.closes_at, now, zone)
        text = _(
            "“%(occasion)s” closed %(when)s without an answer. That is all right: each later answer counts as much."
        )
        return _("Nothing to answer now"), text % named
    if state is State.UPCOMING:
        named["when"] = at_time(check_in.opens_at, now, zone)
        return _("Not open yet"), _("“%(occasion)s” opens %(when)s.") % named
    return _("A check-in is open"), _("“%(occasion)s” is waiting for you.") % named


def _before_any(patient: Patient, now: datetime) -> Notice:
    treatments = Treatment.objects.filter(patient=patient).exclude(state=Progress.CANCELLED)
    planned = treatments.filter(planned_at__gt=now).order_by("planned_at").first()
    if planned is not None and planned.planned_at is not None:
        text = _("Your treatment is planned %(when)s.") % {"when": at_time(planned.planned_at, now, patient.time_zone)}
        return Notice(patient.clinic, _("Nothing to answer yet"), text, _coming(patient, now))
    text = _("When your clinic plans a treatment, your check-ins appear here.")
    return Notice(patient.clinic, _("Nothing to answer yet"), text)


def _coming(patient: Patient, now: datetime) -> str:
    following = next_check_in(patient, now)
    if following is None:
        return _("No more check-ins are planned.")
    when = at_time(following.opens_at, now, patient.time_zone)
    return _("Next check-in opens %(when)s.") % {"when": when}
