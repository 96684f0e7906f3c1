"""Steps are kept in order; of what can happen often only the first is."""

from datetime import timedelta

import pytest

from backend.tracking.models import CheckIn, Step, StepName
from backend.tracking.reminders.planning import plan
from backend.tracking.reminders.steps import record
from tests import make


@pytest.fixture
def check_in(patient):
    return CheckIn.objects.get(treatment=make.treatment(of=patient), name="+1 h")


def names() -> list[str]:
    return list(Step.objects.order_by("pk").values_list("name", flat=True))


def test_a_step_says_what_happened_when_and_when_that_became_known(check_in):
    record(check_in, StepName.DELIVERED, channel="push", at=make.DOSED_AT)
    step = Step.objects.get()
    assert (step.treatment, step.check_in_number, step.channel) == (check_in.treatment, check_in.number, "push")
    assert step.at == make.DOSED_AT < step.recorded_at


@pytest.mark.parametrize("name", [StepName.OPENED, StepName.FIRST_TAP])
def test_of_a_page_opened_and_of_a_first_tap_the_first_is_kept(check_in, name):
    record(check_in, name, at=make.DOSED_AT)
    record(check_in, name, at=make.DOSED_AT + timedelta(hours=1))
    assert Step.objects.get().at == make.DOSED_AT


def test_of_a_delivery_the_first_of_each_reminder_is_kept(check_in):
    plan(make.DOSED_AT)
    before = Step.objects.count()
    for number in (0, 1, 0, 1):
        record(check_in, StepName.DELIVERED, reminder_number=number)
    assert Step.objects.count() == before + 2


def test_a_reminder_that_does_not_exist_is_not_taken_on_trust(check_in):
    for number in (7, 8, 9):
        record(check_in, StepName.DELIVERED, reminder_number=number)
    assert Step.objects.get().reminder_number is None


def test_an_answer_undone_and_given_again_is_three_steps(check_in):
    for name in (StepName.ANSWERED, StepName.UNDONE, StepName.ANSWERED):
        record(check_in, name)
    assert names() == ["answered", "undone", "answered"]
