"""Cohort curves as pictures: what is drawn, and what must be said beside it."""

from itertools import pairwise

import numpy as np

from backend.analysis.cli.run import Answer
from backend.analysis.cohorts.estimate import SMALLEST_COHORT, CohortEstimate, Curve
from backend.analysis.cohorts.population import Population
from backend.charts import CohortCurve, CohortPicture, cohort_svg

MOST_GROUPS = 6  # in one picture; more take another one
UNDER_E1 = "A new treatment ends the follow-up of the one before (E1)."
NO_ORDER = "The file does not tell whether anyone was treated again, so E1 and E2 are the same."
LEFT_OUT = {"no_rating_after_dose": "no rating inside a check-in window"}  # on the grid, which has no other ratings
MEASURES = {
    "in_response": ("In response", "Probability of being in response"),
    "onset": ("Onset", "Probability that response has begun"),
    "loss": ("Loss", "Probability that response is over, among all treated"),
}


def pictures(answer: Answer) -> dict[str, CohortPicture]:
    """Return the pictures of all cohorts by name: in_response, onset, loss, and in_response-2 … past six groups."""
    return {
        name if not start else f"{name}-{start // MOST_GROUPS + 1}": _picture(answer, name, start)
        for name in MEASURES
        for start in range(0, len(answer.cohorts), MOST_GROUPS)
    }


def standalone_svgs(answer: Answer) -> dict[str, str]:
    """Return each picture as a file of its own, by file name."""
    return {f"{name}.svg": cohort_svg(picture, standalone=True) for name, picture in pictures(answer).items()}


def notes(answer: Answer, cohorts: list[Population]) -> tuple[str, ...]:
    """Return what every picture must say: population, rules, missingness, what a new dose does, no randomisation."""
    unit = "course" if answer.question.per_course else "treatment"
    grouped = [f"Treatments without {answer.question.by}: {answer.without_group}, in no group."]
    return (
        " ".join([f"Population: first {unit} of each patient, if evaluable.", *_left_out(answer, cohorts)]),
        f"Rule set {answer.question.rules.in_words()}",
        *(
            ["Check-ins answered: " + ", ".join(_answered(answer, cohort) for cohort in cohorts) + "."]
            if cohorts
            else []
        ),
        UNDER_E1 if answer.starts_known else NO_ORDER,
        *(grouped if answer.without_group else ()),
        *(["Groups as they were: who was given which may explain a difference."] if answer.question.by else []),
        *(["Flagged ratings are left out."] if answer.question.exclude_flagged else []),
    )


def _picture(answer: Answer, name: str, start: int) -> CohortPicture:
    title, measure = MEASURES[name]
    shown = slice(start, start + MOST_GROUPS)
    cohorts, estimates = answer.cohorts[shown], answer.estimates[shown]
    return CohortPicture(
        title=title,
        measure=measure,
        curves=tuple(_curve(answer, name, *pair) for pair in zip(cohorts, estimates, strict=True)),
        joined=name == "in_response",
        notes=notes(answer, cohorts),
    )


def _curve(answer: Answer, name: str, cohort: Population, estimate: CohortEstimate | None) -> CohortCurve:
    title = answer.name_of(cohort.instrument, cohort.group)
    if estimate is None:
        return CohortCurve(title, (), (), (), (), (), (), cohort.n)
    length = cohort.check_ins_followed + 1  # with hour 0
    curve: Curve = getattr(estimate, name)
    columns = [
        column[:length].tolist()
        for column in (curve.estimate, curve.lower, curve.upper, curve.confidence.lower, curve.confidence.upper)
    ]
    hours = estimate.hours[:length].tolist()
    if name == "in_response":
        between = (estimate.response.lower_after, estimate.response.upper_after)
        hours, columns = _with_bands_between(hours, columns, [column[: length - 1].tolist() for column in between])
    estimated, lower, upper, ci_lower, ci_upper = (tuple(column) for column in columns)
    return CohortCurve(title, tuple(hours), estimated, lower, upper, ci_lower, ci_upper, cohort.n)


Column = list[float | None]


def _with_bands_between(
    hours: list[float], columns: list[Column], between: list[Column]
) -> tuple[list[float], list[Column]]:
    """Put the band that holds between two check-ins half-way between them."""
    middles = [(before + after) / 2 for before, after in pairwise(hours)]
    order = np.argsort(hours + middles, kind="stable")
    nothing: Column = [None] * len(middles)
    added = [nothing, *between, nothing, nothing]
    joined = [[*column, *more] for column, more in zip(columns, added, strict=True)]
    return [(hours + middles)[at] for at in order], [[column[at] for at in order] for column in joined]


def _answered(answer: Answer, cohort: Population) -> str:
    due, answered = int(cohort.due.sum()), int(cohort.answered.sum())
    share = f"{100 * answered / due:.0f} % of {due}" if due else "none was due"
    return f"{answer.name_of(cohort.instrument, cohort.group)} {share}"


def _left_out(answer: Answer, cohorts: list[Population]) -> list[str]:
    sentences = []
    for cohort in cohorts:
        name = answer.name_of(cohort.instrument, cohort.group)
        if cohort.reasons:
            reasons = ", ".join(
                f"{count} ({LEFT_OUT.get(reason, reason.replace('_', ' '))})"
                for reason, count in cohort.reasons.items()
            )
            sentences.append(f"Left out of {name}: {reasons}.")
        if cohort.n < SMALLEST_COHORT:
            sentences.append(f"{name}: n = {cohort.n}, too few; an estimate needs {SMALLEST_COHORT}.")
    return sentences
