"""An estimate that was kept as JSON is the same to the last bit."""

import json
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from backend.analysis.cohorts import keeping
from backend.analysis.cohorts.estimate import estimate_cohort
from backend.analysis.cohorts.population import populations
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from backend.instruments import get


def estimate_of(count, seed, rules="R50C-L50"):
    plan = protocol("hourly-weekly")
    study = study_of(simulate(count, plan, seed=seed).ratings, "nrs-anxiety")
    labelled = episodes_per_treatment(study, {"nrs-anxiety": Series.of(get("nrs-anxiety"))})
    (population,) = populations(study, labelled, rule_set(rules), plan)
    return estimate_cohort(population.cells)


def assert_same(kept, made):
    """Compare number by number, arrays by their bytes and shapes."""
    if is_dataclass(made):
        for one in fields(made):
            assert_same(getattr(kept, one.name), getattr(made, one.name))
        return
    kept, made = (np.asarray(one, dtype=object if one is None else float) for one in (kept, made))
    assert kept.shape == made.shape
    assert kept.dtype == made.dtype
    assert np.array_equal(kept, made)


@pytest.mark.parametrize(("count", "seed"), [(6, 1), (12, 2), (80, 3)])
def test_what_is_read_is_what_was_written(count, seed):
    made = estimate_of(count, seed)
    text = json.dumps(keeping.as_json(made), allow_nan=False)
    assert_same(keeping.from_json(json.loads(text)), made)


def test_infinity_survives_where_json_has_none():
    made = estimate_of(40, 4, "R50C-L50x2")
    assert np.isinf(made.loss_fit.right).any()
    assert_same(keeping.from_json(json.loads(json.dumps(keeping.as_json(made), allow_nan=False))), made)
