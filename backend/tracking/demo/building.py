"""From stories to rows: a patient in a transaction, everything through the services that people's writes go through."""

from datetime import datetime, timedelta

from django.db import transaction

from backend.accounts.models import Clinic, Patient, Person
from backend.accounts.services.patients import invite_patient
from backend.instruments import PRIMARY
from backend.tracking import doorbell
from backend.tracking.demo.answering import Occasion, entries, key_of
from backend.tracking.demo.histories import tell_history
from backend.tracking.demo.stories import Dose, Mark, Story
from backend.tracking.models import CheckIn, Rating, Treatment
from backend.tracking.services.rating.bulk import log_ratings
from backend.tracking.services.rating.ratings import Change, amend_rating
from backend.tracking.services.treating.check_ins import skip_check_in
from backend.tracking.services.treating.courses import cancel_treatments
from backend.tracking.services.treating.treatments import record_treatment

LAST_ANSWER = timedelta(minutes=5)  # before a check-in closes


@transaction.atomic
def build(story: Story, *, clinic: Clinic, by: Person, now: datetime) -> bool:
    """Store a patient, as recorded by a clinician, unless they are there already; return whether they were new."""
    if Patient.objects.filter(clinic=clinic, code=story.code).exists():
        return False
    patient = invite_patient(actor=by, clinic=clinic, code=story.code, name=story.name, email=story.email or None)
    tell_history(story, patient=patient, by=by)
    for dose in story.doses:
        add_dose(dose, patient=patient, by=by, now=now)
    return True


@transaction.atomic
def add_dose(dose: Dose, *, patient: Patient, by: Person, now: datetime) -> Treatment:
    """Store a treatment with what was answered, skipped and amended around it.

    Nobody rings for jobs: the caller sweeps, which estimates the treatment once instead of at every step.
    """
    doorbell.circuit.open()
    treatment = record_treatment(actor=by, patient=patient, details=dose.details)
    check_ins = {one.name: one for one in treatment.check_ins.all()}
    occasions = sorted(
        (_occasion(check_ins[name], mark, now) for name, mark in dose.marks.items()), key=lambda one: one.at
    )
    speaker = patient.person or by
    log_ratings(actor=speaker, treatment=treatment, received=list(entries(treatment, occasions)))
    for name, reason in dose.skips.items():
        skip_check_in(
            actor=speaker, check_in=check_ins[name], client_uuid=key_of(treatment, name, "skip"), reason=reason
        )
    for one in dose.corrections:
        change = Change(
            client_uuid=key_of(treatment, one.check_in, "amendment"),
            kind="withdraw" if one.points is None else "correct",
            reason=one.reason,
            answers=None if one.points is None else [one.points],
        )
        rating = Rating.objects.get(treatment=treatment, check_in=check_ins[one.check_in], instrument=PRIMARY)
        amend_rating(actor=by, rating=rating, change=change)
    if dose.cancelled_because:
        cancel_treatments(actor=by, treatment=treatment, reason=dose.cancelled_because, and_the_rest=False)
    return treatment


def _occasion(check_in: CheckIn, mark: Mark, now: datetime) -> Occasion:
    """Return an answered check-in, inside its window and not in the future."""
    if check_in.opens_at > now:
        raise ValueError(f"{check_in.name} opens at {check_in.opens_at}, expected a time before {now}")
    at = check_in.due_at + timedelta(hours=mark.late_hours)
    latest = min(check_in.closes_at - LAST_ANSWER, now - LAST_ANSWER)
    at = max(min(at, latest), check_in.opens_at)
    return Occasion(check_in, mark.points, at, min(timedelta(hours=mark.kept_hours), now - at))
