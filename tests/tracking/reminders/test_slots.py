"""When reminders are due: prompts in the hours after a dose, repeats over days, none in the night."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.models import Patient
from backend.analysis.schedule import PROTOCOLS
from backend.tracking.models import CheckIn, Treatment
from backend.tracking.reminders.slots import QUIET_FROM, QUIET_UNTIL, is_hourly, jitter, slots
from backend.tracking.services.treating.check_ins import check_ins_of

DOSED_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
ZONES = sorted(available_timezones())


def check_ins(dosed_at=DOSED_AT, zone="Europe/London", slug="hourly-bridged-weekly", *, started=True):
    """The check-ins of a treatment that nobody stored."""
    dose = {"started_at": dosed_at, "state": "started"} if started else {"planned_at": dosed_at}
    planned = check_ins_of(Treatment(pk=1, patient=Patient(time_zone=zone), protocol=slug, **dose))
    for one in planned:
        one.pk = one.number + 1
    return {one.name: one for one in planned}


def hours(check_in):
    """When its reminders are due and void, in hours since the dose, the jitter taken off what is due."""
    late = jitter(check_in)
    return [
        ((one.due_at - late - DOSED_AT) / timedelta(hours=1), (one.expires_at - DOSED_AT) / timedelta(hours=1))
        for one in slots(check_in)
    ]


def test_an_hourly_check_in_has_one_prompt_and_one_repeat_after_ten_minutes():
    first, repeat = slots(check_ins()["+2 h"])
    assert (first.number, repeat.number) == (0, 1)
    assert DOSED_AT + timedelta(hours=2) <= first.due_at < DOSED_AT + timedelta(hours=2, minutes=4)
    assert repeat.due_at - first.due_at == timedelta(minutes=10)
    assert (first.expires_at, repeat.expires_at) == (repeat.due_at, DOSED_AT + timedelta(hours=2.75))


def test_a_weekly_check_in_is_repeated_after_one_and_three_days_while_it_is_open():
    assert [due for due, _ in hours(check_ins()["week 1"])] == [168, 192]  # it closes after 240
    assert [due for due, _ in hours(check_ins()["day 3"])] == [72]  # it closes after 96, jitter makes the repeat late
    assert [due for due, _ in hours(check_ins()["day 1"])] == [24]


def test_the_evening_before_and_the_arrival_have_one_each_and_the_arrivals_comes_before_the_dose():
    planned = check_ins(started=False)
    assert [due for due, _ in hours(planned["evening before"])] == [-15]
    assert [due for due, _ in hours(planned["arrival"])] == [-1]


def test_a_reminder_in_the_night_waits_for_the_morning():
    late = check_ins(DOSED_AT.replace(hour=22))
    [first, repeat] = slots(late["week 1"])
    late_by = jitter(late["week 1"])
    assert first.due_at - late_by == datetime(2026, 3, 10, 8, tzinfo=UTC)
    assert repeat.due_at - late_by == datetime(2026, 3, 11, 8, tzinfo=UTC)


def test_prompts_after_a_dose_at_night_are_not_moved():
    late = check_ins(DOSED_AT.replace(hour=23))
    assert slots(late["+3 h"])[0].due_at - jitter(late["+3 h"]) == datetime(2026, 3, 3, 2, tzinfo=UTC)


def test_on_the_day_of_the_dose_the_night_is_no_reason_to_wait():
    early = check_ins(DOSED_AT.replace(hour=7), started=False)
    assert slots(early["arrival"])[0].due_at - jitter(early["arrival"]) == datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_a_repeat_keeps_the_time_of_day_when_the_clocks_change():
    treated = check_ins(datetime(2026, 3, 21, 10, tzinfo=UTC))  # clocks go forward on the 29th, a day after week 1
    late_by = jitter(treated["week 1"])
    assert [one.due_at - late_by for one in slots(treated["week 1"])] == [
        datetime(2026, 3, 28, 10, tzinfo=UTC),
        datetime(2026, 3, 29, 9, tzinfo=UTC),
    ]


def test_the_jitter_spreads_check_ins_over_four_minutes_and_stays_the_same():
    drawn = [jitter(CheckIn(pk=number)) for number in range(1, 5001)]
    assert drawn == [jitter(CheckIn(pk=number)) for number in range(1, 5001)]
    assert timedelta(0) <= min(drawn) < timedelta(seconds=3)
    assert timedelta(seconds=237) < max(drawn) < timedelta(minutes=4)
    each_minute = [sum(timedelta(minutes=m) <= one < timedelta(minutes=m + 1) for one in drawn) for m in range(4)]
    assert max(each_minute) < 1.2 * min(each_minute)


@given(
    dosed_at=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(lambda one: one.replace(tzinfo=UTC)),  # noqa: DTZ001 - made UTC here
    zone=st.sampled_from(ZONES),
    slug=st.sampled_from(PROTOCOLS),
    started=st.booleans(),
)
def test_slots_keep_their_order_their_window_and_the_night_whatever_the_clocks_do(dosed_at, zone, slug, started):
    dose_day = dosed_at.astimezone(ZoneInfo(zone)).date()
    for one in check_ins(dosed_at, zone, slug, started=started).values():
        planned = slots(one)
        assert len(planned) <= (1 if one.nominal_hours is None else 2 if is_hourly(one) else 3)
        for slot in planned:
            wall = slot.due_at.astimezone(ZoneInfo(zone))
            assert one.opens_at <= slot.due_at < slot.expires_at <= one.closes_at
            awake = QUIET_UNTIL <= wall.time() < QUIET_FROM
            assert awake or is_hourly(one) or wall.date() == dose_day or _skipped(wall)
        assert all(earlier.expires_at == later.due_at for earlier, later in pairwise(planned))


def _skipped(wall: datetime) -> bool:
    """Whether eight in the morning did not exist that day."""
    eight = datetime.combine(wall.date(), time(8), wall.tzinfo)
    return eight.astimezone(UTC).astimezone(wall.tzinfo).time() != time(8)


def test_a_check_in_that_closes_at_once_has_no_reminder():
    closed = check_ins()["evening before"]
    closed.closes_at = closed.due_at
    assert slots(closed) == []


@pytest.mark.parametrize("name", ["+1 h", "week 1"])
def test_a_number_whose_time_comes_too_late_is_missing_and_the_one_before_lasts_longer(name):
    cut = check_ins()[name]
    cut.closes_at = slots(cut)[1].due_at
    [only] = slots(cut)
    assert (only.number, only.expires_at) == (0, cut.closes_at)
