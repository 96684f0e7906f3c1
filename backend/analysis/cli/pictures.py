"""Cohort curves as pictures: what is drawn, and what must be said beside it."""

from backend.analysis.cli.run import Answer
from backend.analysis.cohorts.population import Population
from backend.analysis.cohorts.telling.drawing import MEASURES, cohort_curve, cohort_picture
from backend.analysis.cohorts.telling.notes import answered_share, left_out_notes, population_note, under_e1
from backend.charts import CohortPicture, cohort_svg

MOST_GROUPS = 6  # in one picture; more take another one
NO_ORDER = "The file does not tell whether anyone was treated again, so E1 and E2 are the same."


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
        " ".join([population_note(unit), *_left_out(answer, cohorts)]),
        f"Rule set {answer.question.rules.in_words()}",
        *(
            ["Check-ins answered: " + ", ".join(_answered(answer, cohort) for cohort in cohorts) + "."]
            if cohorts
            else []
        ),
        under_e1() if answer.starts_known else NO_ORDER,
        *(grouped if answer.without_group else ()),
        *(["Groups as they were: who was given which may explain a difference."] if answer.question.by else []),
        *(["Flagged ratings are left out."] if answer.question.exclude_flagged else []),
    )


def _picture(answer: Answer, name: str, start: int) -> CohortPicture:
    shown = slice(start, start + MOST_GROUPS)
    cohorts, estimates = answer.cohorts[shown], answer.estimates[shown]
    curves = (
        cohort_curve(
            name,
            answer.name_of(cohort.instrument, cohort.group),
            estimate,
            n=cohort.n,
            check_ins_followed=cohort.check_ins_followed,
        )
        for cohort, estimate in zip(cohorts, estimates, strict=True)
    )
    return cohort_picture(name, curves, notes(answer, cohorts))


def _answered(answer: Answer, cohort: Population) -> str:
    share = answered_share(int(cohort.answered.sum()), int(cohort.due.sum()))
    return f"{answer.name_of(cohort.instrument, cohort.group)} {share}"


def _left_out(answer: Answer, cohorts: list[Population]) -> list[str]:
    return [
        note
        for cohort in cohorts
        for note in left_out_notes(cohort.reasons, n=cohort.n, of=answer.name_of(cohort.instrument, cohort.group))
    ]
