"""From the facts of one treatment or course to all its outcomes: every series under every rule set."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.cohorts.counts import Member, members
from backend.analysis.cohorts.population import on_grid
from backend.analysis.facts import Facts, fingerprint
from backend.analysis.latest import latest_of
from backend.analysis.outcomes.flags import flag_text
from backend.analysis.outcomes.kernel import Outcomes, outcomes_of
from backend.analysis.outcomes.rules import RULE_SETS, RuleSet
from backend.analysis.outcomes.sentences import Told, sentence
from backend.analysis.outcomes.study import Labelled, Series, episodes_per_course, episodes_per_treatment
from backend.analysis.outcomes.table import REASONS, STATUSES
from backend.analysis.schedule import Protocol, protocol
from backend.instruments import PRIMARY, get, known
from backend.language import in_english

ALGORITHM_VERSION = 2  # goes up with every change of code that can change a stored outcome


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One outcome; the first fields are those of `outcome_table`, None where unknown, inf where not seen.

    `member`: what it counts as in a cohort, on the grid of its protocol.
    """

    instrument: str
    rule_set: str
    status: str
    reason: str
    baseline: float | None
    n_ratings: int
    onset_lower_hours: float | None
    onset_upper_hours: float | None
    loss_lower_hours: float | None
    loss_upper_hours: float | None
    loss_lower_e2_hours: float | None
    loss_upper_e2_hours: float | None
    duration_lower_hours: float | None
    duration_upper_hours: float | None
    best_improvement_percent: float | None
    flags: str
    last_rating_hours: float | None
    last_score: float | None
    is_worse: bool
    is_relief_ending: bool
    last_dose_hours: float
    sentence: str
    member: Member
    rule_set_version: int
    instrument_version: int
    input_sha256: str


@in_english()
def conclude(
    facts: Facts,
    *,
    per_course: bool,
    exclude_flagged: bool = False,
    under: Iterable[RuleSet] = tuple(RULE_SETS.values()),
) -> list[Conclusion]:
    """Return the outcomes of the treatment, or of the course, that the facts are about; their sentences in English.

    There is one for each series rated and each rule set, and always one of the primary series. What is concluded
    without flagged ratings is for looking at: it is stored nowhere.
    """
    study = facts.study()
    rated = {one.instrument for one in facts.ratings} | {PRIMARY}
    series = {one.slug: Series.of(one) for one in known() if one.role == "outcome" and one.slug in rated}
    per_unit = episodes_per_course if per_course else episodes_per_treatment
    labelled = per_unit(study, series, exclude_flagged=exclude_flagged)
    canonical = facts.canonical()
    first = np.flatnonzero(labelled.labels["treatment"].to_numpy() == 0).tolist()
    judged = (_Judged.under(rules, labelled, protocol(facts.protocol), canonical) for rules in under)
    return [one.conclusion(at) for one in judged for at in first]


@dataclass(frozen=True, slots=True)
class _Judged:
    """All episodes of some facts under one rule set."""

    rules: RuleSet
    labelled: Labelled
    outcomes: Outcomes
    members: list[Member]
    canonical: str

    @classmethod
    def under(cls, rules: RuleSet, labelled: Labelled, plan: Protocol, canonical: str) -> Self:
        episodes = labelled.episodes
        grids = (on_grid(episodes, rules, plan, redose_is_loss=under_e2) for under_e2 in (False, True))
        return cls(rules, labelled, outcomes_of(episodes, rules), members(*grids), canonical)

    def conclusion(self, at: int) -> Conclusion:
        rules, outcomes = self.rules, self.outcomes
        slug = str(self.labelled.labels["instrument"].iloc[at])
        scale = get(slug)
        latest = latest_of(self.labelled.episodes, at, scale, rules)
        last_dose = float(self.labelled.episodes.about.last_dose_hours[at])
        told = Told.of(outcomes, at, last_dose)

        def number(column: Floats) -> float | None:
            found = float(column[at])
            return None if math.isnan(found) else found

        return Conclusion(
            instrument=slug,
            rule_set=rules.name,
            status=str(STATUSES[outcomes.status[at]]),
            reason=str(REASONS[outcomes.reason[at]]),
            baseline=number(outcomes.baseline),
            n_ratings=int(outcomes.n_ratings[at]),
            onset_lower_hours=number(outcomes.onset_lower),
            onset_upper_hours=number(outcomes.onset_upper),
            loss_lower_hours=number(outcomes.loss_lower),
            loss_upper_hours=number(outcomes.loss_upper),
            loss_lower_e2_hours=number(outcomes.loss_lower),
            loss_upper_e2_hours=number(outcomes.loss_upper_e2),
            duration_lower_hours=number(outcomes.duration_lower),
            duration_upper_hours=number(outcomes.duration_upper),
            best_improvement_percent=number(outcomes.best_improvement_percent),
            flags=flag_text(int(outcomes.flags[at])),
            last_rating_hours=number(outcomes.last_rating),
            last_score=None if latest is None else latest.score,
            is_worse=latest is not None and latest.is_worse,
            is_relief_ending=latest is not None and latest.is_relief_ending,
            last_dose_hours=last_dose,
            sentence=sentence(told, rules),
            member=self.members[at],
            rule_set_version=rules.version,
            instrument_version=scale.version,
            input_sha256=fingerprint(self.canonical, slug, scale.version, rules.name, rules.version, ALGORITHM_VERSION),
        )
