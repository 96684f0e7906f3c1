"""Storing ratings of a demo clinic many at once, as if each had come in when it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.tracking.models import Rating, Treatment
from backend.tracking.services.entries import Entry
from backend.tracking.services.estimates import ask_for_estimates
from backend.tracking.services.rating.ratings import rating_from
from backend.tracking.services.refusals import KeyReused, Refused


@dataclass(frozen=True, slots=True)
class Received:
    """An entry and when it came in."""

    entry: Entry
    at: datetime


@transaction.atomic
def log_ratings(*, actor: Person, treatment: Treatment, received: Sequence[Received]) -> int:
    """Store entries once per client key, with the checks and the audit rows of `log_rating`; return how many were new.

    Of real patients only the server's clock says when a rating came in, so any other clinic's are `Refused`.
    """
    patient = treatment.patient
    if not patient.clinic.demo:
        raise Refused(
            "treatment", f"treatment {treatment.pk} is not of a demo clinic, expected one of made-up patients"
        )
    Patient.objects.lock(patient.pk)
    ratings = [rating_from(actor, treatment, one.entry, one.at) for one in received]
    keys = [one.client_uuid for one in ratings]
    stored = dict(
        Rating.objects.filter(patient=patient, client_uuid__in=keys).values_list("client_uuid", "payload_sha256")
    )
    if any(stored.get(one.client_uuid, one.payload_sha256) != one.payload_sha256 for one in ratings):
        raise KeyReused
    fresh = Rating.objects.bulk_create([one for one in ratings if one.client_uuid not in stored])
    if fresh:
        audit.record_each(actor, "rating.logged", [(one, patient) for one in fresh])
        ask_for_estimates(treatment.pk)
    return len(fresh)
