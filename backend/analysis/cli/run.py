"""Go from ratings to outcomes, cohorts and comparisons, as asked for on the command line."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from backend.analysis.cli.ratings_file import GROUP, RatingsFile
from backend.analysis.cohorts.comparison import Comparison, comparisons
from backend.analysis.cohorts.estimate import CohortEstimate, estimate_cohort
from backend.analysis.cohorts.population import Population, populations
from backend.analysis.outcomes.kernel import outcomes_of
from backend.analysis.outcomes.rules import RuleSet
from backend.analysis.outcomes.study import Labelled, episodes_per_course, episodes_per_treatment
from backend.analysis.outcomes.table import outcome_table
from backend.analysis.schedule import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """What to conclude: the rules, the grid, `by` which column to form cohorts, per treatment or per course."""

    rules: RuleSet
    protocol: Protocol
    by: str | None = None
    per_course: bool = False
    exclude_flagged: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What was concluded. `outcomes`: see `outcome_table`; `estimates`: one a cohort, None where it is too small.

    `starts_known`: whether the file tells which treatment of a patient came after which.
    `estimates_e2`: the same where a dose given because symptoms returned counts as loss; empty without such doses.
    """

    question: Question
    outcomes: pd.DataFrame
    cohorts: list[Population]
    estimates: list[CohortEstimate | None]
    estimates_e2: list[CohortEstimate | None]
    comparisons: list[Comparison]
    set_aside: dict[str, int]
    without_group: int
    starts_known: bool

    def name_of(self, instrument: str, group: str) -> str:
        """Return what tables call a cohort: its group, after the instrument where there are several."""
        several = len({cohort.instrument for cohort in self.cohorts}) > 1
        return f"{instrument}:{group}" if several else group


def answer(
    file: RatingsFile,
    question: Question,
    step: Callable[[str], None],
    with_outcomes: Callable[[pd.DataFrame], object] = lambda _: None,
) -> Answer:
    """Analyse a file of ratings; `step` is told what is done next, `with_outcomes` gets the outcomes before cohorts."""
    step("outcomes")
    per_unit = episodes_per_course if question.per_course else episodes_per_treatment
    labelled = per_unit(file.study, file.series, exclude_flagged=question.exclude_flagged)
    outcomes = outcomes_of(labelled.episodes, question.rules)
    table = outcome_table(file.study, labelled, outcomes, question.rules.name)
    with_outcomes(table)
    step("cohorts")
    cohorts = _cohorts(file, labelled, question)
    redosed = labelled.episodes.about.next_for_symptoms.any()
    cohorts_e2 = _cohorts(file, labelled, question, redose_is_loss=True) if redosed else []
    estimates = [[estimate_cohort(cohort.cells) for cohort in group] for group in (cohorts, cohorts_e2)]
    step("comparisons")
    return Answer(
        question=question,
        outcomes=table,
        cohorts=cohorts,
        estimates=estimates[0],
        estimates_e2=estimates[1],
        comparisons=comparisons(cohorts) if question.by else [],
        set_aside=file.set_aside,
        starts_known=file.study.has_starts,
        without_group=int((file.study.treatments[GROUP] == "").sum()) if question.by else 0,
    )


def _cohorts(
    file: RatingsFile, labelled: Labelled, question: Question, *, redose_is_loss: bool = False
) -> list[Population]:
    by = GROUP if question.by else None
    return populations(file.study, labelled, question.rules, question.protocol, by=by, redose_is_loss=redose_is_loss)
