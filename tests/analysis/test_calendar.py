"""Check-ins as instants: the same wall time every week, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis.calendar import occasions
from backend.analysis.schedule import PROTOCOLS, protocol

LONDON = ZoneInfo("Europe/London")
DOSED_AT = datetime(2026, 3, 23, 9, 30, tzinfo=UTC)  # a Monday; the clocks go forward on the 29th
ZONES = sorted(available_timezones() - {"localtime"})


def named(dosed_at=DOSED_AT, zone=LONDON, slug="hourly-bridged-weekly", *, planned=False):
    return {one.name: one for one in occasions(protocol(slug), dosed_at, zone, planned=planned)}


def test_hourly_check_ins_count_elapsed_hours():
    after_two = named()["+2 h"]
    assert after_two.due == DOSED_AT + timedelta(hours=2)
    assert after_two.opens == DOSED_AT + timedelta(hours=1.75)
    assert after_two.closes == DOSED_AT + timedelta(hours=2.75)


def test_weekly_check_ins_keep_the_wall_time_across_a_clock_change():
    week = named()["week 1"]
    assert week.due.astimezone(LONDON).strftime("%a %H:%M") == "Mon 09:30"
    assert week.due - DOSED_AT == timedelta(days=7, hours=-1)
    assert (week.due - week.opens, week.closes - week.due) == (timedelta(days=1), timedelta(days=3))


def test_bridging_check_ins_count_elapsed_hours():
    assert named(DOSED_AT + timedelta(days=5))["day 1"].due == DOSED_AT + timedelta(days=6)


@pytest.mark.parametrize(
    ("dosed_at", "due"),
    [
        pytest.param(
            "2026-03-22T01:30+00:00", "2026-03-29T01:30+00:00", id="a wall time that is skipped moves forward"
        ),
        pytest.param(
            "2026-10-18T00:30+00:00", "2026-10-25T00:30+00:00", id="a repeated wall time is read as the first"
        ),
    ],
)
def test_a_wall_time_that_is_skipped_or_repeated(dosed_at, due):
    assert named(datetime.fromisoformat(dosed_at))["week 1"].due == datetime.fromisoformat(due)


def test_before_the_dose_the_evening_and_the_arrival_are_asked():
    evening, arrival = named()["evening before"], named()["arrival"]
    assert evening.due.astimezone(LONDON).isoformat() == "2026-03-22T19:00:00+00:00"
    assert (evening.opens, evening.closes) == (DOSED_AT - timedelta(hours=24), DOSED_AT - timedelta(hours=3))
    assert (arrival.opens, arrival.closes) == (DOSED_AT - timedelta(hours=3), DOSED_AT)


def test_the_check_in_at_arrival_waits_for_a_planned_dose_that_is_late():
    assert named(planned=True)["arrival"].closes == DOSED_AT + timedelta(hours=12)


@given(
    dosed_at=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - UTC
    zone=st.sampled_from(ZONES),
    slug=st.sampled_from(PROTOCOLS),
)
def test_windows_follow_one_another_in_every_zone(dosed_at, zone, slug):
    found = occasions(protocol(slug), dosed_at, ZoneInfo(zone), planned=False)
    assert [one.number for one in found] == list(range(len(found)))
    assert all(one.opens <= one.due < one.closes or one.due == one.closes for one in found)
    assert all(one.opens.utcoffset() == timedelta() for one in found)
    for before, after in pairwise(found):
        assert before.closes <= after.opens
    for one in found:
        if one.name.startswith("week"):
            drift = one.due - dosed_at - timedelta(hours=one.nominal_hours)
            assert abs(drift) <= timedelta(hours=3)
