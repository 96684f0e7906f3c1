"""Taking an effect under a lease, deciding by the facts of the moment whether it is wanted, and settling it once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from backend.accounts.models import Patient
from backend.tracking.models import Channel, CheckIn, Effect, Fate, Kind, Progress, StepName
from backend.tracking.reminders.alerting import alert_letter, note_escalation
from backend.tracking.reminders.channels.message import message_for
from backend.tracking.reminders.letters import Letter
from backend.tracking.reminders.planning import record_step
from backend.tracking.reminders.slots import is_hourly, out_of_the_night
from backend.tracking.reminders.ways import Way, ways

LEASE = timedelta(minutes=2)  # longer than an attempt can take


@dataclass(frozen=True, slots=True)
class Attempt:
    """One effect on its way to one person: `way` is tried now, `rest` where it refuses.

    `unsure`: an earlier attempt may have got through, so only a notice that would replace that one may follow.
    """

    effect: Effect
    letter: Letter
    way: Way
    rest: tuple[Way, ...]
    leased_until: datetime
    unsure: bool


@transaction.atomic
def take(primary_key: int, now: datetime) -> Attempt | None:
    """Lease a due effect and begin its first attempt; None if another has it or it is not to be sent now."""
    before = Effect.objects.filter(pk=primary_key).values_list("claimed_until", flat=True).first()
    leased_until = now + LEASE
    if not Effect.objects.due(now).filter(pk=primary_key).order_by().update(claimed_until=leased_until):
        return None
    effect = Effect.objects.select_related("patient", "alert", "recipient").get(pk=primary_key)
    letter = alert_letter(effect, now) if effect.kind == Kind.ALERT else _reminder(effect, now)
    if isinstance(letter, Fate):
        settle(effect, leased_until, letter, now)
        return None
    if isinstance(letter, datetime):
        put_off(effect, leased_until, letter, given_back=before)
        return None
    # A lease that was not given back: whoever had it ended, or got no answer, between trying and knowing.
    unsure = before is not None and effect.attempts > 0
    possible = letter.ways
    if unsure:  # a notice replaces the one before it, a letter does not
        possible = tuple(way for way in possible if way.channel == effect.channel == Channel.PUSH)
    if not possible:
        settle(effect, leased_until, Fate.FAILED, now, effect.channel)
        return None
    return begin(Attempt(effect, letter, possible[0], possible[1:], leased_until, unsure), now)


def _reminder(effect: Effect, now: datetime) -> Letter | Fate | datetime:
    """Return a reminder, what becomes of one that is not to be sent, or until when it is put off."""
    check_in = _reminded_of(effect)
    patient = check_in.treatment.patient
    fate = _fate(effect, check_in, now)
    if fate is not None or patient.person is None:
        return fate or Fate.DROPPED
    morning = out_of_the_night(check_in, now)
    if morning > now:
        return morning
    return Letter(
        patient.person,
        message_for(effect, check_in),
        tuple(ways(effect, check_in, patient.person)),
        phone=patient.phone,
        urgent=is_hourly(check_in),
    )


def _reminded_of(effect: Effect) -> CheckIn:
    found = CheckIn.objects.with_answers().select_related("treatment__patient__clinic", "treatment__patient__person")
    return found.get(effects=effect)


def _fate(effect: Effect, check_in: CheckIn, now: datetime) -> Fate | None:
    """Return what becomes of a reminder that is not to be sent, None for one that is."""
    treatment = check_in.treatment
    if (
        check_in.is_answered
        or check_in.skip_reason is not None
        or check_in.superseded
        or treatment.state == Progress.CANCELLED
        or (treatment.state == Progress.PLANNED and check_in.nominal_hours is not None)
        or not may_be_reminded(treatment.patient)
    ):
        return Fate.DROPPED
    return Fate.EXPIRED if now >= min(effect.expires_at, check_in.closes_at) else None


def may_be_reminded(patient: Patient) -> bool:
    """Tell whether there is somebody to be reminded, who did not withdraw their consent."""
    if patient.person is None or not patient.person.is_active:
        return False
    consent = patient.current_consent()
    return consent is None or consent.given


@transaction.atomic
def begin(attempt: Attempt, now: datetime) -> Attempt | None:
    """Write down an attempt that is about to be made, under a new lease; None if the lease went to somebody else."""
    effect, channel = attempt.effect, attempt.way.channel
    leased_until = now + LEASE
    mine = _leased(effect, attempt.leased_until)
    if not mine.update(claimed_until=leased_until, attempts=F("attempts") + 1, channel=channel):
        return None
    effect.attempts += 1
    record_step(effect, StepName.SENT, now, channel)
    return replace(attempt, leased_until=leased_until)


@transaction.atomic
def settle(effect: Effect, leased_until: datetime, fate: Fate, now: datetime, channel: str = "") -> None:
    """Write what became of an effect, once, unless its lease went to somebody else."""
    if _leased(effect, leased_until).update(state=fate, settled_at=now, claimed_until=None):
        record_step(effect, StepName.ACCEPTED if fate == Fate.SENT else StepName(fate), now, channel)
        if fate == Fate.SENT:
            note_escalation(effect, now)


def put_off(effect: Effect, leased_until: datetime, until: datetime, *, given_back: datetime | None) -> None:
    """Let an effect wait; with `given_back` an instant in place of None, what came of the attempt stays unknown."""
    _leased(effect, leased_until).update(due_at=until, claimed_until=given_back)


def _leased(effect: Effect, until: datetime) -> QuerySet[Effect]:
    return Effect.objects.filter(pk=effect.pk, state=Fate.WAITING, claimed_until=until)
