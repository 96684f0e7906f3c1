"""Outcomes as a clinician reads them: sentences, a table of both ends of every span, and the numbers unrounded."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.analysis.outcomes.sentences import redosed_sentence
from backend.charts.words import number, plain
from backend.tracking.models import Outcome, Treatment, Unit
from backend.tracking.pictures import Terms
from backend.web.clinician.words import NOT_KNOWN, Chip, length, moment, status, unrounded
from backend.web.moments import stamp


@dataclass(frozen=True, slots=True)
class Number:
    """A number in words; `value` is the same unrounded: inf where not seen, empty where not known."""

    of: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: the end after which something happened, and the end by which it had."""

    name: str
    lower: Number
    upper: Number


@dataclass(frozen=True, slots=True)
class Told:
    """One outcome as a page prints it."""

    outcome: Outcome
    status: Chip | None
    sentences: list[str]
    lines: list[Line]
    baseline: Number
    best: Number
    flags: list[str]
    computed: str


def told_of(outcome: Outcome, treatment: Treatment, terms: Terms) -> Told:
    """Put an outcome into words; `treatment` is the one it is of, or the one that opens its course."""
    return Told(
        outcome=outcome,
        status=status(outcome, treatment) if outcome.unit == Unit.TREATMENT else None,
        sentences=_sentences(outcome, terms),
        lines=_lines(outcome),
        baseline=_number(outcome, "baseline", "{number}"),
        best=best(outcome),
        flags=[plain(flag) for flag in outcome.flags.split(";") if flag],
        computed=stamp(outcome.computed_at, treatment.patient.time_zone),
    )


def onset(outcome: Outcome) -> tuple[Number, Number]:
    """Return the ends between which relief began."""
    return _moment(outcome, "onset_lower_hours"), _moment(outcome, "onset_upper_hours")


def loss(outcome: Outcome, *, redose_is_loss: bool) -> tuple[Number, Number]:
    """Return the ends between which relief was lost."""
    e2 = "_e2" if redose_is_loss else ""
    return _moment(outcome, f"loss_lower{e2}_hours"), _moment(outcome, f"loss_upper{e2}_hours")


def duration(outcome: Outcome) -> tuple[Number, Number]:
    """Return how long relief lasted at least and at most."""
    return (
        _length(outcome, "duration_lower_hours", _("at least {length}")),
        _length(outcome, "duration_upper_hours", _("at most {length}")),
    )


def best(outcome: Outcome) -> Number:
    """Return the best improvement over the baseline."""
    return _number(outcome, "best_improvement_percent", "{number}\N{NO-BREAK SPACE}%", places=0)


def _sentences(outcome: Outcome, terms: Terms) -> list[str]:
    """Return the outcome in words; a dose for returned symptoms gets a sentence of its own where it counts as loss."""
    upper = outcome.loss_upper_e2_hours
    if not terms.redose_is_loss or upper is None or upper == outcome.loss_upper_hours:
        return [outcome.in_words()]
    return [outcome.in_words(), redosed_sentence(outcome.loss_lower_e2_hours or 0.0, upper)]


def _lines(outcome: Outcome) -> list[Line]:
    return [
        Line(_("Relief began"), *onset(outcome)),
        Line(_("Relief was lost"), *loss(outcome, redose_is_loss=False)),
        Line(
            _("Relief was lost, a dose for returned symptoms counting as loss (E2)"),
            *loss(outcome, redose_is_loss=True),
        ),
        Line(_("It lasted"), *duration(outcome)),
    ]


def _moment(outcome: Outcome, name: str) -> Number:
    hours = getattr(outcome, name)
    return Number(name, unrounded(hours), moment(hours))


def _length(outcome: Outcome, name: str, bound: str) -> Number:
    hours = getattr(outcome, name)
    return Number(name, unrounded(hours), length(hours, bound))


def _number(outcome: Outcome, name: str, words: str, places: int = 1) -> Number:
    found = getattr(outcome, name)
    told = str(NOT_KNOWN) if found is None else words.format(number=number(round(found, places)))
    return Number(name, unrounded(found), told)
