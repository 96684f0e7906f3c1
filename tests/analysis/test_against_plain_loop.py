"""The vectorised outcomes equal a plain loop that was written from the definitions alone."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backend.analysis.outcomes.amendments import amended
from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.kernel import outcomes_of
from backend.analysis.outcomes.rules import RULE_SETS
from backend.analysis.outcomes.study import Series, Study, episodes_per_course, episodes_per_treatment
from backend.analysis.outcomes.table import outcome_table
from tests.analysis import plain_loop
from tests.analysis.plain_loop import Dose, Rating, Rule

PATIENTS = 9_000  # 2.5 treatments each on average
WINDOW_HOURS, MINIMUM_BASELINE = 24.0, 4
REASONS = ("", "planned", "planned", "symptoms_returned")
OWN_FLAGS = ("late", "offline", "suspect_time", "after_rescue", "during_administration")
SERIES = {"nrs-anxiety": Series(MINIMUM_BASELINE, WINDOW_HOURS, unsettled_change=3.0)}


def random_rating(rng):
    hours = rng.choice([-30, -24, -6, -0.5, 0, 0.25, 1, 1, 2, 2, 2.5, 3, 4, 24, 72, 168, 170, 240, 242, 336, 500, 900])
    score = None if rng.random() < 0.05 else int(rng.integers(0, 11))
    flags = frozenset(flag for flag in (*OWN_FLAGS, "acute") if rng.random() < 0.03)
    changes = tuple(
        None if rng.random() < 0.4 else int(rng.integers(0, 11)) for _ in range(rng.choice([0, 0, 0, 1, 2]))
    )
    return Rating(float(hours), score, flags, changes)


def random_patient(rng):
    gaps = rng.choice([100.0, 168.0, 200.25, 335.0, 336.0, 336.25, 700.0], size=rng.integers(1, 5))
    return [
        Dose(float(start), tuple(random_rating(rng) for _ in range(rng.integers(0, 15))), str(rng.choice(REASONS)))
        for start in np.cumsum(gaps)
    ]


@pytest.fixture(scope="module")
def patients():
    rng = np.random.default_rng(20261123)
    return [random_patient(rng) for _ in range(PATIENTS)]


@pytest.fixture(scope="module")
def study(patients):
    doses = [
        (patient, number, dose) for patient, all_doses in enumerate(patients) for number, dose in enumerate(all_doses)
    ]
    treatments = pd.DataFrame(
        [(patient, number, round(dose.start_hours * 3600e6), dose.redose_reason) for patient, number, dose in doses],
        columns=["patient", "treatment", "started_us", "redose_reason"],
    )
    rows = [(at, rating) for at, (_, _, dose) in enumerate(doses) for rating in dose.ratings]
    ratings = pd.DataFrame(
        {
            "at": [at for at, _ in rows],
            "instrument": "nrs-anxiety",
            "hours": [rating.hours for _, rating in rows],
            "score": [math.nan if rating.score is None else rating.score for _, rating in rows],
            "flags": [sum(Flag[_flag_name(flag)] for flag in rating.flags) for _, rating in rows],
        }
    )
    changes = [
        (row, made, "withdraw" if change is None else "correct", math.nan if change is None else change)
        for row, (_, rating) in enumerate(rows)
        for made, change in enumerate(rating.amendments)
    ]
    amendments = pd.DataFrame(changes, columns=["rating", "made_us", "kind", "score"])
    shuffled = amended(ratings, amendments.sample(frac=1, random_state=1)).sample(frac=1, random_state=2)
    return Study(treatments, shuffled)


def _flag_name(flag):
    return "during_acute_effects" if flag == "acute" else flag


def kernel_results(study, labelled, rules):
    table = outcome_table(study, labelled, outcomes_of(labelled.episodes, rules), rules.name)
    return {(row.patient, row.treatment): row for row in table.itertuples()}


def loop_rule(rules):
    return Rule(
        rules.response_percent, rules.loss_percent, rules.confirmed, rules.losses_in_a_row, rules.confirm_within_hours
    )


def assert_same(row, expected):
    assert (row.status, row.reason, row.n_ratings) == (expected.status, expected.reason, expected.n_ratings)
    assert frozenset(filter(None, row.flags.split(";"))) == expected.flags
    unknown = (math.nan, math.nan)
    seen = [row.baseline, row.best_improvement_percent]
    wanted = [math.nan if one is None else one for one in (expected.baseline, expected.best_improvement_percent)]
    for name in ("onset", "loss", "loss_e2", "duration"):
        column = "loss_{}_e2_hours" if name == "loss_e2" else name + "_{}_hours"
        seen += [getattr(row, column.format("lower")), getattr(row, column.format("upper"))]
        wanted += getattr(expected, name) or unknown
    assert seen == pytest.approx(wanted, rel=1e-12, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("rules", [*RULE_SETS.values(), replace(RULE_SETS["R50C-L50"], confirm_within_hours=100.0)])
@pytest.mark.parametrize("unit", ["treatment", "course"])
def test_every_random_treatment_and_course_comes_out_as_in_the_loop(patients, study, rules, unit):
    per_unit = episodes_per_treatment if unit == "treatment" else episodes_per_course
    found = kernel_results(study, per_unit(study, SERIES), rules)
    compared = 0
    for patient, doses in enumerate(patients):
        bounds = {"minimum_baseline": MINIMUM_BASELINE, "baseline_window_hours": WINDOW_HOURS}
        if unit == "treatment":
            expected = list(enumerate(plain_loop.treatment_results(doses, loop_rule(rules), **bounds)))
        else:
            expected = plain_loop.course_results(doses, loop_rule(rules), **bounds)
        for number, result in expected:
            if (patient, number) not in found:
                assert result.n_ratings == 0  # a treatment without any rating makes no row
                continue
            assert_same(found[patient, number], result)
            compared += 1
    assert compared >= (20_000 if unit == "treatment" else 8_000)
