"""Reminders become rows of the outbox once each, and move with the dose."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from backend.accounts.models import Patient
from backend.tracking.models import CheckIn, Effect, Fate, Step, StepName, Treatment
from backend.tracking.reminders.planning import drop_waiting, plan, replan, resume
from backend.tracking.reminders.slots import slots
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

DAY = timedelta(days=1)


def keys(treatment: Treatment) -> list[tuple[str, int]]:
    planned = Effect.objects.filter(check_in__treatment=treatment).order_by("due_at", "number")
    return list(planned.values_list("check_in__name", "number"))


def effects_of(treatment: Treatment, name: str) -> list[Effect]:
    return list(Effect.objects.filter(check_in__treatment=treatment, check_in__name=name).order_by("number"))


@pytest.fixture
def treated(patient):
    return make.treatment(of=patient)


def test_what_opens_within_a_day_is_planned_once(treated, clock):
    hourly = [(f"+{hour} h", number) for hour in (1, 2, 3, 4) for number in (0, 1)]
    assert plan(clock()) == 10
    assert keys(treated) == [("evening before", 0), ("arrival", 0), *hourly]  # two are over: records will say so
    assert plan(clock()) == 0
    assert Effect.objects.count() == Step.objects.filter(name=StepName.PLANNED).count() == 10


def test_a_row_says_which_reminder_it_is_and_until_when_it_is_wanted(treated, clock):
    plan(clock())
    check_in = CheckIn.objects.get(treatment=treated, name="+1 h")
    first, repeat = effects_of(treated, "+1 h")
    assert first.dedupe_key == f"reminder:{check_in.pk}:0"
    assert [(one.due_at, one.expires_at) for one in (first, repeat)] == [
        (slot.due_at, slot.expires_at) for slot in slots(check_in)
    ]


def test_weekly_check_ins_are_planned_when_their_day_comes_near(treated, clock):
    clock.forward(days=4, hours=23)
    plan(clock())
    assert ("week 1", 0) not in keys(treated)
    clock.forward(hours=1)
    plan(clock())
    assert [key for key in keys(treated) if key[0] == "week 1"] == [("week 1", 0), ("week 1", 1)]


def test_after_an_outage_what_fell_into_it_is_planned_to_be_recorded_but_not_what_is_long_gone(treated, clock):
    clock.forward(days=20)
    plan(clock())
    hourly = {"+1 h", "+2 h", "+3 h", "+4 h"}
    assert {name for name, _ in keys(treated)} == {"evening before", "arrival", *hourly, "week 1", "week 2", "week 3"}
    other = make.treatment(of=make.patient())
    clock.forward(days=15)
    plan(clock())
    assert "+1 h" not in {name for name, _ in keys(other)}


@pytest.mark.parametrize("why", ["cancelled", "nobody", "answered", "skipped", "superseded"])
def test_nothing_is_planned_where_nobody_waits_for_an_answer(patient, clock, why):
    somebody = make.patient(sign_in=False) if why == "nobody" else patient
    treated = make.treatment(of=somebody)
    check_in = CheckIn.objects.get(treatment=treated, name="+1 h")
    if why == "cancelled":
        correct_treatment(actor=make.member(at=patient.clinic), treatment=treated, changes={"state": "cancelled"})
    elif why == "answered":
        make.rating(of=treated, check_in=check_in)
    elif why == "skipped":
        make.skip(of=check_in)
    elif why == "superseded":
        CheckIn.objects.filter(pk=check_in.pk).update(superseded=True)
    plan(clock())
    assert ("+1 h", 0) not in keys(treated)


def test_before_the_dose_has_started_only_what_comes_before_it_is_planned(patient, clock):
    planned = make.treatment(of=patient, planned_at=clock() + timedelta(hours=20))
    plan(clock())
    assert keys(planned) == [("evening before", 0), ("arrival", 0)]


def test_made_up_patients_are_reminded_only_in_a_browser_that_asked_for_it(db, subscribe, clock):
    patient = make.patient(at=make.clinic(demo=True))
    treated = make.treatment(of=patient)
    plan(clock())
    assert keys(treated) == []
    subscribe(patient)
    plan(clock())
    assert ("+1 h", 0) in keys(treated)


def test_planning_asks_no_more_of_the_database_for_more_patients(clinic, clock, django_assert_max_num_queries):
    for _ in range(12):
        make.treatment(of=make.patient(at=clinic))
    with django_assert_max_num_queries(10):  # two batches, the second of which is empty
        assert plan(clock()) == 120


def test_when_the_dose_moves_waiting_reminders_move_with_it(treated, clinician, clock):
    plan(clock())
    before = [one.due_at for one in effects_of(treated, "+3 h")]
    correct_treatment(
        actor=clinician,
        treatment=treated,
        changes={"started_at": treated.started_at + timedelta(minutes=30), "ended_at": None},
    )
    moved = effects_of(treated, "+3 h")
    assert [one.due_at for one in moved] == [due + timedelta(minutes=30) for due in before]
    assert moved[0].expires_at == moved[1].due_at


def test_a_dose_put_off_by_a_week_is_announced_again(patient, clinician, clock):
    planned = make.treatment(of=patient, planned_at=clock() + DAY)
    plan(clock())
    Effect.objects.update(state=Fate.SENT, settled_at=clock() + timedelta(hours=9), attempts=1)
    later = correct_treatment(actor=clinician, treatment=planned, changes={"planned_at": clock() + 400 * DAY})
    [evening] = effects_of(later, "evening before")
    assert (evening.state, evening.attempts, evening.settled_at) == (Fate.WAITING, 0, None)
    assert evening.due_at > clock() + 398 * DAY


def test_a_reminder_that_went_out_is_not_wanted_again_for_a_small_correction(treated, clock):
    plan(clock())
    [first, _repeat] = effects_of(treated, "+1 h")
    Effect.objects.filter(pk=first.pk).update(state=Fate.SENT, settled_at=first.due_at)
    CheckIn.objects.filter(treatment=treated).update(due_at=first.due_at + timedelta(minutes=5))
    replan([treated], clock())
    first.refresh_from_db()
    assert first.state == Fate.SENT


def test_a_repeat_for_which_no_time_is_left_is_dropped_with_a_step_and_comes_back_with_the_time(treated, clock):
    plan(clock())
    check_in = CheckIn.objects.get(treatment=treated, name="+1 h")
    closes_at = check_in.closes_at
    CheckIn.objects.filter(pk=check_in.pk).update(closes_at=check_in.due_at + timedelta(minutes=9))
    replan([treated], clock())
    assert [one.state for one in effects_of(treated, "+1 h")] == [Fate.WAITING, Fate.DROPPED]
    assert Step.objects.get(name=StepName.DROPPED).reminder_number == 1
    CheckIn.objects.filter(pk=check_in.pk).update(closes_at=closes_at)
    Effect.objects.filter(state=Fate.DROPPED).update(settled_at=clock())
    replan([treated], clock())
    assert [one.state for one in effects_of(treated, "+1 h")] == [Fate.WAITING, Fate.WAITING]


def test_a_patients_reminders_are_dropped_at_once_and_resumed(patient, treated, clock):
    bystander = make.treatment(of=make.patient(at=patient.clinic))
    plan(clock())
    drop_waiting(patient, clock())
    assert {one.state for name in ("+1 h", "+4 h") for one in effects_of(treated, name)} == {Fate.DROPPED}
    assert Step.objects.filter(name=StepName.DROPPED).count() == 10
    assert {one.state for one in effects_of(bystander, "+1 h")} == {Fate.WAITING}
    clock.forward(hours=2)
    resume(patient, clock())
    assert {one.state for one in effects_of(treated, "+1 h")} == {Fate.DROPPED}  # its time has passed
    assert {one.state for one in effects_of(treated, "+4 h")} == {Fate.WAITING}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a SQLite database in memory has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_sweeps_that_plan_at_the_same_time_plan_once():
    at = make.clinic()
    for _ in range(20):
        treated = make.treatment(of=make.patient(at=at))

    def sweep(_number):
        try:
            return plan(treated.started_at)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        planned = list(pool.map(sweep, range(3)))
    assert sum(planned) == Effect.objects.count() == Step.objects.filter(name=StepName.PLANNED).count() == 200
    assert Patient.objects.count() == 20
