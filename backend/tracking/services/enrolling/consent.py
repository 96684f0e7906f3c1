"""Giving consent and withdrawing it, with what follows for reminders in the same transaction."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from backend.accounts.consent import Text
from backend.accounts.models import Consent, Patient, Person
from backend.accounts.services import consent as consents
from backend.tracking.reminders.planning import drop_waiting, resume


@dataclass(frozen=True, slots=True)
class Paper:
    """A text that a patient signed by hand, and the day that stands on the paper."""

    text: Text
    signed_on: date


@transaction.atomic
def give_consent(*, actor: Person, patient: Patient, text: Text, signed_on: date | None = None) -> Consent:
    """Store that a patient consented to a text: on a page, or on the day that they signed it by hand.

    `Refused` for a day that cannot be. Reminders that still lie ahead are wanted again.
    """
    Patient.objects.lock(patient.pk)
    consent = consents.give_consent(
        actor=actor,
        patient=patient,
        version=text.version,
        language=text.language,
        text=text.content,
        signed_on=signed_on,
    )
    resume(patient, timezone.now())
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Person, patient: Patient) -> Consent | None:
    """Store that a patient withdrew their consent: from this moment on no reminder waits for them."""
    Patient.objects.lock(patient.pk)
    consent = consents.withdraw_consent(actor=actor, patient=patient)
    if consent is not None and not consent.given:
        drop_waiting(patient, timezone.now())
    return consent
