"""Laws of comparisons, cohorts and their common grid, whoever is in them."""

from collections import Counter
from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis.cohorts.cells import Cells, Spans
from backend.analysis.cohorts.estimate import SMALLEST_COHORT, estimate_cohort
from backend.analysis.cohorts.grid import coarsened, gridded
from backend.analysis.cohorts.response import exact_mean_duration, exactly_in_response, restricted_mean_duration
from backend.analysis.intervals.npmle import npmle
from backend.analysis.intervals.resampled import resampled_npmle
from backend.analysis.intervals.two_sample import two_sample
from backend.analysis.outcomes.kernel import Status, outcomes_of
from backend.analysis.schedule import PROTOCOLS, protocol
from tests.analysis import make
from tests.analysis.make import Sample, study, weighted_samples

ROUNDING = 1e-12
cells_of_any_cohort = make.rows_of_cells.map(make.cells_of)
protocols = st.sampled_from(PROTOCOLS).map(protocol)
horizons = st.floats(0.25, 2000.0)
cohorts_of_patients = st.lists(make.rated_patients(), min_size=1, max_size=3)


# Law 9, two groups


@given(weighted_samples(), weighted_samples())
def test_swapping_groups_negates_z(one, other):
    for there, back in zip(two_sample(one, other), two_sample(other, one), strict=True):
        if there.z is None:
            assert back.z is None
        else:
            assert back.z == pytest.approx(-there.z, abs=1e-9)
            assert back.p == pytest.approx(there.p, abs=1e-9)


@given(weighted_samples())
def test_a_group_against_itself_gives_z_of_zero(sample):
    for test in two_sample(sample, sample):
        assert test.z is None or test.z == pytest.approx(0, abs=1e-6)


@given(make.grid_spans, st.integers(1, 5), st.integers(1, 5))
def test_there_is_no_z_where_nothing_varies(span, first, second):
    tests = two_sample(Sample.of(span, weight=[first]), Sample.of(span, weight=[second]))
    assert [(test.z, test.p) for test in tests] == [(None, None)] * 3


@given(weighted_samples(), weighted_samples())
def test_p_is_a_probability_that_falls_as_z_grows(one, other):
    found = sorted((abs(test.z), test.p) for test in two_sample(one, other) if test.z is not None)
    p = [p for _, p in found]
    assert p == sorted(p, reverse=True)
    assert all(0 <= one <= 1 for one in p)


# Law 9, being in response


@given(cells_of_any_cohort)
def test_the_probability_of_being_in_response_is_one(cells):
    found = make.in_response_of(cells)
    for curve in (found.estimate, found.lower, found.upper, found.lower_after, found.upper_after):
        assert (curve >= 0).all()
        assert (curve <= 1).all()


@given(cells_of_any_cohort)
def test_nobody_is_in_response_at_the_dose(cells):
    found = make.in_response_of(cells)
    assert (found.hours[0], found.estimate[0], found.lower[0], found.upper[0]) == (0, 0, 0, 0)


@given(cells_of_any_cohort)
def test_the_band_holds_the_points_and_the_line_that_joins_them(cells):
    found = make.in_response_of(cells)
    assert (found.lower <= found.estimate + ROUNDING).all()
    assert (found.estimate <= found.upper + ROUNDING).all()
    for end in (found.estimate[:-1], found.estimate[1:]):
        assert (found.lower_after[:-1] <= end + ROUNDING).all()
        assert (end <= found.upper_after[:-1] + ROUNDING).all()


@given(cells_of_any_cohort, st.tuples(horizons, horizons))
def test_mean_duration_never_falls_with_a_longer_horizon(cells, pair):
    response, (short, long) = make.in_response_of(cells), sorted(pair)
    sooner, later = (astuple(restricted_mean_duration(response, hours)) for hours in (short, long))
    assert all(a <= b + 1e-9 for a, b in zip(sooner, later, strict=True))


@given(cells_of_any_cohort, horizons)
def test_mean_duration_lies_in_its_band_and_within_the_horizon(cells, horizon):
    found = restricted_mean_duration(make.in_response_of(cells), horizon)
    ordered = [0.0, found.lower, found.estimate, found.upper, horizon]
    assert all(a <= b + 1e-9 for a, b in pairwise(ordered))


@given(cells_of_any_cohort, horizons)
def test_mean_duration_is_the_area_under_the_line_and_under_the_steps_of_the_band(cells, horizon):
    response = make.in_response_of(cells)
    found = restricted_mean_duration(response, horizon)
    times = np.union1d(response.hours[response.hours < horizon], [horizon])
    line = np.interp(times, response.hours, response.estimate)
    assert found.estimate == pytest.approx(np.trapezoid(line, times), abs=1e-9)
    for area, steps in [(found.lower, response.lower_after), (found.upper, response.upper_after)]:
        assert area == pytest.approx(steps[: len(times) - 1] @ np.diff(times), abs=1e-9)


exact_courses_of_relief = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 30), st.booleans(), st.booleans()), min_size=1, max_size=10
)


@given(exact_courses_of_relief, st.tuples(horizons, horizons))
def test_exactly_known_times_keep_the_same_laws(patients, pair):
    onset, end = (npmle(*Sample.of(*spans)) for spans in zip(*(exact_spans(*one) for one in patients), strict=True))
    response = exactly_in_response(onset, end, np.arange(50.0))
    assert response[0] == 0
    assert ((response >= 0) & (response <= 1)).all()
    short, long = (exact_mean_duration(onset, end, hours) for hours in sorted(pair))
    assert 0 <= short <= long + 1e-9


def exact_spans(onset, relief, responds, loses):
    """Onset and end of relief; without response both are open from the last rating on."""
    stopped = onset + relief
    if not responds:
        return (stopped, np.inf), (stopped, np.inf)
    return (onset, onset), (stopped, stopped if loses else np.inf)


# Law 9, resamples


@st.composite
def resampled_cells(draw):
    """Distinct spans on a grid, and how often each of three resamples drew them."""
    drawn = st.tuples(make.grid_spans, st.tuples(*[st.integers(0, 4)] * 3))
    rows = draw(st.lists(drawn, min_size=1, max_size=10, unique_by=lambda row: row[0]))
    first, stop = (np.array([make.GRID.index(span[end]) for span, _ in rows]) for end in (0, 1))
    counts = np.array([count for _, count in rows], dtype=float)
    counts[0, counts.sum(axis=0) == 0] = 1
    return first, stop, counts


@given(resampled_cells())
def test_every_resample_has_the_curves_that_it_would_have_alone(cells):
    first, stop, counts = cells
    grid = np.array(make.GRID)
    together = resampled_npmle(first, stop, counts, steps=len(grid) - 1)
    assert together.gap.max() <= make.LARGEST_GAP
    assert together.mass.sum(axis=0) == pytest.approx(1, abs=ROUNDING)
    for column in range(counts.shape[1]):
        sample = Sample(grid[first], grid[stop], counts[:, column])
        alone = make.fit(sample)
        left_open = make.left_open(sample, alone)
        assert together.lower()[:, column] == pytest.approx(alone.lower(grid[:-1]), abs=left_open)
        assert together.upper()[:, column] == pytest.approx(alone.upper(grid[:-1]), abs=left_open)
        assert together.upper_after()[:, column] == pytest.approx(alone.upper_after(grid[:-1]), abs=left_open)


@given(cells_of_any_cohort, st.integers(0, 99))
def test_a_cohort_estimated_again_is_the_same_and_its_intervals_are_probabilities(cells, seed):
    once, again = (estimate_cohort(cells, resamples=5, seed=seed) for _ in range(2))
    for name in ("onset", "loss", "in_response"):
        interval, repeated = getattr(once, name).confidence, getattr(again, name).confidence
        assert (
            interval.lower.tobytes() + interval.upper.tobytes() == repeated.lower.tobytes() + repeated.upper.tobytes()
        )
        assert ((interval.lower >= 0) & (interval.lower <= interval.upper) & (interval.upper <= 1)).all()
    assert once.mean_duration_confidence.lower <= once.mean_duration_confidence.upper


@given(st.lists(st.sampled_from(make.SEEN), max_size=SMALLEST_COHORT - 1))
def test_too_few_patients_are_never_estimated(rows):
    assert estimate_cohort(make.cells_of(rows), resamples=5) is None


# Cells


@given(make.rows_of_cells, make.rows_of_cells)
def test_counts_of_two_clinics_add_up(here, there):
    apart = Counter(make.counts_by_cell(make.cells_of(here))) + Counter(make.counts_by_cell(make.cells_of(there)))
    assert make.counts_by_cell(make.cells_of([*here, *there])) == apart


@given(make.rows_of_cells, st.randoms(use_true_random=False))
def test_cells_keep_every_row_whatever_their_order(rows, random):
    cells = make.cells_of(random.sample(rows, len(rows)))
    assert cells.n == len(rows)
    assert make.counts_by_cell(cells) == Counter((*row, *row[2:]) for row in rows)


@given(make.rows_of_cells, st.integers(2, 4))
def test_a_cohort_counted_several_times_has_the_same_curve(rows, times):
    once, often = (make.in_response_of(make.cells_of(rows * repeats)) for repeats in (1, times))
    assert often.estimate == pytest.approx(once.estimate, abs=1e-3)


# The grid


def on_common_times(episodes, planned):
    return gridded(episodes, planned, planned.check_in_at(episodes.hours))


@given(cohorts_of_patients, make.rule_sets, protocols, make.units)
def test_every_span_of_a_cohort_ends_on_its_grid_after_it_began(patients, rules, planned, unit):
    cells = make.population(study(*patients), rules, planned, unit).cells
    assert cells.hours.tolist() == [0.0, *planned.nominal_hours, np.inf]
    for event in (cells.onset, cells.loss, cells.end):
        assert ((event.first >= 0) & (event.first < event.stop) & (event.stop < len(cells.hours))).all()


@given(cohorts_of_patients, make.rule_sets, protocols)
def test_laws_of_one_treatment_hold_on_the_grid_too(patients, rules, planned):
    found = outcomes_of(on_common_times(make.episodes(study(*patients)), planned), rules)
    seen = np.isin(found.status, (Status.responding, Status.lost))
    on_grid = [0.0, *planned.nominal_hours, np.inf]
    assert (found.onset_upper <= found.loss_lower)[seen].all()
    assert (found.loss_upper_e2 <= found.loss_upper)[seen].all()
    assert ((found.duration_lower >= 0) & (found.duration_lower < found.duration_upper))[seen].all()
    for lower, upper in [(found.loss_lower, found.loss_upper), (found.loss_lower, found.loss_upper_e2)]:
        assert (lower < upper)[seen].all()
        assert np.isin(lower[seen], on_grid).all()
        assert np.isin(upper[seen], on_grid).all()


@given(cohorts_of_patients, protocols)
def test_what_is_on_the_grid_stays_where_it_is(patients, planned):
    once = on_common_times(make.episodes(study(*patients)), planned)
    again = on_common_times(once, planned)
    assert again.about.follow_up_hours.tolist() == once.about.follow_up_hours.tolist()
    for name in ("episode", "hours", "actual_hours", "score", "start"):
        assert np.array_equal(getattr(again, name), getattr(once, name))


@given(
    cohorts_of_patients, make.rule_sets, st.sampled_from([6.0, 12.5, 19.75, 110.0, 143.75, 240.0, 300.0]), make.scores
)
def test_ratings_outside_every_window_are_left_out_of_the_cohort(patients, rules, hours, score):
    planned = protocol("hourly-bridged-weekly")
    more = [make.with_rating(patient, hours, score) for patient in patients]
    with_them, without = (make.population(study(*some), rules, planned) for some in (more, patients))
    assert make.counts_by_cell(with_them.cells) == make.counts_by_cell(without.cells)
    assert with_them.answered.tolist() == without.answered.tolist()


@pytest.mark.parametrize("unit", ["treatment", "course"])
@given(
    here=cohorts_of_patients,
    there=st.lists(make.rated_patients(), min_size=1, max_size=1),
    rules=make.rule_sets,
    planned=protocols,
)
def test_patients_of_two_clinics_add_up(unit, here, there, rules, planned):
    apart = [make.population(study(*some), rules, planned, unit) for some in (here, there)]
    together = make.population(study(*here, *there), rules, planned, unit)
    added = Counter(make.counts_by_cell(apart[0].cells)) + Counter(make.counts_by_cell(apart[1].cells))
    assert make.counts_by_cell(together.cells) == added
    assert together.due.tolist() == (apart[0].due + apart[1].due).tolist()


@given(cohorts_of_patients, make.rule_sets, protocols, make.units)
def test_each_patient_is_counted_once_or_has_a_reason(patients, rules, planned, unit):
    found = make.population(study(*patients), rules, planned, unit)
    assert found.n + sum(found.reasons.values()) == len(patients)
    assert (found.answered <= found.due).all()
    assert (found.due <= found.n).all()


times = st.sampled_from([*make.HOURS_AFTER, *protocol("hourly-weekly").nominal_hours.tolist(), 0.0, np.inf])


@given(protocols, st.lists(st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=6))
def test_a_coarsened_span_is_one_on_the_grid(planned, pairs):
    lower, upper = np.sort(np.array(pairs), axis=1).T
    begin, end = coarsened(lower, upper, planned)
    on_grid = np.array([0.0, *planned.nominal_hours, np.inf])
    assert (begin < end).all()
    assert np.isin([begin, end], on_grid).all()
    assert (begin <= lower)[planned.check_in_at(lower) < 0].all()
    assert (end >= upper)[planned.check_in_at(upper) < 0].all()
    unmoved = np.isin(lower, on_grid) & np.isin(upper, on_grid)
    assert (begin == lower)[unmoved].all()
    assert (end == upper)[unmoved].all()


@given(protocols, st.lists(st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=6))
def test_coarsened_spans_can_be_counted(planned, pairs):
    spans = Spans(*coarsened(*np.sort(np.array(pairs), axis=1).T, planned))
    assert Cells.counted(np.array([0.0, *planned.nominal_hours, np.inf]), spans, spans, spans).n == len(pairs)
