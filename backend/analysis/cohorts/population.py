"""Who is in a cohort: the first treatment or course of each patient, gathered by instrument and group."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.cohorts.cells import Cells, Spans, spans_of
from backend.analysis.cohorts.grid import coarsened, gridded
from backend.analysis.outcomes.episodes import Episodes
from backend.analysis.outcomes.kernel import Reason, outcomes_of
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

    @property
    def check_ins_followed(self) -> int:
        """Return how many check-ins there are up to the last one that anybody answered."""
        return int(np.flatnonzero(self.answered).max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class OnGrid:
    """Every episode's spans on the grid, why it cannot be evaluated, and which check-ins were due and answered."""

    hours: Floats
    reason: Ints
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
    grid = on_grid(labelled.episodes, rules, protocol, redose_is_loss=redose_is_loss)
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


def on_grid(episodes: Episodes, rules: RuleSet, protocol: Protocol, *, redose_is_loss: bool) -> OnGrid:
    """Compute outcomes anew from gridded ratings; several doses share no grid, so there the spans are moved to it."""
    last_dose = episodes.about.last_dose_hours
    check_in = protocol.check_in_at(episodes.hours)
    found = outcomes_of(gridded(episodes, protocol, check_in), rules)
    reason = found.reason
    onset, loss = spans_of(found, redose_is_loss=redose_is_loss)
    end = loss
    several = last_dose > 0
    if several.any():
        check_in = protocol.check_in_at(episodes.hours - np.repeat(last_dose, np.diff(episodes.start)))
        actual = outcomes_of(episodes, rules)
        reason = np.where(several, actual.reason, reason)
        moved_onset, moved_loss = spans_of(actual, last_dose, redose_is_loss=redose_is_loss)
        moved_end = Spans(moved_loss.lower + last_dose, moved_loss.upper + last_dose)
        onset = onset.replaced(several, coarsened(moved_onset.lower, moved_onset.upper, protocol))
        end = loss.replaced(several, coarsened(moved_end.lower, moved_end.upper, protocol))
        loss = loss.replaced(several, coarsened(moved_loss.lower, moved_loss.upper, protocol))
    return OnGrid(protocol.grid_hours, reason, onset, loss, end, *_check_ins(episodes, protocol, check_in))


def _check_ins(episodes: Episodes, protocol: Protocol, check_in: Ints) -> tuple[Bools, Bools]:
    """Return which check-ins after the last dose were due before the next treatment, and which were answered.

    `check_in`: for each rating the number of its check-in after the last dose, -1 for none.
    """
    seen = np.flatnonzero(check_in >= 0)
    answered = np.zeros((len(episodes), len(protocol.check_ins)), dtype=bool)
    answered[episodes.episode[seen], check_in[seen]] = True
    opens = np.array([one.opens for one in protocol.check_ins])
    due = (episodes.about.follow_up_hours - episodes.about.last_dose_hours)[:, np.newaxis] > opens
    return due, answered


def _population(instrument: str, group: str, grid: OnGrid, members: Bools) -> Population:
    reason = grid.reason[members]
    evaluable = members & (grid.reason == Reason.none)
    return Population(
        instrument=instrument,
        group=group,
        cells=Cells.counted(grid.hours, *(spans.of(evaluable) for spans in (grid.onset, grid.loss, grid.end))),
        reasons={one.name: int((reason == one).sum()) for one in Reason if one and (reason == one).any()},
        due=grid.due[evaluable].sum(axis=0),
        answered=(grid.answered & grid.due)[evaluable].sum(axis=0),
    )
