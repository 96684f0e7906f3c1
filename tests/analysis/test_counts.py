"""Counts of treatments add up: across strata, workers and protocols."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis.cohorts.counts import Counts, Member, bits, members, merged
from backend.analysis.cohorts.population import on_grid, populations
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from backend.instruments import get

PLAN = protocol("hourly-weekly")
RULES = rule_set("R50C-L50")
HOURS = np.array([0, 1, 2, 168, 336, np.inf])


@cache
def simulated():
    study = study_of(simulate(80, PLAN, seed=3).ratings, "nrs-anxiety")
    return study, episodes_per_treatment(study, {"nrs-anxiety": Series.of(get("nrs-anxiety"))})


def counted(labelled):
    grids = [on_grid(labelled.episodes, RULES, PLAN, redose_is_loss=e2) for e2 in (False, True)]
    return members(*grids)


def test_counted_members_are_the_cells_of_the_whole_cohort():
    study, labelled = simulated()
    (whole,) = populations(study, labelled, RULES, PLAN)
    found = Counts.of(counted(labelled), PLAN.grid_hours)
    ours, theirs = found.cells(), whole.cells
    for event in ("onset", "loss", "end"):
        np.testing.assert_array_equal(getattr(ours, event).first, getattr(theirs, event).first)
        np.testing.assert_array_equal(getattr(ours, event).stop, getattr(theirs, event).stop)
    np.testing.assert_array_equal(ours.count, theirs.count)
    assert (found.reasons, list(found.due), list(found.answered)) == (
        whole.reasons,
        whole.due.tolist(),
        whole.answered.tolist(),
    )


@given(st.lists(st.integers(0, 3), min_size=80, max_size=80))
def test_however_treatments_are_spread_over_strata_they_add_up(strata):
    _, labelled = simulated()
    everybody = counted(labelled)
    parts = [
        Counts.of((one for one, where in zip(everybody, strata, strict=True) if where == stratum), PLAN.grid_hours)
        for stratum in range(4)
    ]
    assert merged(parts) == Counts.of(everybody, PLAN.grid_hours)


def test_counts_survive_being_stored():
    _, labelled = simulated()
    everybody = counted(labelled)
    assert [Member.stored(one.place, bits(one.due), bits(one.answered)) for one in everybody] == everybody
    whole = Counts.of(everybody, PLAN.grid_hours)
    assert Counts.from_json(whole.as_json(), PLAN.grid_hours) == whole


def test_a_protocol_on_which_nobody_is_evaluable_coarsens_nobody():
    hourly = Counts.of([Member("", (1, 2) * 3, (1, 2) * 3, (0,), (0,))], HOURS)
    weekly = Counts.of([Member("no_baseline")], np.array([0, 168, 336, np.inf]))
    for both in (merged([hourly, weekly]), merged([weekly, hourly])):
        assert both.hours == hourly.hours
        assert both.e1 == hourly.e1
        assert both.reasons == {"no_baseline": 1}


def test_nobody_has_no_counts():
    assert merged([]) is None


@pytest.mark.parametrize(
    ("cell", "coarse"),
    [
        pytest.param((1, 2, 3, 4, 3, 4), (0, 1, 1, 2, 1, 2), id="an onset by the hour moves out to the first week"),
        pytest.param((0, 3, 4, 5, 4, 5), (0, 1, 2, 3, 2, 3), id="ends on shared times stay"),
        pytest.param((2, 5, 2, 5, 2, 5), (0, 3, 0, 3, 0, 3), id="what was not seen stays open"),
    ],
)
def test_two_protocols_meet_at_the_check_ins_they_share(cell, coarse):
    hourly = Counts.of([Member("", cell, cell, (0, 2), (2,))], HOURS)
    weekly = Counts.of([Member("", (0, 1) * 3, (0, 1) * 3, (0, 1), (0,))], np.array([0, 168, 336, np.inf]))
    both = merged([hourly, weekly])
    assert both.hours == (0, 168, 336, np.inf)
    assert both.e1 == ({coarse: 1, (0, 1) * 3: 1} if coarse != (0, 1) * 3 else {coarse: 2})
    assert (both.due, both.answered) == ((2, 1), (2, 0))
