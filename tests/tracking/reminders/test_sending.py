"""A due reminder goes out over the first way that takes it, once; whatever happens to it is on record."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from backend.accounts.services.consent import give_consent, withdraw_consent
from backend.tracking.links import check_in_of
from backend.tracking.models import Channel, CheckIn, Effect, Fate, PushSubscription, Step, StepName
from backend.tracking.reminders import run
from backend.tracking.reminders.channels import push as web_push
from backend.tracking.reminders.channels.sms import NotSent
from backend.tracking.reminders.claiming import LEASE, take
from backend.tracking.reminders.planning import plan
from backend.tracking.reminders.sending import ATTEMPTS, send_due
from backend.tracking.reminders.steps import record
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

SILENT, TAKEN, MISSING, GONE, BUSY, BROKEN = 0, 201, 404, 410, 429, 503
HOUR = timedelta(hours=1)


@pytest.fixture
def treated(patient, clock):
    """A treatment whose +1 h prompt is due now; what came before it is on record."""
    treatment = make.treatment(of=patient)
    run(clock)
    clock.forward(hours=1, minutes=4)
    return treatment


def reminder(treatment, name="+1 h", number=0) -> Effect:
    return Effect.objects.get(check_in__treatment=treatment, check_in__name=name, number=number)


def told(treatment, name="+1 h", number=0) -> list[tuple[str, str]]:
    """The steps of one reminder after it was planned."""
    check_in = CheckIn.objects.get(treatment=treatment, name=name)
    steps = Step.objects.filter(treatment=treatment, check_in_number=check_in.number, reminder_number=number)
    return [(step.name, step.channel) for step in steps.order_by("pk") if step.name != StepName.PLANNED]


def test_a_notice_goes_to_the_browser_and_leads_to_the_check_in(treated, patient, subscribe, push, browser, clock):
    subscribe(patient)
    assert send_due(clock) == 1
    [request] = push.received
    notice = browser.read(request.body)
    check_in = CheckIn.objects.get(treatment=treated, name="+1 h")
    assert notice | {"url": ""} == {
        "title": "Ebb",
        "body": "A short check-in is ready.",
        "url": "",
        "tag": f"reminder:{check_in.pk}:0",
    }
    assert check_in_of(notice["url"].split("/")[2]) == check_in
    assert reminder(treated).state == Fate.SENT
    assert told(treated) == [("sent", "push"), ("accepted", "push")]
    assert mail.outbox == []


def test_without_a_browser_or_a_number_a_mail_goes_out_that_says_nothing_about_its_reader(treated, patient, clock):
    patient.person.name = "Paula Patient"
    patient.person.save()
    send_due(clock)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([patient.person.email], "A short check-in is ready.")
    assert "http://127.0.0.1:8000/c/" in letter.body
    said = str(letter.message()) + letter.body
    assert [word for word in ("Paula", "Harbour", "P-1", "anxi", "ketamine", "dose", "treat") if word in said] == []
    assert told(treated) == [("sent", "email"), ("accepted", "email")]


def test_a_text_message_comes_before_a_mail(treated, patient, sent_texts, clock):
    patient.phone, patient.wants_sms = "+441632960000", True
    patient.save()
    send_due(clock)
    [(number, text)] = sent_texts
    assert number == "+441632960000"
    assert text.startswith("A short check-in is ready. http")
    assert len(text) <= 160
    assert mail.outbox == []
    assert told(treated) == [("sent", "sms"), ("accepted", "sms")]


def test_a_reminder_speaks_its_readers_language(treated, patient, clock, settings, monkeypatch):
    seen = []
    monkeypatch.setattr("backend.tracking.reminders.channels.message.translation.override", _remembering(seen))
    patient.person.language = "es"
    patient.person.save()
    send_due(clock)
    assert seen == ["es"]


def _remembering(seen):
    from django.utils import translation  # noqa: PLC0415 - the unpatched one

    override = translation.override

    def remember(language):
        seen.append(language)
        return override(language)

    return remember


def test_with_no_way_to_reach_somebody_the_reminder_has_failed(treated, patient, clock):
    patient.wants_email = False
    patient.save()
    send_due(clock)
    assert reminder(treated).state == Fate.FAILED
    assert told(treated) == [("failed", "")]


@pytest.mark.parametrize("status", [MISSING, GONE])
def test_a_subscription_that_is_gone_is_ended_and_the_next_way_taken_at_once(
    treated, patient, subscribe, push, status, clock
):
    gone = subscribe(patient, status)
    send_due(clock)
    gone.refresh_from_db()
    assert gone.ended_at == clock()
    assert (len(push.received), len(mail.outbox)) == (1, 1)
    assert told(treated) == [("sent", "push"), ("sent", "email"), ("accepted", "email")]


def test_of_two_browsers_the_one_that_asked_last_is_told_and_the_other_only_if_that_one_is_gone(
    treated, patient, subscribe, push, clock
):
    subscribe(patient, TAKEN, "old")
    subscribe(patient, TAKEN, "new")
    send_due(clock)
    assert [one.path for one in push.received] == ["/201/new"]
    PushSubscription.objects.filter(endpoint_sha256__isnull=False).update(ended_at=clock())
    subscribe(patient, TAKEN, "older")
    subscribe(patient, GONE, "newer")
    record(reminder(treated).check_in, StepName.DELIVERED)
    clock.forward(minutes=10)
    send_due(clock)
    assert [one.path for one in push.received][1:] == ["/410/newer", "/201/older"]


def test_a_push_service_that_wants_a_pause_gets_it_and_then_the_notice(treated, patient, subscribe, push, clock):
    busy = subscribe(patient, BUSY)
    push.retry_after = "240"
    send_due(clock)
    waiting = reminder(treated)
    assert (waiting.state, waiting.due_at, waiting.claimed_until) == (
        Fate.WAITING,
        clock() + timedelta(seconds=240),
        None,
    )
    clock.forward(seconds=239)
    assert send_due(clock) == 0
    busy.delete()
    subscribe(patient)
    clock.forward(seconds=1)
    assert send_due(clock) == 1
    assert told(treated) == [("sent", "push"), ("sent", "push"), ("accepted", "push")]


@pytest.mark.parametrize("retry_after", ["3600", "Tue, 03 Mar 2099 00:00:00 GMT"])
def test_a_pause_longer_than_the_reminder_is_of_use_sends_it_another_way(
    treated, patient, subscribe, push, retry_after, clock
):
    subscribe(patient, BUSY)
    push.retry_after = retry_after
    send_due(clock)
    assert told(treated) == [("sent", "push"), ("sent", "email"), ("accepted", "email")]


def test_a_push_service_out_of_order_is_asked_again_ever_more_slowly_and_then_gone_round(
    patient, subscribe, push, clock
):
    treatment = make.treatment(of=patient)
    clock.forward(days=7, hours=1)
    plan(clock())
    Effect.objects.exclude(check_in__name="week 1").delete()
    subscribe(patient, BROKEN)
    waits = []
    for _ in range(ATTEMPTS - 1):
        send_due(clock)
        waits.append((reminder(treatment, "week 1").due_at - clock()).total_seconds())
        clock.at = reminder(treatment, "week 1").due_at
    assert all(30 * 2**n <= wait <= 60 * 2**n for n, wait in enumerate(waits))
    assert mail.outbox == []
    send_due(clock)
    assert (len(push.received), len(mail.outbox)) == (ATTEMPTS, 1)


def test_a_push_service_without_an_answer_gets_the_same_notice_again_and_nobody_else_does(
    treated, patient, subscribe, push, clock, monkeypatch
):
    monkeypatch.setattr(web_push, "TIMEOUT_SECONDS", 0.3)
    silent = subscribe(patient, SILENT)
    send_due(clock)
    waiting = reminder(treated)
    assert (waiting.state, waiting.attempts) == (Fate.WAITING, 1)
    silent.delete()
    subscribe(patient, TAKEN)
    clock.at = waiting.due_at
    send_due(clock)
    first, second = push.received
    assert first.headers["Topic"] == second.headers["Topic"]
    assert mail.outbox == []
    assert reminder(treated).state == Fate.SENT


def test_what_may_have_been_shown_is_not_said_again_another_way(treated, patient, subscribe, push, clock, monkeypatch):
    monkeypatch.setattr(web_push, "TIMEOUT_SECONDS", 0.3)
    subscribe(patient, TAKEN, "older")
    silent = subscribe(patient, SILENT)
    send_due(clock)
    silent.delete()
    subscribe(patient, GONE)
    clock.at = reminder(treated).due_at
    send_due(clock)
    assert reminder(treated).state == Fate.FAILED
    assert [one.status for one in push.received] == [SILENT, GONE]
    assert mail.outbox == []


def test_a_redirect_is_not_followed(treated, patient, subscribe, push, clock):
    subscribe(patient, 302)
    send_due(clock)
    assert [one.path for one in push.received] == ["/302/a"]
    assert len(mail.outbox) == 1


def test_a_repeat_goes_round_a_phone_that_showed_nothing(treated, patient, subscribe, push, clock):
    subscribe(patient)
    send_due(clock)
    clock.forward(minutes=10)
    send_due(clock)
    assert (len(push.received), len(mail.outbox)) == (1, 1)
    assert told(treated, number=1) == [("sent", "email"), ("accepted", "email")]


def test_a_repeat_goes_to_a_phone_that_showed_the_first(treated, patient, subscribe, push, clock):
    subscribe(patient)
    send_due(clock)
    record(reminder(treated).check_in, StepName.DELIVERED, reminder_number=0)
    clock.forward(minutes=10)
    send_due(clock)
    assert len({one.headers["Topic"] for one in push.received}) == 2
    assert mail.outbox == []


@pytest.mark.parametrize("why", ["answered", "skipped", "cancelled", "superseded", "withdrawn", "inactive", "planned"])
def test_what_is_no_longer_wanted_is_dropped_when_it_would_go_out(treated, patient, clinician, why, clock):
    check_in = CheckIn.objects.get(treatment=treated, name="+1 h")
    match why:
        case "answered":
            make.rating(of=treated, check_in=check_in)
        case "skipped":
            make.skip(of=check_in)
        case "cancelled":
            changes = {"state": "cancelled", "started_at": None, "ended_at": None}
            correct_treatment(actor=clinician, treatment=treated, changes=changes)
        case "superseded":
            CheckIn.objects.filter(pk=check_in.pk).update(superseded=True)
        case "withdrawn":
            give_consent(actor=patient.person, patient=patient, version="1", language="en", text="Yes.")
            withdraw_consent(actor=patient.person, patient=patient)
        case "inactive":
            patient.person.is_active = False
            patient.person.save()
        case "planned":
            type(treated).objects.filter(pk=treated.pk).update(
                state="planned", started_at=None, ended_at=None, planned_at=treated.started_at
            )
    assert send_due(clock) == 0
    assert reminder(treated).state == Fate.DROPPED
    assert told(treated) == [("dropped", "")]
    assert mail.outbox == []


def test_what_was_not_sent_in_time_leaves_a_record_and_only_the_repeat_goes_out(treated, clock):
    clock.forward(minutes=10)
    assert send_due(clock) == 1
    assert told(treated) == [("expired", "")]
    assert told(treated, number=1) == [("sent", "email"), ("accepted", "email")]
    clock.forward(days=2)
    run(clock)
    assert {one.state for one in Effect.objects.filter(check_in__name__in=["+2 h", "+3 h", "+4 h"])} == {Fate.EXPIRED}


def test_a_server_that_comes_back_in_the_night_lets_people_sleep(patient, clock):
    treatment = make.treatment(of=patient)
    clock.forward(days=7)
    plan(clock())
    clock.at = clock().replace(hour=23)
    send_due(clock)
    assert mail.outbox == []
    waiting = reminder(treatment, "week 1")
    assert waiting.state == Fate.WAITING
    assert timedelta(hours=9) <= waiting.due_at - clock() < timedelta(hours=9, minutes=4)
    clock.at = waiting.due_at
    send_due(clock)
    assert len(mail.outbox) == 1


def test_somebody_elses_lease_is_respected_until_it_ends(treated, patient, subscribe, clock):
    subscribe(patient)
    primary_key = reminder(treated).pk
    assert take(primary_key, clock()) is not None
    assert take(primary_key, clock()) is None
    clock.forward(seconds=LEASE.total_seconds() - 1)
    assert send_due(clock) == 0
    clock.forward(seconds=1)
    assert send_due(clock) == 1  # the same notice again: it replaces the one that may have got through


def test_a_mail_that_may_have_gone_out_is_not_sent_again(treated, clock):
    assert take(reminder(treated).pk, clock()) is not None  # and then the process ended
    clock.forward(minutes=3)
    assert send_due(clock) == 0
    assert mail.outbox == []
    assert told(treated) == [("sent", "email"), ("failed", "email")]


def test_what_a_late_sender_says_no_longer_counts(treated, patient, subscribe, clock):
    from backend.tracking.reminders.claiming import settle  # noqa: PLC0415 - used here alone

    subscribe(patient)
    slow = take(reminder(treated).pk, clock())
    clock.forward(minutes=3)
    send_due(clock)
    settle(slow.effect, slow.leased_until, Fate.FAILED, clock())
    assert reminder(treated).state == Fate.SENT


FAILURES = {
    "nobody there": (ConnectionRefusedError(), Fate.WAITING),
    "not now": (smtplib.SMTPDataError(451, b""), Fate.WAITING),
    "never": (smtplib.SMTPSenderRefused(550, b"", "x"), Fate.FAILED),
    "no such person": (smtplib.SMTPRecipientsRefused({"x": (550, b"")}), Fate.FAILED),
    "broken off": (smtplib.SMTPServerDisconnected(), Fate.FAILED),
    "silence": (TimeoutError(), Fate.FAILED),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_mail_is_tried_again_only_where_it_certainly_did_not_go_out(treated, clock, monkeypatch, failure):
    error, state = FAILURES[failure]

    def refuse(*_args):
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    send_due(clock)
    assert reminder(treated).state == state
    monkeypatch.undo()
    clock.forward(minutes=1)
    send_due(clock)
    assert len(mail.outbox) == (state == Fate.WAITING)


def fail_with_timeout(_number, _text):
    raise TimeoutError


def refuse_for_ever(_number, _text):
    raise NotSent(later=False)


@pytest.mark.parametrize(("backend", "letters"), [("fail_with_timeout", 0), ("refuse_for_ever", 1)])
def test_a_text_is_followed_by_a_mail_only_where_it_certainly_did_not_go_out(
    treated, patient, settings, clock, backend, letters
):
    settings.SMS_BACKEND = f"{__name__}.{backend}"
    patient.phone, patient.wants_sms = "+441632960000", True
    patient.save()
    send_due(clock)
    assert len(mail.outbox) == letters
    assert reminder(treated).state == (Fate.SENT if letters else Fate.FAILED)
    assert reminder(treated).channel == (Channel.EMAIL if letters else Channel.SMS)


def break_down(number, _text):
    raise ValueError(number)


@pytest.mark.parametrize("backend", ["break_down", "not_there"])
def test_a_broken_provider_holds_up_nobody_else_and_its_words_are_not_logged(
    treated, patient, settings, clock, caplog, backend
):
    settings.SMS_BACKEND = f"{__name__}.{backend}"
    patient.phone, patient.wants_sms = "+441632960000", True
    patient.save()
    Effect.objects.filter(pk=reminder(treated).pk).update(due_at=clock() - HOUR)  # before the others
    others = [make.treatment(of=make.patient(at=patient.clinic)) for _ in range(3)]
    plan(clock())
    send_due(clock)
    assert len(mail.outbox) == len(others)
    assert reminder(treated).state == Fate.FAILED
    assert "+441632960000" not in caplog.text
    assert f"effect {reminder(treated).pk} met " in caplog.text


def test_logs_carry_primary_keys_alone(treated, patient, subscribe, caplog, clock):
    subscribe(patient)
    with caplog.at_level("INFO"):
        send_due(clock)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("backend")]
    assert ours == [f"reminder {reminder(treated).pk} by push: ACCEPTED"]
    assert patient.person.email not in caplog.text
