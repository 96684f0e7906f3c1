"""Outcomes and intervals as clinicians read them: both ends of every interval, and what is not known said so."""

import math
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import Person
from backend.charts.words import HOURS_PER_DAY, human_time, number, plain, told_in_days
from backend.tracking.models import CheckIn, Drug, Outcome, State, Treatment
from backend.tracking.models.check_ins import SUPERSEDED
from backend.web.moments import stamp

NOT_SEEN = gettext_lazy("not\N{NO-BREAK SPACE}seen")
NOT_KNOWN = gettext_lazy("not\N{NO-BREAK SPACE}known")
TOLD_IN_HOURS = 48  # shorter lengths are told in hours


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in a word or two; `tone` is its colour: good, warn, open or none; `detail` what stands beside it."""

    words: str | Promise
    tone: str = ""
    detail: str = ""


STATUSES = {
    "not_evaluable": Chip(gettext_lazy("not evaluable")),
    "pending": Chip(gettext_lazy("to be confirmed"), "open"),
    "no_response": Chip(gettext_lazy("no response seen")),
    "responding": Chip(gettext_lazy("responding"), "good"),
    "lost": Chip(gettext_lazy("relief lost"), "warn"),
}
BEING_MADE = Chip(gettext_lazy("being worked out"), "open")
CHECK_IN_STATES = {
    State.UPCOMING: Chip(gettext_lazy("upcoming")),
    State.OPEN: Chip(gettext_lazy("open now"), "open"),
    State.ANSWERED: Chip(gettext_lazy("answered"), "good"),
    State.MISSED: Chip(gettext_lazy("missed"), "warn"),
    State.SKIPPED: Chip(gettext_lazy("skipped")),
}
REASONS = {SUPERSEDED: gettext_lazy("closed by the next treatment")}


def given(treatment: Treatment) -> str:
    """Return what was given: "ketamine 40 mg"."""
    drug = treatment.drug_name or str(Drug(treatment.drug).label)
    return drug if treatment.dose_mg is None else f"{drug} {number(float(treatment.dose_mg))}\N{NO-BREAK SPACE}mg"


def per_kg(treatment: Treatment) -> str:
    """Return the dose by body weight, "0.5"; empty where either is not on record."""
    if not treatment.dose_mg or not treatment.weight_kg:
        return ""
    return number(round(float(treatment.dose_mg / treatment.weight_kg), 2))


def dated(treatment: Treatment, zone: str) -> str:
    """Return when the dose was given or is planned, else when the treatment was recorded."""
    return stamp(treatment.dosed_at or treatment.created_at, zone)


def status(outcome: Outcome | None, treatment: Treatment) -> Chip | None:
    """Return how a treatment has turned out so far, if it can have: None before it has started."""
    if treatment.started_at is None:
        return None
    if outcome is None or outcome.ratings_version != treatment.ratings_version:
        return BEING_MADE
    chip = STATUSES[outcome.status]
    return replace(chip, detail=plain(outcome.reason))


def signed(person: Person) -> str:
    """Return who wrote something down."""
    return person.name or _("person {number}").format(number=person.pk)


def reason(check_in: CheckIn) -> str:
    """Return why a check-in was skipped, as words."""
    return str(REASONS.get(check_in.reason, plain(check_in.reason)))


def moment(hours: float | None) -> str:
    """Return one end of a waiting time."""
    if hours is None:
        return str(NOT_KNOWN)
    if math.isinf(hours):
        return str(NOT_SEEN)
    words = human_time(hours)
    return f"{words} ({number(hours)}\N{NO-BREAK SPACE}h)" if told_in_days(hours) else words


def length(hours: float | None, bound: str) -> str:
    """Return one end of how long something lasted; `bound` has a place for it: "at least {length}"."""
    if hours is None:
        return str(NOT_KNOWN)
    if math.isinf(hours):
        return str(NOT_SEEN)
    if hours < TOLD_IN_HOURS:
        return bound.format(length=f"{number(round(hours, 1))}\N{NO-BREAK SPACE}h")
    days = _("{number}\N{NO-BREAK SPACE}days").format(number=number(round(hours / HOURS_PER_DAY, 1)))
    return bound.format(length=days)


def unrounded(found: float | None) -> str:
    """Return a number with all its digits: inf where it was not seen, empty where it is not known."""
    return "" if found is None else repr(float(found))


def share(estimate: float) -> str:
    """Return a probability as a whole percentage."""
    return f"{100 * estimate:.0f}\N{NO-BREAK SPACE}%"
