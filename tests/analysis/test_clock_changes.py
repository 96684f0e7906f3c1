"""Weekly check-ins across every clock change of every time zone from 2024 to 2030.

What is expected is told by the clocks themselves, minute by minute of wall time, and not by the arithmetic under test.
"""

from bisect import bisect
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis.calendar import occasions
from backend.analysis.schedule import PROTOCOLS, protocol

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
MARGIN = timedelta(days=100)  # a treatment's check-ins reach twelve weeks and three days beyond its dose
DAY, WEEK = timedelta(days=1), timedelta(days=7)
ZONES = sorted(available_timezones() - {"localtime"})
WEEKS_BEFORE = (1, 2, 12)  # a dose so many weeks before a change, and near the hour at which the clocks change
NEAR = tuple(timedelta(minutes=near) for near in (-1441, -121, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 1439))


@cache
def changes(zone):
    """When the clocks of a zone change, and by how much: found by looking at them every hour of doubt."""
    there, found, moment = ZoneInfo(zone), [], FIRST - MARGIN
    while moment < LAST + MARGIN:
        after = moment + DAY
        if offset(there, moment) != offset(there, after):
            found.append(_exactly(there, moment, after))
        moment = after
    return tuple(found)


def _exactly(there, before, after):
    old, new = offset(there, before), offset(there, after)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        middle -= timedelta(microseconds=middle.microsecond)
        before, after = (middle, after) if offset(there, middle) == old else (before, middle)
    return after, old, new


def offset(there, moment):
    return moment.astimezone(there).utcoffset()


@cache
def distinct():
    """One zone of each set whose clocks agree all that time, with the zones it speaks for."""
    alike = {}
    for zone in ZONES:
        alike.setdefault((offset(ZoneInfo(zone), FIRST - MARGIN), changes(zone)), []).append(zone)
    return {zones[0]: zones for zones in alike.values()}


CHANGING = sorted(zone for zone in distinct() if changes(zone))


def wall(there, moment):
    return moment.astimezone(there).replace(tzinfo=None)


@cache
def moments(zone):
    return [change.replace(tzinfo=None) for change, _, _ in changes(zone)]


def near_to(zone, wanted):
    """The change within two days of a wall time, which is further than any offset from UTC; usually none."""
    start, end = (bisect(moments(zone), wanted + by) for by in (-2 * DAY, 2 * DAY))
    return changes(zone)[start:end]


def clock_shows(zone, wanted):
    """The first instant at which the clocks show a wall time; where they skip it, as long after the gap as into it."""
    there = ZoneInfo(zone)
    around = near_to(zone, wanted)
    for change, old, new in around:
        if (change + old).replace(tzinfo=None) <= wanted < (change + new).replace(tzinfo=None):
            return (wanted - old).replace(tzinfo=UTC)
    offsets = {off for _, old, new in around for off in (old, new)} or {offset(there, wanted.replace(tzinfo=UTC))}
    candidates = [(wanted - off).replace(tzinfo=UTC) for off in offsets]
    return min(moment for moment in candidates if wall(there, moment) == wanted)


def check(zone, dosed_at, slug):
    there = ZoneInfo(zone)
    found = occasions(protocol(slug), dosed_at, there, planned=False)
    assert all(one.opens < one.due < one.closes for one in found[2:])
    assert all(before.closes <= after.opens for before, after in pairwise(found))
    for one in found[2:]:
        if one.nominal_hours % 168:
            hours = timedelta(hours=one.nominal_hours)
            assert one.due == dosed_at + hours
            assert one.closes - one.opens < DAY * 2
            continue
        expected = wall(there, dosed_at) + timedelta(hours=one.nominal_hours)
        told = [clock_shows(zone, moment) for moment in (expected, expected - DAY, expected + 3 * DAY)]
        assert [one.due, one.opens, one.closes] == told
    weeks = [one for one in found if one.name.startswith("week")]
    assert [one.nominal_hours for one in weeks] == [week * 168 for week in range(1, 13)]


def test_the_changes_found_are_those_of_the_years_concerned():
    berlin = [change for change, _, _ in changes("Europe/Berlin") if FIRST <= change < LAST]
    assert len(berlin) == 14  # two a year
    assert berlin[0] == datetime(2024, 3, 31, 1, tzinfo=UTC)
    assert changes("Asia/Almaty")[0][1:] == (timedelta(hours=6), timedelta(hours=5))  # one for good, in 2024
    assert {new - old for _, old, new in changes("Australia/Lord_Howe")} == {
        timedelta(minutes=30),
        timedelta(minutes=-30),
    }
    assert sum(map(len, distinct().values())) == len(ZONES)


@pytest.mark.parametrize("zone", CHANGING)
def test_a_weekly_check_in_keeps_its_wall_time_across_every_change(zone):
    for change, _, _ in changes(zone):
        if FIRST <= change < LAST:
            for near in NEAR:
                for weeks in WEEKS_BEFORE:
                    check(zone, change - weeks * WEEK + near, "hourly-bridged-weekly")


@pytest.mark.parametrize("zone", CHANGING)
def test_a_dose_in_the_very_hours_of_a_change_counts_elapsed_hours(zone):
    for change, _, _ in changes(zone):
        if FIRST <= change < LAST:
            for minutes in (-240, -90, -1, 0, 1, 90):
                check(zone, change + timedelta(minutes=minutes), "hourly-weekly")


@given(
    zone=st.sampled_from(ZONES),
    dosed_at=st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)),
    slug=st.sampled_from(PROTOCOLS),
)
def test_at_any_time_in_any_zone_the_clocks_agree(zone, dosed_at, slug):
    check(zone, dosed_at.replace(microsecond=0), slug)
