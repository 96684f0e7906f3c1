"""Rows for tests, each with what it needs around it; a test names only what matters to it."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from backend.accounts.models import AlertPlan, Clinic, Membership, Patient, Person, Role
from backend.accounts.services.alert_plans import save_plan
from backend.tracking.models import AlertRule, Amendment, CheckIn, Note, Observation, Rating, Skip, Treatment
from backend.tracking.services.entries import Entry
from backend.tracking.services.notes import Draft, write_note
from backend.tracking.services.observations import Seen, record_observation
from backend.tracking.services.rating.alerts import add_rule
from backend.tracking.services.rating.ratings import Change, amend_rating, log_rating
from backend.tracking.services.treating.check_ins import skip_check_in
from backend.tracking.services.treating.treatments import record_treatment

_numbers = count(1)


def clinic(**fields: Any) -> Clinic:
    number = next(_numbers)
    return Clinic.objects.create(
        **{"name": f"Clinic {number}", "time_zone": "Europe/London", "country": "GB", "demo": False} | fields
    )


def person(**fields: Any) -> Person:
    """Somebody who can sign in by code; a password is set when one is given."""
    return Person.objects.create_user(**{"email": f"person{next(_numbers)}@clinic.example"} | fields)


def member(
    *, at: Clinic | None = None, role: str = Role.CLINICIAN, second_factor: bool = True, **fields: Any
) -> Person:
    """Somebody who works at a clinic, with the second factor that staff must have."""
    somebody = person(**fields)
    Membership.objects.create(person=somebody, clinic=at or clinic(), role=role)
    if second_factor:
        TOTP.activate(somebody, generate_totp_secret())
    return somebody


def patient(*, at: Clinic | None = None, sign_in: bool = True, **fields: Any) -> Patient:
    """A patient; `patient.person` is who signs in."""
    if sign_in:
        fields.setdefault("person", person())
    return Patient.objects.create(
        **{"clinic": at or clinic(), "code": f"P{next(_numbers):04}", "time_zone": "Europe/London"} | fields
    )


DOSED_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


def treatment(*, of: Patient | None = None, by: Person | None = None, **details: Any) -> Treatment:
    """A treatment as a clinician records it: started at `DOSED_AT` unless it is planned or given another start."""
    somebody = of or patient()
    if "planned_at" not in details:
        details = {"state": "started", "started_at": DOSED_AT} | details
    if details.get("started_at"):
        details.setdefault("ended_at", details["started_at"] + timedelta(minutes=40))
    details = {"drug": "ketamine", "route": "iv", "indication": "gad"} | details
    return record_treatment(actor=by or member(at=somebody.clinic), patient=somebody, details=details)


def alert_plan(*, at: Clinic, owner: Person, **fields: Any) -> AlertPlan:
    """A plan for every hour of every day but the last second, so that alerts of the clinic are on."""
    hours = {"from_time": time(0), "until_time": time(23, 59, 59)}
    return save_plan(actor=owner, clinic=at, fields={"owner": owner, "action_plan": "Call back."} | hours | fields)


def alert_rule(*, at: Clinic, by: Person, points: int = 8, kind: str = "total", **fields: Any) -> AlertRule:
    """A rule on the primary series unless another instrument is named."""
    given = {"instrument": "nrs-anxiety"} | fields
    return add_rule(actor=by, clinic=at, kind=kind, points=points, **given)


def entry(*, score: int = 4, instrument: str = "nrs-anxiety", device_at: datetime = DOSED_AT, **fields: Any) -> Entry:
    """What a device sends; `answers` in place of a score for an instrument of several items."""
    answers = fields.pop("answers", [score])
    return Entry(
        **{"client_uuid": uuid4(), "instrument": instrument, "answers": answers, "device_at": device_at} | fields
    )


def rating(*, of: Treatment, hours: float = 1.0, by: Person | None = None, **fields: Any) -> Rating:
    """A rating so many hours after the start of a treatment, entered by its patient."""
    device_at = (of.started_at or of.planned_at) + timedelta(hours=hours)
    sent = entry(device_at=device_at, **fields)
    return log_rating(actor=by or of.patient.person, treatment=of, entry=sent).rating


def ratings(*, of: Treatment, scores: dict[float, int], **fields: Any) -> list[Rating]:
    """A rating for each hour: score pair."""
    return [rating(of=of, hours=hours, score=score, **fields) for hours, score in scores.items()]


def amendment(*, of: Rating, kind: str = "correct", score: int | None = None, by: Person | None = None) -> Amendment:
    """An amendment: with a score it corrects, with kind withdraw it takes the rating back."""
    change = Change(uuid4(), kind, "mistyped", None if score is None else [score])
    return amend_rating(actor=by or of.entered_by, rating=of, change=change)[0]


def observation(*, of: Treatment, minutes: float = 40, by: Person | None = None, **seen: Any) -> Observation:
    """A look at a patient so many minutes after the start of a treatment, by whoever treats there."""
    at = of.started_at + timedelta(minutes=minutes)
    seen = {"systolic": 128, "diastolic": 82} | seen
    actor = by or member(at=of.patient.clinic)
    return record_observation(actor=actor, treatment=of, seen=Seen(at=at, **seen), client_uuid=uuid4())[0]


def note(*, of: Patient, text: str = "Came with his sister.", by: Person | None = None, **about: Any) -> Note:
    """A note about a patient, or with `treatment` about that."""
    return write_note(actor=by or member(at=of.clinic), patient=of, draft=Draft(uuid4(), text, **about))[0]


def skip(*, of: CheckIn, reason: str = "not_now", by: Person | None = None) -> Skip:
    """That a check-in will not be answered, said by its patient."""
    return skip_check_in(actor=by or of.treatment.patient.person, check_in=of, client_uuid=uuid4(), reason=reason)[0]
