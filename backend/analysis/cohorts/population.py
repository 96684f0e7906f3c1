"""Who is in a cohort: the first treatment or course of each patient, gathered by instrument and group."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.cohorts.cells import Cells, Spans, spans_of
from backend.analysis.cohorts.grid import coarsened, gridded
from backend.analysis.outcomes.episodes import Episodes
from backend.analysis.outcomes.kernel import Outcomes, Reason, outcomes_of
from backend.analysis.outcomes.rules import RuleSet
from backend.analysis.outcomes.study import Labelled, Study
from backend.analysis.schedule import Protocol

EVERYONE = "all"


@dataclass(frozen=True, slots=True)
class Population:
    """One cohort on its grid. `reasons`: how many are left out, by reason; `due`, `answered`: one a check-in."""

    instrument: str
    group: str
    cells: Cells
    reasons: dict[str, int]
    due: Ints
    answered: Ints

    @property
    def n(self) -> int:
        """Return how many evaluable treatments or courses there are."""
        return self.cells.n


@dataclass(frozen=True, slots=True)
class _OnGrid:
    """Outcomes of every episode with all spans on the grid, and which check-ins were due and answered."""

    hours: Floats
    outcomes: Outcomes
    onset: Spans
    loss: Spans
    end: Spans
    due: Bools
    answered: Bools


def populations(
    study: Study,
    labelled: Labelled,
    rules: RuleSet,
    protocol: Protocol,
    *,
    by: str | None = None,
    redose_is_loss: bool = False,
) -> list[Population]:
    """Return the cohorts of a study, one for each instrument and each value of the column `by`, in sort order.

    Treatments whose `by` is empty are in no cohort. A cohort counts each patient once, by the index treatment.
    `redose_is_loss`: whether a dose given because symptoms returned counts as a loss (E2) or ends follow-up (E1).
    """
    grid = _on_grid(labelled.episodes, rules, protocol, redose_is_loss=redose_is_loss)
    row = labelled.labels["treatment"].to_numpy()
    group = np.full(len(row), EVERYONE) if by is None else study.treatments[by].to_numpy(dtype=str)[row]
    index = np.zeros(len(study.treatments), dtype=bool)
    index[study.index_treatments()] = True
    instrument = labelled.labels["instrument"].to_numpy()
    return [
        _population(slug, name, grid, index[row] & (instrument == slug) & (group == name))
        for slug in pd.unique(instrument)
        for name in sorted(map(str, pd.unique(group)))
        if name
    ]


def _on_grid(episodes: Episodes, rules: RuleSet, protocol: Protocol, *, redose_is_loss: bool) -> _OnGrid:
    """Compute outcomes anew from gridded ratings; several doses share no grid, so courses' spans are moved to it."""
    hours = np.concatenate([[0.0], protocol.nominal_hours, [np.inf]])
    last_dose = episodes.about.last_dose_hours
    check_in = protocol.check_in_at(episodes.hours - np.repeat(last_dose, np.diff(episodes.start)))
    answered = np.zeros((len(episodes), len(protocol.check_ins)), dtype=bool)
    answered[episodes.episode[check_in >= 0], check_in[check_in >= 0]] = True
    opens = np.array([one.opens for one in protocol.check_ins])
    due = (episodes.about.follow_up_hours - last_dose)[:, np.newaxis] > opens
    if not last_dose.any():
        outcomes = outcomes_of(gridded(episodes, protocol), rules)
        onset, loss = spans_of(outcomes, redose_is_loss=redose_is_loss)
        return _OnGrid(hours, outcomes, onset, loss, loss, due, answered)
    outcomes = outcomes_of(episodes, rules)
    onset, loss = spans_of(outcomes, last_dose, redose_is_loss=redose_is_loss)
    end = Spans(loss.lower + last_dose, loss.upper + last_dose)
    onset, loss, end = (Spans(*coarsened(spans.lower, spans.upper, protocol)) for spans in (onset, loss, end))
    return _OnGrid(hours, outcomes, onset, loss, end, due, answered)


def _population(instrument: str, group: str, grid: _OnGrid, members: Bools) -> Population:
    reason = grid.outcomes.reason[members]
    evaluable = members & (grid.outcomes.reason == Reason.none)
    return Population(
        instrument=instrument,
        group=group,
        cells=Cells.counted(grid.hours, *(spans.of(evaluable) for spans in (grid.onset, grid.loss, grid.end))),
        reasons={one.name: int((reason == one).sum()) for one in Reason if one and (reason == one).any()},
        due=grid.due[evaluable].sum(axis=0),
        answered=(grid.answered & grid.due)[evaluable].sum(axis=0),
    )
