"""Stored facts and conclusions as pictures: the response curve of a treatment or course, the curves of a cohort."""

from datetime import datetime, timedelta

from django.utils import timezone

from backend import instruments
from backend.analysis.cohorts.drawing import MEASURES, cohort_curve
from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.analysis.facts import Facts
from backend.analysis.outcomes.rules import RuleSet
from backend.charts import Band, CohortPicture, Dose, Miss, Point, ResponseCurve
from backend.tracking.cohorts import Cohort
from backend.tracking.estimation import facts_of, fresh_outcomes
from backend.tracking.models import CheckIn, Outcome, State, Treatment, Unit
from backend.tracking.models.check_ins import SUPERSEDED

UNDER_E1 = "A new treatment ends the follow-up of the one before (E1)."
NOT_RANDOMISED = "Relief seen in an open clinic is not efficacy; who was given what was not drawn by lot."
LEFT_OUT = {"no_rating_after_dose": "no rating inside a check-in window"}  # on the grid, which has no other ratings
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
    scale = instruments.get(instrument)
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
        sentence=outcome.sentence,
        notes=(rules.in_words(), UNDER_E1, *([scale.label] if scale.label else [])),
    )


def cohort_pictures(cohort: Cohort, title: str = "All") -> dict[str, CohortPicture]:
    """Return the pictures of a cohort by name: in_response, onset and loss."""
    notes = _notes(cohort)
    return {
        name: CohortPicture(
            title=heading,
            measure=measure,
            curves=(
                cohort_curve(name, title, cohort.estimate, n=cohort.n, check_ins_followed=cohort.check_ins_followed),
            ),
            joined=name == "in_response",
            notes=notes,
        )
        for name, (heading, measure) in MEASURES.items()
    }


def _title(treatment: Treatment) -> str:
    given = treatment.drug_name or treatment.get_drug_display()
    dose = "" if treatment.dose_mg is None else f" {treatment.dose_mg.normalize():f} mg"
    return f"{given}{dose}, {treatment.get_route_display()}"


def _hours(facts: Facts, moment: datetime) -> float:
    return (moment - facts.doses[0].started_at) / AN_HOUR


def _points(facts: Facts, instrument: str) -> tuple[Point, ...]:
    return tuple(
        Point(_hours(facts, one.at), one.total, tuple(mark.replace("_", " ") for mark in marks))
        for one, marks in zip(facts.ratings, facts.marks(), strict=True)
        if one.instrument == instrument and one.total is not None
    )


def _doses(facts: Facts) -> tuple[Dose, ...]:
    doses = [Dose(_hours(facts, one.started_at), "dose") for one in facts.doses]
    if facts.following is not None:
        doses.append(Dose(_hours(facts, facts.following.started_at), "next treatment"))
    return tuple(doses)


def _misses(facts: Facts, now: datetime) -> tuple[Miss, ...]:
    """Return the check-ins that passed without an answer; what a later treatment closed is no gap."""
    rows = CheckIn.objects.with_answers().filter(
        treatment__in=[one.treatment for one in facts.doses], nominal_hours__isnull=False
    )
    return tuple(
        Miss(_hours(facts, one.due_at), one.reason.replace("_", " "))
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
    due, answered = sum(cohort.due), sum(cohort.answered)
    counted = f"{100 * answered / due:.0f} % of {due}" if due else "none was due yet"
    waiting = f"{cohort.waiting} treatments are still being worked out." if cohort.waiting else ""
    return (
        " ".join([f"Population: first {cohort.selection.unit} of each patient, if evaluable.", *_left_out(cohort)]),
        f"Rule set {cohort.rules.in_words()}",
        f"Check-ins answered: {counted}.",
        UNDER_E1,
        NOT_RANDOMISED,
        *([waiting] if waiting else []),
    )


def _left_out(cohort: Cohort) -> list[str]:
    counts = cohort.counts.reasons.items()
    reasons = ", ".join(f"{count} ({LEFT_OUT.get(reason, reason.replace('_', ' '))})" for reason, count in counts)
    small = f"n = {cohort.n}, too few; an estimate needs {SMALLEST_COHORT}." if cohort.n < SMALLEST_COHORT else ""
    return [*([f"Left out: {reasons}."] if reasons else []), *([small] if small else [])]
