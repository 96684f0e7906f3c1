"""Stored facts and conclusions as pictures: the response curve of a treatment or course, the curves of a cohort."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from backend import instruments
from backend.analysis.cohorts.drawing import MEASURES, cohort_curve, cohort_picture
from backend.analysis.cohorts.notes import answered_share, left_out_notes, population_note, under_e1
from backend.analysis.facts import Facts
from backend.analysis.outcomes.rules import RuleSet
from backend.charts import Band, CohortPicture, Dose, Miss, Point, ResponseCurve
from backend.charts.words import number, plain
from backend.tracking.cohorts import Cohort
from backend.tracking.estimation import facts_of, fresh_outcomes
from backend.tracking.models import CheckIn, Outcome, State, Treatment, Unit
from backend.tracking.models.check_ins import SUPERSEDED

AN_HOUR = timedelta(hours=1)


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
    scale = instruments.spoken(instruments.get(instrument))
    base = outcome.baseline
    return ResponseCurve(
        title=f"{treatment.patient.code}, {_title(treatment)}",
        instrument=scale.title,
        minimum=scale.total_minimum,
        maximum=scale.total_maximum,
        points=_points(facts, instrument),
        misses=_misses(facts, timezone.now()),
        doses=_doses(facts),
        baseline=base,
        response_at=None if base is None else base * rules.response_at_most_percent / 100,
        lost_above=None if base is None else base * rules.lost_above_percent / 100,
        onset=_band(outcome.onset_lower_hours, outcome.onset_upper_hours),
        loss=_loss(outcome, facts),
        sentence=outcome.in_words(),
        notes=(rules.in_words(), under_e1(), *([scale.label] if scale.label else [])),
    )


def cohort_pictures(cohort: Cohort) -> dict[str, CohortPicture]:
    """Return the pictures of a cohort by name: in_response, onset and loss."""
    notes = _notes(cohort)
    size = {"n": cohort.n, "check_ins_followed": cohort.check_ins_followed}
    return {
        name: cohort_picture(name, [cohort_curve(name, _("All"), cohort.estimate, **size)], notes) for name in MEASURES
    }


def _title(treatment: Treatment) -> str:
    given = treatment.drug_name or treatment.get_drug_display()
    dose = "" if treatment.dose_mg is None else f" {number(float(treatment.dose_mg))} mg"
    return f"{given}{dose}, {treatment.get_route_display()}"


def _hours(facts: Facts, moment: datetime) -> float:
    return (moment - facts.doses[0].started_at) / AN_HOUR


def _points(facts: Facts, instrument: str) -> tuple[Point, ...]:
    return tuple(
        Point(_hours(facts, one.at), one.total, tuple(map(plain, marks)))
        for one, marks in zip(facts.ratings, facts.marks(), strict=True)
        if one.instrument == instrument and one.total is not None
    )


def _doses(facts: Facts) -> tuple[Dose, ...]:
    doses = [Dose(_hours(facts, one.started_at), _("dose")) for one in facts.doses]
    if facts.following is not None:
        doses.append(Dose(_hours(facts, facts.following.started_at), _("next treatment")))
    return tuple(doses)


def _misses(facts: Facts, now: datetime) -> tuple[Miss, ...]:
    """Return the check-ins that passed without an answer; what a later treatment closed is no gap."""
    rows = CheckIn.objects.with_answers().filter(
        treatment__in=[one.treatment for one in facts.doses], nominal_hours__isnull=False
    )
    return tuple(
        Miss(_hours(facts, one.due_at), plain(one.reason))
        for one in rows.select_related("treatment").order_by("due_at")
        if one.state_at(now) in {State.MISSED, State.SKIPPED} and one.reason != SUPERSEDED and one.due_at <= now
    )


def _band(lower: float | None, upper: float | None) -> Band | None:
    return None if lower is None or upper is None else Band(lower, upper)


def _loss(outcome: Outcome, facts: Facts) -> Band | None:
    """Return the span of loss on the clock of the picture; outcomes count it from the last dose."""
    if outcome.loss_lower_hours is None or outcome.loss_upper_hours is None:
        return None
    later = _hours(facts, facts.doses[-1].started_at)
    return Band(outcome.loss_lower_hours + later, outcome.loss_upper_hours + later)


def _notes(cohort: Cohort) -> tuple[str, ...]:
    """Return what every picture must say: population, rules, missingness, what a new dose does, no randomisation."""
    left_out = left_out_notes(cohort.counts.reasons, n=cohort.n)
    waiting = [_("Treatments still being worked out: {count}.").format(count=cohort.waiting)] if cohort.waiting else []
    return (
        " ".join([population_note(cohort.selection.unit), *left_out]),
        _("Rule set {rules}").format(rules=cohort.rules.in_words()),
        _("Check-ins answered: {share}.").format(share=answered_share(sum(cohort.answered), sum(cohort.due))),
        under_e1(),
        _("Relief seen in an open clinic is not efficacy; who was given what was not drawn by lot."),
        *waiting,
    )
