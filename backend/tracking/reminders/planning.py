"""Planning reminders as rows of the outbox, once each, and moving them when the time of a dose moves."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.models import Patient
from backend.tracking.models import CheckIn, Effect, Fate, Kind, Progress, PushSubscription, Step, StepName, Treatment
from backend.tracking.reminders.slots import HOURLY_REPEAT, Slot, slots

AHEAD = timedelta(hours=24)  # before a check-in opens, its reminders are planned
BACK = timedelta(days=30)  # after an outage this long, what fell into it still gets its record
LONGEST_WINDOW = timedelta(days=10)  # of any protocol; lets an index bound the search
BATCH = 200  # check-ins a transaction
SAME_PROMPT = HOURLY_REPEAT  # a reminder that moved by less than this since it was settled has been given already


def plan(now: datetime) -> int:
    """Plan the reminders of every check-in that opens within a day and has none; return how many were planned."""
    planned = last = 0
    while batch := _plan_batch(now, last):
        planned += batch[1]
        last = batch[0]
    return planned


@transaction.atomic
def _plan_batch(now: datetime, after: int) -> tuple[int, int] | None:
    """Plan a few check-ins from one primary key on; return the last one's and how many reminders, None at the end."""
    waiting = _without_reminders(now).filter(pk__gt=after).order_by("pk")
    locked = list(waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)[:BATCH])
    if not locked:
        return None
    # Another sweep may have planned one between the search and the lock.
    taken = set(Effect.objects.filter(check_in__in=locked).values_list("check_in_id", flat=True))
    return locked[-1].pk, len(_store(_wanted(one for one in locked if one.pk not in taken), now))


def _without_reminders(now: datetime) -> QuerySet[CheckIn]:
    patient = "treatment__patient"
    reachable = Q(**{f"{patient}__clinic__demo": False}) | Exists(
        PushSubscription.objects.filter(person=OuterRef(f"{patient}__person"), ended_at__isnull=True)
    )  # the addresses of made-up patients reach nobody: there only who asked for notices in a browser gets any
    return (
        CheckIn.objects.waiting()
        .filter(
            reachable,
            Q(nominal_hours__isnull=True) | Q(treatment__state=Progress.STARTED),  # else nothing says when
            ~Exists(Effect.objects.filter(check_in=OuterRef("pk"))),
            opens_at__lte=now + AHEAD,
            opens_at__gt=now - BACK - LONGEST_WINDOW,
            closes_at__gt=now - BACK,
            treatment__patient__person__isnull=False,
        )
        .select_related(patient)
    )


def _wanted(check_ins: Iterable[CheckIn]) -> list[tuple[CheckIn, Slot]]:
    return [(check_in, slot) for check_in in check_ins for slot in slots(check_in)]


def _store(wanted: Sequence[tuple[CheckIn, Slot]], now: datetime) -> Sequence[Effect]:
    effects = Effect.objects.bulk_create(
        Effect(
            kind=Kind.REMINDER,
            dedupe_key=f"{Kind.REMINDER}:{check_in.pk}:{slot.number}",
            patient=check_in.treatment.patient,
            check_in=check_in,
            number=slot.number,
            due_at=slot.due_at,
            expires_at=slot.expires_at,
        )
        for check_in, slot in wanted
    )
    Step.objects.bulk_create(
        Step(
            treatment_id=check_in.treatment_id,
            check_in_number=check_in.number,
            reminder_number=slot.number,
            name=StepName.PLANNED,
            at=now,
            recorded_at=now,
        )
        for check_in, slot in wanted
    )
    return effects


def replan(treatments: Iterable[Treatment], now: datetime) -> None:
    """Move the reminders of treatments to where their check-ins now are. Call it under the patient's lock.

    Those waiting move. One that was settled is wanted again where its time still lies ahead: a dose put off by a
    week is announced again. Of check-ins without any, nothing is planned before the next sweep.
    """
    effects = Effect.objects.filter(check_in__treatment__in=treatments).select_related("check_in__treatment__patient")
    by_check_in: dict[CheckIn, dict[int, Effect]] = {}
    for effect in effects.select_for_update(of=("self",)):
        if effect.check_in is not None:
            by_check_in.setdefault(effect.check_in, {})[effect.number] = effect
    for check_in, known in by_check_in.items():
        wanted = slots(check_in)
        _store([(check_in, slot) for slot in wanted if slot.number not in known], now)
        for slot in wanted:
            if slot.number in known:
                _move(known[slot.number], slot, now)
        gone = known.keys() - {slot.number for slot in wanted}
        settle_waiting(Effect.objects.filter(pk__in=[known[number].pk for number in gone]), Fate.DROPPED, now)


def _move(effect: Effect, slot: Slot, now: datetime) -> None:
    again = effect.settled_at is not None and slot.due_at > max(now, effect.settled_at + SAME_PROMPT)
    if again:
        effect.state, effect.settled_at, effect.claimed_until, effect.attempts = Fate.WAITING, None, None, 0
    if again or effect.state == Fate.WAITING:
        effect.due_at, effect.expires_at = slot.due_at, slot.expires_at
        effect.save(update_fields=["state", "settled_at", "claimed_until", "attempts", "due_at", "expires_at"])


def drop_waiting(patient: Patient, now: datetime) -> None:
    """Want none of a patient's reminders any more, as after consent was withdrawn."""
    settle_waiting(Effect.objects.filter(patient=patient, kind=Kind.REMINDER), Fate.DROPPED, now)


def resume(patient: Patient, now: datetime) -> None:
    """Want a patient's reminders again that still lie ahead, as after consent was given anew."""
    replan(Treatment.objects.filter(patient=patient), now)


def settle_waiting(effects: QuerySet[Effect], fate: Fate, now: datetime) -> int:
    """Settle those of the effects that still wait, each with its step; return how many."""
    waiting = effects.filter(state=Fate.WAITING).select_related("check_in").select_for_update(of=("self",))
    settled = 0
    for effect in list(waiting):
        if Effect.objects.filter(pk=effect.pk, state=Fate.WAITING).update(state=fate, settled_at=now):
            record_step(effect, StepName(fate), now)
            settled += 1
    return settled


def record_step(effect: Effect, name: StepName, now: datetime, channel: str = "") -> None:
    """Write down what happened to a reminder."""
    if effect.check_in is not None:
        Step.objects.create(
            treatment_id=effect.check_in.treatment_id,
            check_in_number=effect.check_in.number,
            reminder_number=effect.number,
            name=name,
            channel=channel,
            at=now,
            recorded_at=now,
        )
