"""One cohort of five, small enough to work out on paper: masses, curves, band, mean duration, counts."""

import dataclasses

import numpy as np
import pytest

from backend.analysis.cohorts.cells import Cells, Spans
from backend.analysis.cohorts.comparison import comparisons
from backend.analysis.cohorts.estimate import estimate_cohort
from backend.analysis.cohorts.population import populations
from backend.analysis.cohorts.response import restricted_mean_duration
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import episodes_per_course, episodes_per_treatment
from backend.analysis.schedule import protocol
from tests.analysis import make

HOURLY = protocol("hourly-weekly")
PATIENTS = (
    # onset, then loss, as the grid sees them
    [make.dose(8, (1.1, 4), (2.2, 4), (169, 4), (337, 8))],  # (0, 1], (168, 336]
    [make.dose(8, (1.0, 8), (2.1, 4), (168, 8))],  # (1, 2], (2, 168]
    [make.dose(8, (1, 8), (2, 8), (3, 8), (4, 8), (168, 8))],  # (168, inf], (168, inf]
    [make.dose(8, (1.2, 4), (2, 4))],  # (0, 1], (2, inf]
    [make.dose(8, (1, 8), (3.7, 4), (168, 4), (336, 4))],  # (1, 3], (336, inf]
)


def cohort(*patients, by=None, per_unit=episodes_per_treatment, **options):
    of = make.study(*patients)
    if by is not None:
        of = dataclasses.replace(of, treatments=of.treatments.assign(group=by))
    labelled = per_unit(of, {"nrs-anxiety": make.NRS})
    return populations(of, labelled, rule_set("R50F-L50"), HOURLY, by=None if by is None else "group", **options)


@pytest.fixture(scope="module")
def estimate():
    (population,) = cohort(*PATIENTS)
    return estimate_cohort(population.cells)


def at(estimate, curve, hours):
    """Estimate, lower and upper of a curve at one grid time."""
    place = estimate.hours.tolist().index(hours)
    found = getattr(estimate, curve)
    return [found.estimate[place], found.lower[place], found.upper[place]]


def test_onset_has_its_mass_where_the_spans_overlap_most(estimate):
    # Two began by 1 h; (1, 2] and (1, 3] share (1, 2]; one had not begun by week 1.
    fit = estimate.onset_fit
    assert list(zip(fit.left, fit.right, strict=True)) == [(0, 1), (1, 2), (168, np.inf)]
    assert fit.mass == pytest.approx([0.4, 0.4, 0.2], abs=1e-7)


def test_loss_among_all_treated_is_a_product_of_shares(estimate):
    # (2, inf] says nothing; of the other 4 one is lost by week 1; of the 2 then known, one by week 2.
    fit = estimate.loss_fit
    assert list(zip(fit.left, fit.right, strict=True)) == [(2, 168), (168, 336), (336, np.inf)]
    assert fit.mass == pytest.approx([1 / 4, 3 / 8, 3 / 8], abs=1e-7)


@pytest.mark.parametrize(
    ("hours", "point", "lower", "upper"),
    [
        (0, 0.0, 0.0, 0.0),
        (1, 0.4, 0.4, 0.4),
        (2, 0.8, 0.8, 0.8),
        (3, 0.8, 0.55, 0.8),  # loss in (2, 168] may already have been
        (168, 0.55, 0.55, 0.55),
        (336, 0.175, 0.175, 0.375),  # onset in (168, inf] may meanwhile have been
    ],
)
def test_the_probability_of_being_in_response_is_onset_less_loss(estimate, hours, point, lower, upper):
    assert at(estimate, "in_response", hours) == pytest.approx([point, lower, upper], abs=1e-7)


def test_the_mean_duration_joins_the_points(estimate):
    # Up to 1 h, 2 h, 4 h, week 1 and week 2, each the width times the mean of both ends.
    by_hand = 0.2 + 0.6 + 2 * 0.8 + 164 * (0.8 + 0.55) / 2 + 168 * (0.55 + 0.175) / 2
    assert float(restricted_mean_duration(estimate.response, 336.0).estimate) == pytest.approx(by_hand, abs=1e-5)


def test_the_mean_duration_stops_at_its_horizon_between_check_ins(estimate):
    # Up to 86 h: 0.2 + 0.6 + 1.6, then 82 of 164 h down the line from 0.8 to 0.55, half-way at 0.675.
    found = float(restricted_mean_duration(estimate.response, 86.0).estimate)
    assert found == pytest.approx(2.4 + 82 * (0.8 + 0.675) / 2, abs=1e-5)


def test_the_band_of_the_mean_duration_is_a_step_between_check_ins(estimate):
    # Low: 0 before 1 h, 0.4 to 2 h, then 0.55 while the loss in (2, 168] is open. High: 0.4, then 0.8 from 1 h on.
    found = restricted_mean_duration(estimate.response, 168.0)
    assert float(found.lower) == pytest.approx(0.4 + 166 * 0.55, abs=1e-5)
    assert float(found.upper) == pytest.approx(0.4 + 167 * 0.8, abs=1e-5)


def test_medians_are_intervals_and_need_ten_events_for_a_confidence_interval(estimate):
    assert (estimate.onset_median.lower, estimate.onset_median.upper) == (1, 2)
    assert (estimate.loss_median.lower, estimate.loss_median.upper) == (168, 336)
    assert (estimate.onset_median.events, estimate.onset_median.confidence) == (4, None)


def test_ten_events_give_the_median_a_confidence_interval():
    (population,) = cohort(*PATIENTS * 3)
    low, high = estimate_cohort(population.cells).onset_median.confidence
    assert 0 <= low <= 1
    assert high >= 2


def test_check_ins_count_as_due_until_the_next_treatment_and_as_answered_once():
    first = make.dose(8, (1, 4), (1.2, 4), (9, 4))
    (population,) = cohort([first, make.dose(8, (1, 4), start=100.0)])
    assert population.due.tolist() == [1, 1, 1, 1] + [0] * 12
    assert population.answered.tolist() == [1, 0, 0, 0] + [0] * 12


def test_a_patient_counts_once_by_the_first_treatment():
    later = make.dose(8, (1, 8), start=200.0)
    (population,) = cohort([make.dose(8, (1, 4)), later], [make.dose(8, (1, 4))])
    assert population.n == 2
    assert population.cells.count.tolist() == [2]


def test_the_last_rating_in_a_window_stands_and_one_outside_every_window_does_not():
    # 3 at 0.8 h and 5 at 1.7 h are both +1 h, where the later counts; 5 h is in no window.
    (population,) = cohort([make.dose(8, (0.8, 3), (1.7, 5), (5, 1))])
    grid = population.cells.hours
    onset = population.cells.onset
    assert (grid[onset.first[0]], grid[onset.stop[0]]) == (1, np.inf)


@pytest.mark.parametrize(("redose_is_loss", "end"), [(False, np.inf), (True, 336)])
def test_a_dose_for_returned_symptoms_censors_under_e1_and_is_a_loss_by_the_next_check_in_under_e2(redose_is_loss, end):
    # Still in response in week 1, dosed again on day 8: under E2 the loss lies in (168, 336].
    again = make.dose(8, (1, 4), start=192.0, reason="symptoms_returned")
    (population,) = cohort([make.dose(8, (1, 4), (168, 4)), again], redose_is_loss=redose_is_loss)
    loss = population.cells.loss
    assert population.cells.hours[[loss.first[0], loss.stop[0]]].tolist() == [168, end]


def test_a_course_of_one_dose_counts_as_a_treatment_whoever_else_is_there():
    # 4 at 0.5 h is outside every window, so onset lies in (0, 2] for the single dose.
    single = [make.dose(8, (0.5, 4), (2, 4), (168, 4))]
    double = [make.dose(8, (1, 4)), make.dose(8, (1, 4), (2, 4), (168, 4), start=168.0, reason="planned")]
    (population,) = cohort(single, double, per_unit=episodes_per_course)
    grid, onset = population.cells.hours, population.cells.onset
    assert sorted(zip(grid[onset.first], grid[onset.stop], strict=True)) == [(0, 1), (0, 2)]


def test_a_course_counts_onset_from_its_first_dose_and_loss_from_its_last():
    # Doses at 0 and 168 h. Onset by +1 h of the first; still in response 168 h after the second, lost by 336 h.
    double = [
        make.dose(8, (1, 4), (2, 4)),
        make.dose(8, (1, 4), (168, 4), (336, 8), start=168.0, reason="planned"),
    ]
    (population,) = cohort(double, per_unit=episodes_per_course)
    grid, cells = population.cells.hours, population.cells
    spans = [(grid[event.first[0]], grid[event.stop[0]]) for event in (cells.onset, cells.loss, cells.end)]
    assert spans == [(0, 1), (168, 336), (336, 504)]


def test_those_left_out_are_counted_by_their_reason():
    (population,) = cohort([make.dose(8, (1, 4))], [make.dose(3, (1, 4))], [make.dose(None, (1, 4))], [make.dose(8)])
    assert population.n == 1
    assert population.reasons == {"no_baseline": 1, "baseline_below_minimum": 1, "no_rating_after_dose": 1}


def test_fewer_than_five_give_no_estimate():
    (population,) = cohort(*PATIENTS[:4])
    assert estimate_cohort(population.cells) is None


def test_the_same_cohort_gives_the_same_interval_twice(estimate):
    (population,) = cohort(*reversed(PATIENTS))
    again = estimate_cohort(population.cells)
    assert again.in_response.confidence.lower.tolist() == estimate.in_response.confidence.lower.tolist()


def test_groups_are_in_sort_order_and_a_treatment_without_one_is_in_none():
    found = cohort(*PATIENTS, by=["b", "a", "", "b", "a"])
    assert [(one.group, one.n) for one in found] == [("a", 2), ("b", 2)]


def test_groups_too_small_to_estimate_are_not_tested_either():
    found = comparisons(cohort(*PATIENTS, *PATIENTS, by=["a"] * 4 + ["b"] * 6))
    assert [(one.n_a, one.n_b, one.test.z, one.test.p) for one in found] == [(4, 6, None, None)] * 6


def test_equal_groups_do_not_differ():
    for one in comparisons(cohort(*PATIENTS, *PATIENTS, by=["a"] * 5 + ["b"] * 5)):
        assert one.test.z == pytest.approx(0, abs=1e-9)
        assert one.test.p == pytest.approx(1, abs=1e-9)


def test_earlier_onset_in_the_first_group_is_a_positive_z():
    early, late = [make.dose(8, (1, 4), (168, 4))], [make.dose(8, (1, 8), (168, 4))]
    found = comparisons(cohort(*[early] * 6, *[late] * 6, by=["a"] * 6 + ["b"] * 6))
    assert all(one.test.z > 0 for one in found if one.event == "onset")


def test_cells_hold_every_span_they_were_counted_from():
    hours = np.array([0.0, 1.0, 2.0, np.inf])
    spans = [
        Spans(np.array(low), np.array(high))
        for low, high in [([0.0, 0, 1], [1.0, 1, np.inf]), ([1.0, 1, 2], [2, 2, np.inf])]
    ]
    cells = Cells.counted(hours, spans[0], spans[1], spans[1])
    assert cells.count.tolist() == [2, 1]
    assert (cells.onset.first.tolist(), cells.onset.stop.tolist()) == ([0, 1], [1, 3])
    assert (cells.loss.first.tolist(), cells.loss.stop.tolist()) == ([1, 2], [2, 3])
