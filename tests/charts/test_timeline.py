"""The time axis: two clocks in one order, and labels that leave each other room."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.charts.parts.text import measure
from backend.charts.parts.timeline import WEEK, time_axis

times = st.one_of(st.floats(-170, 24), st.floats(-170, 13 * WEEK), st.floats(-1000, 1000 * WEEK))
many_times = st.lists(times, max_size=12)


def units(*hours, width=320):
    return [part.unit for part in time_axis(hours, 30, width).parts]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param([], ["hours"], id="nothing after the dose"),
        pytest.param([-0.3, 1, 2, 3, 4], ["hours"], id="only the day itself"),
        pytest.param([-0.3, 1, 9], ["hours"], id="a late evening"),
        pytest.param([-70, 0, WEEK, 12 * WEEK], ["weeks"], id="only weeks"),
        pytest.param([-0.3, 1, 4, WEEK, 2 * WEEK], ["hours", "weeks"], id="hours and weeks"),
        pytest.param([-0.3, 1, 4, 24, 72], ["hours", "days"], id="bridge days only"),
        pytest.param([-20, 1, WEEK], ["before", "hours", "days"], id="asked the evening before"),
    ],
)
def test_only_the_clocks_that_are_needed_get_a_part(hours, expected):
    assert units(*hours) == expected


@settings(deadline=None)
@given(many_times, st.sampled_from([250.0, 640.0]))
def test_time_is_strictly_increasing_on_the_axis(hours, right):
    axis = time_axis(hours, 30, right)
    placed = [axis.x(time) for time in sorted({round(time, 2) for time in hours})]
    assert all(earlier < later for earlier, later in pairwise(placed))


@settings(deadline=None)
@given(many_times, st.sampled_from([250.0, 640.0]))
def test_every_time_stands_between_the_ends_of_the_axis(hours, right):
    axis = time_axis(hours, 30, right)
    assert all(30 <= axis.x(time) <= right + 1e-9 for time in [0.0, *hours])


@settings(deadline=None)
@given(many_times, st.sampled_from([220.0, 300.0, 640.0]))
def test_tick_labels_never_touch(hours, right):
    ticks = [tick for part in time_axis(hours, 30, right).parts for tick in part.ticks if tick.label]
    for earlier, later in pairwise(ticks):
        assert earlier.x + measure(earlier.label) / 2 < later.x - measure(later.label) / 2


@settings(deadline=None)
@given(many_times)
def test_every_part_with_a_clock_has_a_label(hours):
    clocks = [part for part in time_axis(hours, 30, 300).parts if part.unit != "before"]
    assert all(any(tick.label for tick in part.ticks) for part in clocks)


def test_a_rating_outside_every_window_stands_in_the_break():
    axis = time_axis([1, 4, 9.5, WEEK, 2 * WEEK], 30, 300)
    before, after = axis.parts
    assert before.right < axis.x(9.5) < after.left


def test_a_step_over_the_break_is_not_within_one_part():
    axis = time_axis([1, 4, WEEK, 2 * WEEK], 30, 300)
    assert axis.same_part(1, 4)
    assert axis.same_part(WEEK, 2 * WEEK)
    assert not axis.same_part(4, WEEK)


def test_an_hour_takes_the_same_room_everywhere_within_the_first_day():
    axis = time_axis([-0.5, 4, WEEK], 30, 300)
    assert axis.x(2) - axis.x(1) == pytest.approx(axis.x(4) - axis.x(3))


def test_hours_are_marked_at_the_hours():
    hours, weeks = time_axis([-0.5, 4, 3 * WEEK], 30, 640).parts
    assert [tick.label for tick in hours.ticks] == ["−1", "0", "1", "2", "3", "4"]
    assert [tick.label for tick in weeks.ticks] == ["1", "2", "3"]
