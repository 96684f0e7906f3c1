"""What a patient consented to, and that they withdrew it."""

from datetime import date
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import Consent, Patient, Person
from backend.accounts.refusals import Refused
from backend.analysis.calendar import YEARS


@transaction.atomic
def give_consent(
    *, actor: Person, patient: Patient, version: str, language: str, text: str, signed_on: date | None = None
) -> Consent:
    """Store that a patient consented to this text; to the one they consented to already, return that.

    `signed_on`: the day on which they signed it by hand, and the actor has seen that; `Refused` for one that cannot be.
    """
    if signed_on is not None:
        _refuse_impossible_day(patient, signed_on)
    shown = {"version": version, "language": language, "text_sha256": sha256(text.encode()).hexdigest()}
    current = patient.current_consent()
    if current and current.given and all(getattr(current, field) == said for field, said in shown.items()):
        return current
    paper = {"on_paper": signed_on is not None, "signed_on": signed_on}
    consent = Consent.objects.create(patient=patient, given=True, recorded_by=actor, **paper, **shown)
    audit.record(actor, "consent.given", consent, patient=patient, changes={"version": [None, version]})
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Person, patient: Patient) -> Consent | None:
    """Store that a patient withdrew the consent they had given; without one nothing happens."""
    current = patient.current_consent()
    if current is None or not current.given:
        return current
    shown = {field: getattr(current, field) for field in ("version", "language", "text_sha256")}
    withdrawn = Consent.objects.create(patient=patient, given=False, recorded_by=actor, **shown)
    audit.record(actor, "consent.withdrawn", withdrawn, patient=patient, changes={"version": [current.version, None]})
    return withdrawn


def _refuse_impossible_day(patient: Patient, signed_on: date) -> None:
    today = timezone.now().astimezone(ZoneInfo(patient.clinic.time_zone)).date()
    if signed_on > today:
        raise Refused("signed_on", _("This day is still to come. Give the day that stands on the paper."))
    if signed_on.year < YEARS.start:
        raise Refused("signed_on", _("This day is too long ago. Give the day that stands on the paper."))
