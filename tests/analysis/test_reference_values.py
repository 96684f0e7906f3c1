"""The estimators give what other programs gave: tests/data/README.md says which."""

import json
from itertools import islice
from math import inf, isnan
from pathlib import Path

import numpy as np
import pytest

from backend.analysis.cohorts.response import exact_mean_duration, exactly_in_response
from backend.analysis.intervals.minorant import equal_masses, iterates
from backend.analysis.intervals.npmle import npmle
from backend.analysis.intervals.resampled import resampled_npmle
from backend.analysis.intervals.two_sample import two_sample
from backend.analysis.outcomes.rules import RULE_SETS
from tests.analysis import make
from tests.analysis.make import Sample

REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "reference_values.json").read_text(encoding="utf-8"))
NPMLE_CASES = pytest.mark.parametrize("case", REFERENCE["npmle"], ids=lambda case: case["id"])
LOGLIK, AT_SUPPORT_ENDS = 1e-6, 1e-5  # how closely programs of others are to be met


def numbers(values):
    return np.array([float(value) for value in values])


def sample_of(case):
    return Sample.of(*zip(numbers(case["L"]), numbers(case["R"]), strict=True))


def npmle_case(name):
    return next(case for case in REFERENCE["npmle"] if case["id"] == name)


def assert_curve_of(case, right, cumulated):
    """Compare F at the right ends of the published support, wherever our own has its ends."""
    at = np.searchsorted(right, numbers(case["support_right"]), side="right")
    assert np.concatenate([[0.0], cumulated])[at] == pytest.approx(np.cumsum(case["mass"]), abs=AT_SUPPORT_ENDS)


# One sample


@NPMLE_CASES
def test_the_curve_is_the_published_one(case):
    found = make.fit(sample_of(case))
    assert found.loglik == pytest.approx(case["loglik"], abs=LOGLIK)
    assert found.gap <= make.LARGEST_GAP
    assert_curve_of(case, found.right, found.lower(found.right))


@NPMLE_CASES
def test_no_mass_lies_outside_the_published_support(case):
    found = make.fit(sample_of(case))
    published = set(zip(numbers(case["support_left"]), numbers(case["support_right"]), strict=True))
    elsewhere = [
        mass
        for left, right, mass in zip(found.left, found.right, found.mass, strict=True)
        if (left, right) not in published
    ]
    assert sum(elsewhere) == pytest.approx(0, abs=AT_SUPPORT_ENDS)


@NPMLE_CASES
def test_accelerated_em_alone_reaches_the_published_curve(case):
    sample = sample_of(case)
    rounds = make.squarem(sample)
    for _ in range(1000):  # bcos_pooled takes 710: 19 of its 31 intervals end up empty
        if rounds.gap[0] > make.LARGEST_GAP:
            rounds.improve()
    cumulated = make.cumulated(rounds.mass[:, 0])
    assert rounds.gap[0] <= make.LARGEST_GAP
    assert sample.support.loglik(cumulated) == pytest.approx(case["loglik"], abs=LOGLIK)
    assert_curve_of(case, sample.support.right, cumulated[1:])


@NPMLE_CASES
def test_the_convex_minorant_alone_reaches_the_published_curve(case):
    support = sample_of(case).support
    cumulated = next(
        curve for curve, gap in islice(iterates(support, equal_masses(support)), 500) if gap <= make.LARGEST_GAP
    )
    assert support.loglik(cumulated) == pytest.approx(case["loglik"], abs=LOGLIK)
    assert_curve_of(case, support.right, cumulated[1:])


WITHOUT_EXACT_TIMES = [case for case in REFERENCE["npmle"] if (numbers(case["L"]) < numbers(case["R"])).all()]


@pytest.mark.parametrize("case", WITHOUT_EXACT_TIMES, ids=lambda case: case["id"])
def test_all_resamples_at_once_reach_the_published_curve_on_its_grid(case):
    left, right, _ = sample_of(case)
    grid = np.unique(np.concatenate([[0.0], left, right, [inf]]))
    first, stop = np.searchsorted(grid, left), np.searchsorted(grid, right)
    found = resampled_npmle(first, stop, np.ones((len(left), 2)), steps=len(grid) - 1)
    assert found.gap.max() <= make.LARGEST_GAP
    for column in found.lower().T:
        assert_curve_of(case, grid, np.append(column, 1.0))


# Two groups

SCORES = {"sun": "logrank1_sun", "finkelstein": "logrank2_finkelstein", "wilcoxon": "wmw"}


@pytest.mark.parametrize("scores", SCORES)
def test_two_groups_differ_as_published(scores):
    (expected,) = REFERENCE["two_sample"]
    radiotherapy, with_chemotherapy = (sample_of(npmle_case(name)) for name in ("bcos_Rad", "bcos_RadChem"))
    found = {test.scores: test for test in two_sample(radiotherapy, with_chemotherapy)}[scores]
    assert abs(found.z) == pytest.approx(abs(expected["perm_Z"][SCORES[scores]]), abs=1e-4)
    assert found.p == pytest.approx(expected["perm_p"][SCORES[scores]], abs=1e-4)


def test_the_group_with_earlier_events_has_a_positive_z():
    radiotherapy, with_chemotherapy = (sample_of(npmle_case(name)) for name in ("bcos_Rad", "bcos_RadChem"))
    assert all(test.z < -2 for test in two_sample(radiotherapy, with_chemotherapy))
    assert all(test.z > 2 for test in two_sample(with_chemotherapy, radiotherapy))


# Being in response, times known exactly


def exact_onset_and_end():
    """Response is over at `t_off` or censored there; without one both are censored there."""
    known = REFERENCE["pbir_right_censored"]
    responds = np.array([time is not None for time in known["t_response"]])
    off = numbers(known["t_off"])
    onset = np.array([time or 0 for time in known["t_response"]], dtype=float)
    lost = responds & (numbers(known["off_event"]) == 1)
    return (
        npmle(np.where(responds, onset, off), np.where(responds, onset, inf)),
        npmle(off, np.where(lost, off, inf)),
    )


def test_the_probability_of_being_in_response_is_the_published_one():
    expected = {float(day): share for day, share in REFERENCE["pbir_right_censored"]["PBIR"].items()}
    found = exactly_in_response(*exact_onset_and_end(), np.array(list(expected)))
    assert found == pytest.approx(list(expected.values()), abs=1e-6)


def test_the_restricted_mean_duration_of_response_is_the_published_one():
    found = exact_mean_duration(*exact_onset_and_end(), 28.0)
    assert found == pytest.approx(REFERENCE["pbir_right_censored"]["RMDOR_28"], abs=1e-5)


# Ten treatments

EPISODES = REFERENCE["episodes"]["cases"]


@pytest.mark.parametrize("episode", EPISODES, ids=lambda episode: episode["name"])
def test_a_golden_episode_comes_out_as_recorded(episode):
    first, confirmed, twice = (concluded(episode, name) for name in ("R50F-L50", "R50C-L50", "R50C-L50x2"))
    assert confirmed.status == episode["status"]
    assert_span(first.onset, episode.get("first"))
    assert_span(confirmed.onset, episode.get("sustained"))
    assert_span(confirmed.loss, episode.get("loss_C1"))
    assert_span(twice.loss, episode.get("loss_C2"))
    assert_span(confirmed.duration, episode.get("duration"))


def concluded(episode, rule_set):
    patient = [make.dose(episode["baseline"], *zip(episode["t"], episode["y"], strict=True))]
    if episode["redose_at"] is not None:
        patient.append(make.dose(None, start=episode["redose_at"], reason="planned"))
    (found,) = make.first_conclusions(patient, rules=RULE_SETS[rule_set])
    return found


def assert_span(found, expected):
    if expected is None:
        assert all(isnan(end) for end in found)
    else:
        assert found == pytest.approx(tuple(numbers(expected)), rel=1e-12)
