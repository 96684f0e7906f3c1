"""Laws of the curve estimated from interval-censored times, whatever the sample."""

from collections import Counter
from itertools import islice
from math import inf

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.analysis.intervals.minorant import equal_masses, iterates
from backend.analysis.intervals.npmle import npmle
from tests.analysis import make
from tests.analysis.make import Sample, fit, weighted_samples

ROUNDING = 1e-9  # of a log-likelihood of some tens


# Law 7


@given(weighted_samples())
def test_no_mass_is_negative(sample):
    assert (fit(sample).mass >= 0).all()


@given(weighted_samples())
def test_all_masses_together_are_one(sample):
    assert fit(sample).mass.sum() == pytest.approx(1, abs=1e-12)


@given(weighted_samples())
def test_both_curves_rise_from_zero_to_one_and_the_lower_stays_below(sample):
    found = fit(sample)
    times = make.times_around(found)
    lower, upper = found.lower(times), found.upper(times)
    for curve in (lower, upper, found.upper_after(times)):
        assert (np.diff(curve) >= 0).all()
        assert (curve >= 0).all()
        assert (curve <= 1).all()
    assert (lower <= upper).all()
    assert found.lower(np.array([-1.0])) == 0
    assert found.lower(np.array([inf])) == pytest.approx(1, abs=1e-12)


@given(weighted_samples())
def test_every_observation_can_have_happened(sample):
    found = fit(sample)
    assert np.isfinite(found.loglik)
    assert found.loglik <= ROUNDING


@given(weighted_samples())
def test_the_gap_is_within_tolerance_and_recomputed_from_the_masses(sample):
    found, support = fit(sample), sample.support
    covers = covering(sample, support)
    pull = (sample.weight / (covers @ make.mass_on(support, found))) @ covers
    assert found.gap <= make.LARGEST_GAP
    assert pull.max() / sample.weight.sum() - 1 == pytest.approx(found.gap, abs=1e-12)


def covering(sample, support):
    """1 where an observation, one a row, holds an innermost interval, one a column."""
    left, right = sample.left[:, np.newaxis], sample.right[:, np.newaxis]
    exact = (left == right) & (support.left == support.right) & (support.left == left)
    after = (support.left > left) | ((support.left == left) & (support.left < support.right))
    return (exact | ((left < right) & after & (support.right <= right))).astype(float)


@given(weighted_samples())
def test_the_likelihood_never_falls_along_the_convex_minorant(sample):
    support = sample.support
    steps = [support.loglik(cumulated) for cumulated, _ in islice(iterates(support, equal_masses(support)), 25)]
    assert (np.diff(steps) >= -ROUNDING).all()


@given(weighted_samples())
def test_the_likelihood_never_falls_from_round_to_round(sample):
    """Accelerated EM first, then the Newton steps that follow it."""
    steps = [after_rounds(sample, rounds) for rounds in (0, 1, 2, 5, 14, 15, 16, 17, 20)]
    assert (np.diff(steps) >= -ROUNDING).all()


def after_rounds(sample, rounds):
    found = make.squarem(sample, tolerance=1e-14)
    found.run(rounds)
    return sample.support.loglik(make.cumulated(found.mass[:, 0]))


@given(weighted_samples(), st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(sample, random):
    found, shuffled = fit(sample), fit(sample.take(random.sample(range(len(sample.left)), len(sample.left))))
    assert_same_bytes(shuffled, found)


@given(weighted_samples())
def test_a_weight_of_some_is_the_row_that_many_times(sample):
    rows = np.repeat(np.arange(len(sample.left)), sample.weight.astype(int))
    repeated = sample.take(rows)._replace(weight=np.ones(len(rows)))
    assert_same_bytes(fit(repeated), fit(sample))


@given(weighted_samples(), st.sampled_from([0.001, 0.3, 7.0, 1000.0]))
def test_weighing_everything_alike_changes_no_mass(sample, factor):
    found, scaled = fit(sample), fit(sample._replace(weight=sample.weight * factor))
    assert_same_masses(scaled, found, sample)


@given(weighted_samples(), make.samples)
def test_rows_without_weight_are_not_there(sample, weightless):
    nothing = weightless._replace(weight=np.zeros(len(weightless.left)))
    assert_same_bytes(fit(sample + nothing), fit(sample))


def assert_same_masses(one, other, sample):
    masses = [make.mass_on(sample.support, found) for found in (one, other)]
    assert masses[0] == pytest.approx(masses[1], abs=make.left_open(sample, other))


def assert_same_bytes(one, other):
    assert [np.array_equal(getattr(one, name), getattr(other, name)) for name in ("left", "right", "mass")] == [
        True
    ] * 3
    assert (one.loglik, one.gap, one.n, one.iterations) == (other.loglik, other.gap, other.n, other.iterations)


# Law 8


def product_limit(observed):
    """S after each time, one factor an event time, by Kaplan and Meier; events come before losses to follow-up."""
    survival, after = 1.0, {}
    for time in sorted({time for time, _ in observed}):
        at_risk = sum(1 for other, _ in observed if other >= time)
        events = sum(1 for other, event in observed if other == time and event)
        survival *= 1 - events / at_risk
        after[time] = survival
    return after


@given(make.right_censored)
def test_exact_and_right_censored_times_give_kaplan_and_meier(observed):
    found = npmle(*Sample.of(*((time, time if event else inf) for time, event in observed)))
    expected = product_limit(observed)
    assert found.lower(np.array(list(expected))) == pytest.approx([1 - s for s in expected.values()], abs=1e-12)
    assert found.iterations == 0


@given(make.right_censored)
def test_the_iterations_reach_kaplan_and_meier_as_well(observed):
    """The closed form is a short cut; this is where it leads."""
    sample = Sample.of(*((time, time if event else inf) for time, event in observed))
    direct, rounds = fit(sample), make.squarem(sample)
    rounds.run(500)
    assert rounds.mass[:, 0] == pytest.approx(make.mass_on(sample.support, direct), abs=make.left_open(sample, direct))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_a_common_grid_without_gaps_gives_the_proportions_seen(steps):
    found = npmle(*Sample.of(*((step, step + 1) for step in steps)))
    seen = Counter(steps)
    assert found.left.tolist() == sorted(seen)
    assert found.mass == pytest.approx([seen[step] / len(steps) for step in sorted(seen)], abs=1e-12)


@given(weighted_samples(), st.integers(1, 3))
def test_a_subject_of_whom_nothing_is_known_changes_no_mass(sample, weight):
    assume(not ((sample.left == 0) & (sample.right == 0)).any())
    found, more = fit(sample), fit(sample + Sample.of(make.NOBODY_KNOWS, weight=[weight]))
    assert_same_masses(more, found, sample)
    assert more.loglik == pytest.approx(found.loglik, abs=(found.n + weight) * make.LARGEST_GAP)


@given(weighted_samples())
def test_the_ways_to_the_estimate_agree(sample):
    """Accelerated EM and the convex minorant, each run until its own gap is small enough."""
    support, rounds = sample.support, make.squarem(sample)
    rounds.run(5_000)
    by_minorant = next(
        cumulated
        for cumulated, gap in islice(iterates(support, equal_masses(support)), 20_000)
        if gap <= make.LARGEST_GAP
    )
    by_em = make.cumulated(rounds.mass[:, 0])
    assert rounds.gap[0] <= make.LARGEST_GAP
    assert support.loglik(by_em) == pytest.approx(support.loglik(by_minorant), abs=support.n * make.LARGEST_GAP)
    assert by_em == pytest.approx(by_minorant, abs=make.left_open(sample, fit(sample)))
