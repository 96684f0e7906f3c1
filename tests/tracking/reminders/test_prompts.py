"""The clinic learns of a prompt that nobody answered while there is time to go and ask."""

from datetime import timedelta

import pytest

from backend.tracking.models import CheckIn
from backend.tracking.reminders.prompts import went_unanswered
from backend.tracking.reminders.slots import slots
from tests import make


@pytest.fixture
def check_in(patient):
    return CheckIn.objects.get(treatment=make.treatment(of=patient), name="+1 h")


def listed(now):
    return [one for one in CheckIn.objects.with_answers().order_by("number") if went_unanswered(one, now)]


def test_a_prompt_is_listed_from_its_repeat_until_its_window_closes(check_in):
    repeat = slots(check_in)[1].due_at
    assert listed(repeat - timedelta(seconds=1)) == []
    assert listed(repeat) == [check_in]
    assert listed(check_in.closes_at - timedelta(seconds=1)) == [check_in]
    assert check_in not in listed(check_in.closes_at)


@pytest.mark.parametrize("settled", ["answered", "skipped"])
def test_what_was_answered_or_skipped_is_not_listed(check_in, settled):
    if settled == "answered":
        make.rating(of=check_in.treatment, check_in=check_in)
    else:
        make.skip(of=check_in)
    assert listed(check_in.closes_at - timedelta(minutes=1)) == []


def test_a_weekly_one_is_listed_from_its_repeat_a_day_later(check_in):
    weekly = CheckIn.objects.get(treatment=check_in.treatment, name="week 1")
    repeat = slots(weekly)[1].due_at
    assert weekly not in listed(repeat - timedelta(hours=1))
    assert weekly in listed(repeat)


def test_those_before_a_dose_and_those_a_later_treatment_closed_are_not_listed(check_in, patient):
    assert CheckIn.objects.filter(nominal_hours=None, closes_at__lte=make.DOSED_AT).exists()
    assert listed(make.DOSED_AT - timedelta(minutes=1)) == []
    make.treatment(of=patient, started_at=make.DOSED_AT + timedelta(minutes=50))
    assert check_in not in listed(check_in.closes_at - timedelta(minutes=1))
