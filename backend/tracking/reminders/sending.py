"""Sending what is due: taken under a lease, written down, tried over one way after another, then marked."""

import logging
import random
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError
from django.utils import timezone

from backend.tracking.models import Channel, Effect, Fate, PushSubscription
from backend.tracking.reminders.channels import mail, push, sms
from backend.tracking.reminders.channels.replies import Answer, Reply
from backend.tracking.reminders.claiming import Attempt, begin, put_off, settle, take

AT_ONCE = 16  # attempts that wait for their answers side by side
LONGEST_SECONDS = 45.0  # of one call, within the limit of a job; the next call goes on
ATTEMPTS = 5  # over a way that puts off or does not answer
FIRST_WAIT_SECONDS = 60.0  # doubled with each attempt

# What may be wrong with one reminder, or with a provider's function, and must not hold up the others.
FAULTS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    ObjectDoesNotExist,
    DataError,
    IntegrityError,
)

Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)


def send_due(clock: Clock = timezone.now) -> int:
    """Send what is due, a few at a time; return how many were tried.

    No transaction is open while anything is sent. Callers may run side by side: each effect is with one of them.
    """
    tried = 0
    until = time.monotonic() + LONGEST_SECONDS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for batch in _batches(clock):
            taken = [taken for primary_key in batch if (taken := _taken(primary_key, clock()))]
            tried += len(taken)
            while taken:
                replies = list(pool.map(deliver, taken))
                answered = zip(taken, replies, strict=True)
                taken = [following for one, reply in answered if (following := conclude(one, reply, clock()))]
            if time.monotonic() > until:
                break
    return tried


def _batches(clock: Clock) -> Iterator[list[int]]:
    """Yield primary keys of due reminders, each once."""
    due = list(Effect.objects.due(clock()).values_list("pk", flat=True))
    yield from (due[start : start + AT_ONCE] for start in range(0, len(due), AT_ONCE))


def _taken(primary_key: int, now: datetime) -> Attempt | None:
    try:
        return take(primary_key, now)
    except FAULTS as fault:
        _log(primary_key, fault)
        return None


def deliver(attempt: Attempt) -> Reply:
    """Hand the reminder to the channel and return its answer. Asks the database nothing: it runs in a thread."""
    try:
        return _handed_over(attempt)
    except FAULTS as fault:
        _log(attempt.effect.pk, fault)
        return Reply(Answer.UNKNOWN)


def _log(primary_key: int, fault: Exception) -> None:
    """Name the fault by its kind and place alone: its words may hold an address or a number."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    logger.error("effect %s met %s at %s:%s", primary_key, type(fault).__name__, last.filename, last.lineno)


def _handed_over(attempt: Attempt) -> Reply:
    letter = attempt.letter
    if attempt.way.subscription is not None:
        seconds = (attempt.effect.expires_at - attempt.leased_until).total_seconds()
        return push.send(attempt.way.subscription, letter.message, seconds=seconds, urgent=letter.urgent)
    if attempt.way.channel == Channel.SMS:
        return sms.send(letter.phone, letter.message)
    return mail.send(letter.person.email, letter.message)


def conclude(attempt: Attempt, reply: Reply, now: datetime) -> Attempt | None:
    """Write what came of an attempt; return the next one where this way to the patient was of no use."""
    logger.info("%s %s by %s: %s", attempt.effect.kind, attempt.effect.pk, attempt.way.channel, reply.answer.name)
    match reply.answer:
        case Answer.ACCEPTED:
            settle(attempt.effect, attempt.leased_until, Fate.SENT, now, attempt.way.channel)
            return None
        case Answer.UNKNOWN:
            return _wait_or(_fail, replace(attempt, unsure=True), reply, now)
        case Answer.LATER:
            return _wait_or(_go_on, attempt, reply, now)
        case Answer.GONE if attempt.way.subscription is not None:
            gone = PushSubscription.objects.filter(pk=attempt.way.subscription.pk, ended_at__isnull=True)
            gone.update(ended_at=now)
    return _go_on(attempt, now)


def _wait_or(
    otherwise: Callable[[Attempt, datetime], Attempt | None], attempt: Attempt, reply: Reply, now: datetime
) -> Attempt | None:
    """Put the reminder off; where that would be in vain, or it was done often enough, do otherwise."""
    backoff = FIRST_WAIT_SECONDS * 2 ** (attempt.effect.attempts - 1) * random.uniform(0.5, 1)  # noqa: S311 - no secret
    again = now + timedelta(seconds=max(reply.retry_after_seconds, backoff))
    repeatable = not attempt.unsure or attempt.way.channel == Channel.PUSH
    if not repeatable or attempt.effect.attempts >= ATTEMPTS or again >= attempt.effect.expires_at:
        return otherwise(attempt, now)
    put_off(attempt.effect, attempt.leased_until, again, given_back=now if attempt.unsure else None)
    return None


def _go_on(attempt: Attempt, now: datetime) -> Attempt | None:
    """Try the next way; where an earlier attempt may have got through, another channel would say it twice."""
    if attempt.unsure or not attempt.rest:
        return _fail(attempt, now)
    return begin(replace(attempt, way=attempt.rest[0], rest=attempt.rest[1:]), now)


def _fail(attempt: Attempt, now: datetime) -> Attempt | None:
    settle(attempt.effect, attempt.leased_until, Fate.FAILED, now, attempt.way.channel)
    return None
