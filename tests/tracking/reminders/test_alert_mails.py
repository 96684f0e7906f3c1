"""A mail about an alert tells its reader that there is something to look at, in the hours of the plan, and no more."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from backend.accounts.models import AuditEntry, Membership
from backend.accounts.services.alert_plans import save_plan
from backend.accounts.services.staff import add_member, end_membership
from backend.tracking.models import Alert, Effect, Fate, Kind, Step
from backend.tracking.reminders import run
from backend.tracking.reminders.alerting import KEPT_DAYS, attended_from, plan_alert
from backend.tracking.reminders.sending import send_due
from backend.tracking.services.rating.alerts import acknowledge_alert
from tests import make

FRIDAY_EVENING = datetime(2026, 3, 6, 19, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
APRIL_5 = datetime(2026, 4, 5, 0, 30, tzinfo=UTC)
AT_NIGHT = {"from_time": time(1, 30), "until_time": time(5)}
WEEKDAYS = {"days": "12345", "from_time": time(8), "until_time": time(18)}


@pytest.fixture
def plan(clinic, owner, clinician):
    return make.alert_plan(at=clinic, owner=owner, second=clinician, escalate_after_minutes=30)


@pytest.fixture
def alert(clinic, owner, clinician, plan, patient, clock):
    """An alert raised now by the clock of the test."""
    make.alert_rule(at=clinic, by=owner)
    make.rating(of=make.treatment(of=patient, by=clinician), score=9)
    Effect.objects.all().delete()
    found = Alert.objects.get()
    plan_alert(found, plan, clock())
    return found


def fates():
    return list(Effect.objects.filter(kind=Kind.ALERT).order_by("number").values_list("state", flat=True))


def test_storing_the_rating_plans_the_mails(clinic, owner, clinician, plan, patient):
    make.alert_rule(at=clinic, by=owner)
    make.ratings(of=make.treatment(of=patient, by=clinician), scores={1: 9, 2: 4, 3: 10})
    first, second = Effect.objects.filter(kind=Kind.ALERT).order_by("number")  # the other alert is quiet
    assert [one.dedupe_key for one in (first, second)] == [
        f"alert:{first.alert_id}:{who}" for who in ("owner", "second")
    ]
    assert (first.recipient, second.recipient) == (owner, clinician)
    assert first.due_at == first.alert.raised_at
    assert second.due_at - first.due_at == timedelta(minutes=30)


def test_the_owner_gets_a_mail_that_names_nobody_and_nothing(alert, owner, patient, clock):
    send_due(clock)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([owner.email], "There is something to look at in Ebb.")
    assert f"http://127.0.0.1:8000{reverse('today')}" in letter.body
    said = str(letter.message()) + letter.body
    secrets = (patient.code, "9", "anxi", "Harbour", owner.name, "alert", "score", "patient", "ketamine")
    body = letter.subject + letter.body.replace("http://127.0.0.1:8000/today/", "")
    assert [word for word in secrets if word.lower() in body.lower()] == []
    assert "Olive" not in said
    assert not Step.objects.filter(name="sent").exists()  # steps are of check-ins


def test_a_mail_speaks_its_readers_language(alert, owner, clock, monkeypatch):
    seen = []
    monkeypatch.setattr("backend.tracking.reminders.alerting.translation.override", lambda code: _noting(seen, code))
    owner.language = "es"
    owner.save()
    send_due(clock)
    assert seen == ["es"]


class _noting:  # noqa: N801 - stands in for a function
    def __init__(self, seen, code):
        seen.append(code)

    def __enter__(self):
        return None

    def __exit__(self, *fault):
        return None


def test_nobody_acknowledged_so_the_second_hears_of_it_and_that_is_on_record(alert, owner, clinician, clock):
    send_due(clock)
    clock.forward(minutes=29)
    send_due(clock)
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    clock.forward(minutes=1)
    send_due(clock)
    send_due(clock)
    assert [letter.to for letter in mail.outbox] == [[owner.email], [clinician.email]]
    alert.refresh_from_db()
    assert alert.escalated_at == clock()
    assert AuditEntry.objects.filter(action="alert.escalated").count() == 1


def test_acknowledged_in_time_the_second_hears_nothing(alert, owner, clock):
    send_due(clock)
    acknowledge_alert(actor=owner, alert=alert, what_was_done="Called.")
    assert fates() == [Fate.SENT, Fate.DROPPED]
    clock.forward(hours=2)
    send_due(clock)
    assert len(mail.outbox) == 1
    alert.refresh_from_db()
    assert alert.escalated_at is None


def test_acknowledged_in_the_very_moment_nothing_goes_out(alert, owner, clock):
    acknowledge_alert(actor=owner, alert=alert, what_was_done="Called.")
    Effect.objects.update(state=Fate.WAITING, settled_at=None)  # as if the two had crossed
    clock.forward(hours=2)
    send_due(clock)
    assert mail.outbox == []
    assert fates() == [Fate.DROPPED, Fate.DROPPED]


@pytest.mark.parametrize("how", ["left", "reads only", "switched off"])
def test_nothing_is_sent_to_somebody_who_no_longer_treats_there(alert, clinic, owner, clinician, clock, how):
    if how == "left":
        end_membership(actor=owner, membership=Membership.objects.get(person=clinician))
    elif how == "reads only":
        add_member(actor=owner, clinic=clinic, person=clinician, role="researcher")
    else:
        clinician.is_active = False
        clinician.save()
    clock.forward(hours=2)
    send_due(clock)
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert fates() == [Fate.SENT, Fate.DROPPED]


def test_a_mail_that_could_not_go_out_for_a_week_is_void(alert, clock):
    clock.forward(days=KEPT_DAYS)
    send_due(clock)
    assert fates()[0] == Fate.EXPIRED


def test_a_demo_clinic_writes_to_nobody(alert, clinic, plan, clock):
    clinic.demo = True
    clinic.save()
    plan.refresh_from_db()
    Effect.objects.all().delete()
    plan_alert(alert, plan, clock())
    assert not Effect.objects.exists()


def test_planning_and_replanning_reminders_leaves_alerts_alone(alert, clock):
    run(clock)
    run(clock)
    assert fates() == [Fate.SENT, Fate.WAITING]


@pytest.mark.parametrize(
    ("fields", "moment", "expected"),
    [
        (WEEKDAYS, datetime(2026, 3, 6, 12, tzinfo=UTC), datetime(2026, 3, 6, 12, tzinfo=UTC)),
        (WEEKDAYS, FRIDAY_EVENING, MONDAY),
        (WEEKDAYS, datetime(2026, 3, 9, 7, tzinfo=UTC), MONDAY),
        (WEEKDAYS, datetime(2026, 3, 9, 18, tzinfo=UTC), MONDAY + timedelta(days=1)),
        ({**WEEKDAYS, "days": "5"}, FRIDAY_EVENING, datetime(2026, 3, 13, 8, tzinfo=UTC)),
        # On Sunday the 29th clocks in London go forward: eight o'clock is seven by UTC.
        ({**WEEKDAYS, "days": "7"}, datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        # That night half past one does not come: the hours begin at half past two, or not where they end before.
        (AT_NIGHT, datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (AT_NIGHT | {"until_time": time(1, 50), "days": "7"}, datetime(2026, 3, 23, tzinfo=UTC), APRIL_5),
        # On Sunday the 25th of October they go back, and half past one comes twice.
        (AT_NIGHT, datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (AT_NIGHT, datetime(2026, 10, 25, 1, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_outside_its_hours_a_plan_waits_for_the_next_ones(clinic, owner, fields, moment, expected):
    assert attended_from(make.alert_plan(at=clinic, owner=owner, **fields), moment) == expected


def test_outside_the_hours_the_second_hears_after_the_owner_has_had_the_time(alert, plan, clock):
    Effect.objects.all().delete()
    for name, value in WEEKDAYS.items():
        setattr(plan, name, value)
    plan_alert(alert, plan, FRIDAY_EVENING)
    due = list(Effect.objects.order_by("number").values_list("due_at", flat=True))
    assert due == [MONDAY, MONDAY + timedelta(minutes=30)]


def test_a_pass_past_the_end_of_the_hours_waits_for_the_next_ones(alert, plan):
    Effect.objects.all().delete()
    for name, value in WEEKDAYS.items():
        setattr(plan, name, value)
    late = datetime(2026, 3, 6, 17, 45, tzinfo=UTC)
    plan_alert(alert, plan, late)
    assert list(Effect.objects.order_by("number").values_list("due_at", flat=True)) == [late, MONDAY]


def swept(clock, hours, minutes=15):
    """Sweep at short intervals; who was written to, with the time by the clock of the test."""
    written = []
    for _ in range(int(hours * 60 / minutes)):
        run(clock)
        written += [(clock(), *letter.to) for letter in mail.outbox]
        mail.outbox.clear()
        clock.forward(minutes=minutes)
    return written


def test_from_friday_evening_on_sweeps_write_to_one_after_the_other_on_monday(alert, plan, owner, clinician, clock):
    Effect.objects.all().delete()
    clock.at = FRIDAY_EVENING
    for name, value in WEEKDAYS.items():
        setattr(plan, name, value)
    plan_alert(alert, plan, clock())
    assert swept(clock, hours=62) == [(MONDAY, owner.email), (MONDAY + timedelta(minutes=30), clinician.email)]
    alert.refresh_from_db()
    assert alert.escalated_at == MONDAY + timedelta(minutes=30)


def test_a_rating_that_is_stored_now_is_told_of_by_the_next_sweeps(clinic, owner, clinician, plan, patient, clock):
    make.alert_rule(at=clinic, by=owner)
    make.rating(of=make.treatment(of=patient, by=clinician), score=9)
    clock.at = Alert.objects.get().raised_at
    assert [to for _, to in swept(clock, hours=2)] == [owner.email, clinician.email]


def test_a_rating_amended_after_the_first_mail_is_passed_on_to_nobody(alert, owner, clock):
    run(clock)
    make.amendment(of=alert.rating, score=5)
    assert [to for _, to in swept(clock, hours=2)] == [owner.email]
    alert.refresh_from_db()
    assert alert.escalated_at is None


def test_who_the_plan_names_by_now_hears_of_it(alert, clinic, owner, clinician, clock):
    third = make.member(at=clinic)
    save_plan(actor=owner, clinic=clinic, fields={"owner": third})
    assert [to for _, to in swept(clock, hours=2)] == [third.email, clinician.email]
    assert Effect.objects.get(kind=Kind.ALERT, number=0).recipient == third


def test_who_is_named_no_more_hears_nothing(alert, clinic, owner, clock):
    save_plan(actor=owner, clinic=clinic, fields={"second": None})
    assert [to for _, to in swept(clock, hours=2)] == [owner.email]
    assert fates() == [Fate.SENT, Fate.DROPPED]


def test_without_a_plan_by_now_whom_it_named_still_hears_of_what_was_raised(alert, clinic, owner, clinician, clock):
    make.member(at=clinic, role="owner")
    end_membership(actor=owner, membership=Membership.objects.get(person=owner))  # with its owner the plan ends
    assert [to for _, to in swept(clock, hours=2)] == [clinician.email]
    assert fates() == [Fate.DROPPED, Fate.SENT]
