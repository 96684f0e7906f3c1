"""The protocols: which check-ins there are, and when each can be answered."""

import numpy as np
import pytest

from backend.analysis.schedule import DEFAULT_PROTOCOL, PROTOCOLS, CheckIn, Protocol, protocol

DAY = 24


def windows(slug):
    return {one.name: (one.nominal, one.opens, one.closes) for one in protocol(slug).check_ins}


def test_hourly_check_ins_open_a_quarter_of_an_hour_early_and_close_before_the_next_opens():
    found = windows("hourly-weekly")
    for hour in (1, 2, 3, 4):
        assert found[f"+{hour} h"] == (hour, hour - 0.25, hour + 0.75)


def test_the_bridge_is_day_1_and_day_3():
    found = windows("hourly-bridged-weekly")
    assert found["day 1"] == (DAY, 20, 36)
    assert found["day 3"] == (3 * DAY, 60, 96)


@pytest.mark.parametrize("slug", PROTOCOLS)
def test_weekly_check_ins_open_a_day_early_for_four_days_in_twelve_weeks(slug):
    found = windows(slug)
    for week in range(1, 13):
        due = 7 * week * DAY
        assert found[f"week {week}"] == (due, due - DAY, due + 3 * DAY)


@pytest.mark.parametrize(("slug", "count"), [("hourly-weekly", 16), ("hourly-bridged-weekly", 18), ("weekly", 12)])
def test_a_protocol_has_no_other_check_ins(slug, count):
    assert len(protocol(slug).check_ins) == count


def test_hourly_weekly_is_the_default():
    assert DEFAULT_PROTOCOL == "hourly-weekly"


def test_a_window_holds_its_opening_and_not_its_close():
    hours = np.array([0.74, 0.75, 1.7499, 1.75, 4.74, 4.75, 143.9, 144.0, 239.9, 240.0, 9999.0])
    assert protocol("hourly-weekly").check_in_at(hours).tolist() == [-1, 0, 0, 1, 3, -1, -1, 4, 4, -1, -1]


def test_an_unknown_protocol_is_refused_by_name():
    with pytest.raises(ValueError, match="no protocol 'daily'; expected one of hourly-weekly"):
        protocol("daily")


def test_windows_that_overlap_are_refused():
    overlapping = (CheckIn("first", 1, 0.5, 2), CheckIn("second", 2, 1.5, 3))
    with pytest.raises(ValueError, match="window of second"):
        Protocol("own", 1, "Own", "", "", overlapping)
