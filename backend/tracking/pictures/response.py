"""One treatment, or one course, as a picture: every rating and gap, and the spans in which relief began and ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend import instruments
from backend.analysis.cohorts.telling.notes import under_e1, under_e2
from backend.analysis.facts import Facts
from backend.analysis.outcomes.rules import RuleSet, rule_set
from backend.charts import Band, Dose, Miss, Point, ResponseCurve, Window
from backend.charts.words import number, plain
from backend.tracking.estimation import facts_of, fresh_outcomes
from backend.tracking.models import CheckIn, Outcome, State, Treatment, Unit
from backend.tracking.models.check_ins import SUPERSEDED

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """How an outcome is looked at: with a dose for returned symptoms as loss (E2), without flagged ratings."""

    redose_is_loss: bool = False
    with_flagged: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome, the facts that it follows from, and their check-ins, which need `with_answers()`."""

    outcome: Outcome
    facts: Facts
    check_ins: Sequence[CheckIn]


def response_picture(
    treatment: Treatment, *, instrument: str, rules: RuleSet, unit: Unit = Unit.TREATMENT
) -> ResponseCurve | None:
    """Return the ratings of a started treatment, or of the course it opens, and what was concluded from them.

    None where there is no outcome of that series: it was never rated, or the treatment opens no course.
    """
    outcome = fresh_outcomes(treatment, unit).filter(instrument=instrument, rule_set=rules.name).first()
    facts = facts_of(treatment, unit)
    if outcome is None or facts is None:
        return None
    rows = CheckIn.objects.with_answers().filter(treatment__in=[one.treatment for one in facts.doses])
    return response_curve(treatment, Judged(outcome, facts, list(rows.select_related("treatment").order_by("due_at"))))


def response_curve(treatment: Treatment, judged: Judged, terms: Terms | None = None) -> ResponseCurve:
    """Draw what was judged; `treatment` is the one that opens it. Only with terms are the windows shaded."""
    outcome, facts, asked = judged.outcome, judged.facts, terms or Terms()
    rules, scale = rule_set(outcome.rule_set), instruments.spoken(instruments.get(outcome.instrument))
    base = outcome.baseline
    return ResponseCurve(
        title=f"{treatment.patient.code}, {titled(treatment)}",
        instrument=scale.title,
        minimum=scale.total_minimum,
        maximum=scale.total_maximum,
        points=points_of(facts, outcome.instrument, with_flagged=asked.with_flagged),
        misses=misses_of(judged.check_ins, facts.doses[0].started_at),
        doses=_doses(facts),
        baseline=base,
        response_at=None if base is None else base * rules.response_at_most_percent / 100,
        lost_above=None if base is None else base * rules.lost_above_percent / 100,
        onset=_band(outcome.onset_lower_hours, outcome.onset_upper_hours),
        loss=_loss(outcome, facts, redose_is_loss=asked.redose_is_loss),
        sentence=outcome.in_words(),
        notes=(
            rules.in_words(),
            under_e2() if asked.redose_is_loss else under_e1(),
            *([scale.label] if scale.label else []),
            *([] if asked.with_flagged else _left_out(facts, outcome.instrument)),
        ),
        windows=_windows(judged.check_ins, facts) if terms else (),
    )


def titled(treatment: Treatment) -> str:
    """Return what a picture calls a treatment: "ketamine 40 mg, IV infusion"."""
    given = treatment.drug_name or treatment.get_drug_display()
    dose = "" if treatment.dose_mg is None else f" {number(float(treatment.dose_mg))} mg"
    return f"{given}{dose}, {treatment.get_route_display()}"


def points_of(
    facts: Facts, instrument: str, *, with_flagged: bool = True, origin: datetime | None = None
) -> tuple[Point, ...]:
    """Return the ratings of one series, each with its flags, in hours since the first dose or another origin."""
    since = origin or facts.doses[0].started_at
    return tuple(
        Point((one.at - since) / AN_HOUR, one.total, tuple(map(plain, marks)))
        for one, marks in zip(facts.ratings, facts.marks(), strict=True)
        if one.instrument == instrument and one.total is not None and (with_flagged or not marks)
    )


def misses_of(check_ins: Sequence[CheckIn], origin: datetime) -> tuple[Miss, ...]:
    """Return the check-ins that passed without an answer; what a later treatment closed is no gap."""
    now = timezone.now()
    return tuple(
        Miss((one.due_at - origin) / AN_HOUR, plain(one.reason))
        for one in check_ins
        if one.nominal_hours is not None
        and one.state_at(now) in {State.MISSED, State.SKIPPED}
        and one.reason != SUPERSEDED
        and one.due_at <= now
    )


def _left_out(facts: Facts, instrument: str) -> list[str]:
    """Say how many ratings of a series are left out because they carry a flag."""
    count = len(points_of(facts, instrument)) - len(points_of(facts, instrument, with_flagged=False))
    words = ngettext("%(count)d flagged rating is left out.", "%(count)d flagged ratings are left out.", count)
    return [words % {"count": count}]


def _windows(check_ins: Sequence[CheckIn], facts: Facts) -> tuple[Window, ...]:
    """Return when the check-ins after the doses could be answered, but for those that a later treatment closed."""
    origin = facts.doses[0].started_at
    return tuple(
        Window((one.opens_at - origin) / AN_HOUR, (one.closes_at - origin) / AN_HOUR)
        for one in check_ins
        if one.nominal_hours is not None and not one.superseded
    )


def _doses(facts: Facts) -> tuple[Dose, ...]:
    origin = facts.doses[0].started_at
    doses = [Dose((one.started_at - origin) / AN_HOUR, _("dose")) for one in facts.doses]
    if facts.following is not None:
        doses.append(Dose((facts.following.started_at - origin) / AN_HOUR, _("next treatment")))
    return tuple(doses)


def _band(lower: float | None, upper: float | None) -> Band | None:
    return None if lower is None or upper is None else Band(lower, upper)


def _loss(outcome: Outcome, facts: Facts, *, redose_is_loss: bool) -> Band | None:
    """Return the span of loss on the clock of the picture; outcomes count it from the last dose."""
    ends = (outcome.loss_lower_hours, outcome.loss_upper_hours)
    lower, upper = (outcome.loss_lower_e2_hours, outcome.loss_upper_e2_hours) if redose_is_loss else ends
    if lower is None or upper is None:
        return None
    later = (facts.doses[-1].started_at - facts.doses[0].started_at) / AN_HOUR
    return Band(lower + later, upper + later)
