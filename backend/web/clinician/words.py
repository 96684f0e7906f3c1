"""Outcomes and intervals as clinicians read them: both ends of every interval, and what is not known said so."""

import math
from dataclasses import dataclass, replace

from backend.charts.words import HOURS_PER_DAY, human_time, number, plain
from backend.tracking.models import CheckIn, Outcome, State, Treatment
from backend.tracking.models.check_ins import SUPERSEDED

NOT_SEEN = "not\N{NO-BREAK SPACE}seen"
NOT_KNOWN = "not\N{NO-BREAK SPACE}known"
TOLD_IN_HOURS = 48  # shorter lengths are told in hours


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in a word or two; `tone` is its colour: good, warn, open or none; `detail` what stands beside it."""

    words: str
    tone: str = ""
    detail: str = ""


STATUSES = {
    "not_evaluable": Chip("not evaluable"),
    "pending": Chip("to be confirmed", "open"),
    "no_response": Chip("no response seen"),
    "responding": Chip("responding", "good"),
    "lost": Chip("relief lost", "warn"),
}
BEING_MADE = Chip("being worked out", "open")
CHECK_IN_STATES = {
    State.UPCOMING: Chip("upcoming"),
    State.OPEN: Chip("open now", "open"),
    State.ANSWERED: Chip("answered", "good"),
    State.MISSED: Chip("missed", "warn"),
    State.SKIPPED: Chip("skipped"),
}
REASONS = {SUPERSEDED: "closed by the next treatment"}


def given(treatment: Treatment) -> str:
    """Return what was given: "ketamine 40 mg"."""
    drug = treatment.drug_name or treatment.get_drug_display()
    return drug if treatment.dose_mg is None else f"{drug} {treatment.dose_mg.normalize():f}\N{NO-BREAK SPACE}mg"


def status(outcome: Outcome | None, treatment: Treatment) -> Chip | None:
    """Return how a treatment has turned out so far, if it can have: None before it has started."""
    if treatment.started_at is None:
        return None
    if outcome is None or outcome.ratings_version != treatment.ratings_version:
        return BEING_MADE
    chip = STATUSES[outcome.status]
    return replace(chip, detail=plain(outcome.reason))


def reason(check_in: CheckIn) -> str:
    """Return why a check-in was skipped, as words."""
    return REASONS.get(check_in.reason, plain(check_in.reason))


def moment(hours: float | None) -> str:
    """Return one end of a waiting time."""
    if hours is None:
        return NOT_KNOWN
    if math.isinf(hours):
        return NOT_SEEN
    words = human_time(hours)
    return f"{words} ({number(hours)}\N{NO-BREAK SPACE}h)" if words.startswith(("day", "week")) else words


def length(hours: float | None, which: str) -> str:
    """Return one end of how long something lasted; `which` is "at least" or "at most"."""
    if hours is None:
        return NOT_KNOWN
    if math.isinf(hours):
        return NOT_SEEN
    if hours < TOLD_IN_HOURS:
        return f"{which} {number(round(hours, 1))}\N{NO-BREAK SPACE}h"
    return f"{which} {number(round(hours / HOURS_PER_DAY, 1))}\N{NO-BREAK SPACE}days"


@dataclass(frozen=True, slots=True)
class Span:
    """One line of the table of intervals."""

    name: str
    lower: str
    upper: str


def spans(outcome: Outcome) -> list[Span]:
    """Return every interval of an outcome with both its ends."""
    found = [
        Span("Relief began", moment(outcome.onset_lower_hours), moment(outcome.onset_upper_hours)),
        Span("Relief was lost", moment(outcome.loss_lower_hours), moment(outcome.loss_upper_hours)),
    ]
    if (outcome.loss_lower_hours, outcome.loss_upper_hours) != (
        outcome.loss_lower_e2_hours,
        outcome.loss_upper_e2_hours,
    ):
        ends = moment(outcome.loss_lower_e2_hours), moment(outcome.loss_upper_e2_hours)
        found.append(Span("Relief was lost, a dose for returned symptoms counting as loss (E2)", *ends))
    lasted = length(outcome.duration_lower_hours, "at least"), length(outcome.duration_upper_hours, "at most")
    return [*found, Span("It lasted", *lasted)]


def share(estimate: float) -> str:
    """Return a probability as a whole percentage."""
    return f"{100 * estimate:.0f} %"
