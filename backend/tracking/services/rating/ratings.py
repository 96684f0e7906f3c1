"""Storing ratings once, and amendments beside them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend import instruments
from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.tracking.models import Amendment, CheckIn, Rating, Respondent, Step, Timing, Treatment
from backend.tracking.reminders.steps import steps_to
from backend.tracking.services.entries import Answers, Entry, check_times, effective, timing_of
from backend.tracking.services.estimates import ask_for_estimates
from backend.tracking.services.rating.alerts import follow_amendment, raise_alerts
from backend.tracking.services.refusals import Conflict, KeyReused, Refused

Fact = TypeVar("Fact", Rating, Amendment)


@dataclass(frozen=True, slots=True)
class Logged:
    """A stored rating; `replayed` when it had been stored before."""

    rating: Rating
    replayed: bool


def log_rating(*, actor: Person, treatment: Treatment, entry: Entry) -> Logged:
    """Store a completed instrument once per client key and ask for a new estimate.

    Replaying the same entry returns the stored rating; another body under the same key raises `KeyReused`; an entry
    that cannot be stored raises `Refused`. When it was sent is no part of the body: a retry is sent later.
    """
    rating = rating_from(actor, treatment, entry, timezone.now())
    stored, replayed = _store_once(rating, rating=rating, actor=actor, action="rating.logged", steps=steps_to(rating))
    return Logged(stored, replayed=replayed)


@dataclass(frozen=True, slots=True)
class Change:
    """What an amendment says: `kind` correct with new answers, or withdraw without.

    `after`: the last amendment of the rating that its writer has seen, 0 for none; None expects nothing.
    """

    client_uuid: UUID
    kind: str
    reason: str
    answers: Answers | None = None
    after: int | None = None


@transaction.atomic
def amend_rating(*, actor: Person, rating: Rating, change: Change) -> tuple[Amendment, bool]:
    """Store an amendment once per client key, and tell whether it had been stored before.

    The rating itself stays as it was. `KeyReused` and `Refused` as for `log_rating`; the reason is mandatory.
    `Conflict` where somebody else has amended it since what the writer has seen.
    """
    amendment = _amendment(actor, rating, change)
    Patient.objects.lock(rating.patient_id)
    _refuse_what_is_overtaken(rating, change)
    stored = _store_once(amendment, rating=rating, actor=actor, action=f"rating.{change.kind}")
    follow_amendment(actor=actor, rating=rating, now=timezone.now())
    return stored


def rating_from(actor: Person, treatment: Treatment, entry: Entry, now: datetime) -> Rating:
    """Return what an entry that comes in now is stored as; `Refused` when it cannot be."""
    instrument = _instrument(entry.instrument)
    score = _score(instrument, entry.answers)
    check_times(entry)
    skew = None if entry.device_sent_at is None else now - entry.device_sent_at
    effective_at, doubtful = effective(entry, now)
    check_in = _check_in(treatment, entry, effective_at)
    offset = entry.device_at.utcoffset() or timedelta()
    return Rating(
        patient=treatment.patient,
        treatment=treatment,
        check_in=check_in,
        instrument=instrument.slug,
        instrument_version=instrument.version,
        answers=list(entry.answers),
        **asdict(score),
        client_uuid=entry.client_uuid,
        payload_sha256=_fingerprint(treatment, entry),
        respondent=_respondent(actor, treatment, entry),
        entered_by=actor,
        device_at=entry.device_at.astimezone(UTC),  # the offset has its own column; PostgreSQL reads none of 16 h
        device_utc_offset_minutes=round(offset / timedelta(minutes=1)),
        device_tz=entry.device_tz,
        device_sent_at=entry.device_sent_at and entry.device_sent_at.astimezone(UTC),
        received_at=now,
        skew_ms=None if skew is None else round(skew / timedelta(milliseconds=1)),
        effective_at=effective_at,
        timing=Timing.SUSPECT if doubtful else timing_of(entry, check_in, effective_at, now),
    )


def _store_once(
    fact: Fact, *, rating: Rating, actor: Person, action: str, steps: Sequence[Step] = ()
) -> tuple[Fact, bool]:
    """Store a rating, or a fact beside it, unless its client key is taken.

    Return what is stored under it, and whether it was before.
    """
    try:
        with transaction.atomic():
            fact.save(force_insert=True)
            audit.record(actor, action, fact, patient=fact.patient)
            raise_alerts(rating, timezone.now())
            ask_for_estimates(rating.treatment_id)
            Step.objects.bulk_create(steps)
    except IntegrityError:
        stored = type(fact)._default_manager.filter(patient=fact.patient, client_uuid=fact.client_uuid).first()
        if stored is None:
            raise
        if stored.payload_sha256 != fact.payload_sha256:
            raise KeyReused from None
        return stored, True
    return fact, False


def _amendment(actor: Person, rating: Rating, change: Change) -> Amendment:
    if change.kind not in Amendment.Kind.values:
        raise Refused("kind", f"kind is {change.kind!r}, expected one of {', '.join(Amendment.Kind.values)}")
    if not change.reason.strip():
        raise Refused("reason", _("Say why, in a few words. It is kept beside the rating."))
    if (change.answers is None) != (change.kind == Amendment.Kind.WITHDRAW):
        raise Refused("answers", "answers are needed to correct a rating, and left out to withdraw one")
    score = None if change.answers is None else _score(_instrument(rating.instrument), change.answers)
    body = [rating.pk, change.kind, None if change.answers is None else list(change.answers), change.reason]
    return Amendment(
        rating=rating,
        patient=rating.patient,
        client_uuid=change.client_uuid,
        payload_sha256=_sha256(body),
        kind=change.kind,
        answers=None if change.answers is None else list(change.answers),
        total=None if score is None else score.total,
        reason=change.reason.strip(),
        made_by=actor,
    )


def _refuse_what_is_overtaken(rating: Rating, change: Change) -> None:
    """Raise `Conflict` for what was written without having seen the last amendment; a replay has been judged before."""
    if change.after is None:
        return
    made = list(Amendment.objects.filter(rating=rating).order_by("pk").values_list("pk", "client_uuid"))
    last = made[-1][0] if made else 0
    if last != change.after and change.client_uuid not in {key for _, key in made}:
        raise Conflict


def _instrument(slug: str) -> instruments.Instrument:
    try:
        return instruments.get(slug)
    except ValueError as problem:
        raise Refused("instrument", str(problem)) from problem


def _score(instrument: instruments.Instrument, answers: Answers) -> instruments.Score:
    try:
        return instrument.score(answers)
    except ValueError as problem:
        raise Refused("answers", str(problem)) from problem


def _check_in(treatment: Treatment, entry: Entry, effective_at: datetime) -> CheckIn | None:
    """Return the check-in an entry answers: the one it names, or else the one whose window holds its time."""
    if entry.check_in is None:
        around = treatment.check_ins.filter(opens_at__lte=effective_at, closes_at__gt=effective_at)
        return around.order_by("-opens_at").first()
    if entry.check_in.treatment_id != treatment.pk:
        raise Refused("check_in", f"check_in {entry.check_in.pk} is not one of treatment {treatment.pk}")
    return entry.check_in


def _respondent(actor: Person, treatment: Treatment, entry: Entry) -> str:
    """Return whose answer it is: a patient's own unless stated, and never a clinician's when the patient enters it."""
    own = treatment.patient.person_id == actor.pk
    stated = entry.respondent or (Respondent.PATIENT if own else Respondent.CLINICIAN)
    if stated not in Respondent.values or (own and stated == Respondent.CLINICIAN):
        expected = ", ".join(one for one in Respondent.values if not own or one != Respondent.CLINICIAN)
        raise Refused("respondent", f"respondent is {stated!r}, expected one of {expected}")
    return stated


def _fingerprint(treatment: Treatment, entry: Entry) -> str:
    return _sha256(
        [
            treatment.pk,
            entry.instrument,
            list(entry.answers),
            entry.device_at.isoformat(),
            entry.device_tz,
            entry.respondent,
            entry.check_in and entry.check_in.pk,
        ]
    )


def _sha256(body: list[object]) -> str:
    return hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()
