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
from backend.analysis.outcomes.study import episodes_per_course, episodes_per_treatment
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
    """What was concluded. `outcomes`: see `outcome_table`; `estimates`: one a cohort, None where it is too small."""

    question: Question
    outcomes: pd.DataFrame
    cohorts: list[Population]
    estimates: list[CohortEstimate | None]
    comparisons: list[Comparison]
    set_aside: dict[str, int]
    without_group: int

    def name_of(self, instrument: str, group: str) -> str:
        """Return what tables call a cohort: its group, after the instrument where there are several."""
        several = len({cohort.instrument for cohort in self.cohorts}) > 1
        return f"{instrument}:{group}" if several else group


def answer(file: RatingsFile, question: Question, step: Callable[[str], None]) -> Answer:
    """Analyse a file of ratings; `step` is told what is being done next."""
    step("outcomes")
    per_unit = episodes_per_course if question.per_course else episodes_per_treatment
    labelled = per_unit(file.study, file.series, exclude_flagged=question.exclude_flagged)
    outcomes = outcomes_of(labelled.episodes, question.rules)
    table = outcome_table(file.study, labelled, outcomes, question.rules.name)
    step("cohorts")
    cohorts = populations(file.study, labelled, question.rules, question.protocol, by=GROUP if question.by else None)
    estimates = [estimate_cohort(cohort.cells) for cohort in cohorts]
    step("comparisons")
    compared = comparisons(cohorts) if question.by else []
    without = 0 if question.by is None else int((file.study.treatments[GROUP] == "").sum())
    return Answer(question, table, cohorts, estimates, compared, file.set_aside, without)
