"""The clinic learns of a prompt that nobody answered while there is time to go and ask."""

from datetime import timedelta

import pytest

from backend.accounts.models import Patient
from backend.tracking.models import CheckIn
from backend.tracking.reminders.prompts import unanswered_prompts
from backend.tracking.reminders.slots import slots
from tests import make


@pytest.fixture
def check_in(patient):
    return CheckIn.objects.get(treatment=make.treatment(of=patient), name="+1 h")


def listed(now):
    return unanswered_prompts(Patient.objects.all(), now)


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


def test_other_clinics_and_weekly_check_ins_are_not_listed(check_in):
    assert unanswered_prompts(Patient.objects.none(), check_in.closes_at - timedelta(minutes=1)) == []
    assert listed(make.DOSED_AT + timedelta(days=8)) == []
