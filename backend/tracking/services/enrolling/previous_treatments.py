"""What a patient had been given for anxiety before: listing it, and taking off what was wrongly listed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from backend.accounts import audit
from backend.accounts.models import Patient, Person
from backend.tracking.models import PreviousTreatment
from backend.tracking.services.refusals import Refused

SENT_TWICE_SECONDS = 60  # [design] the same list by the same person again is a button tapped twice


@dataclass(frozen=True, slots=True)
class Previous:
    """One earlier treatment as a form tells it."""

    kind: str
    adequate: str
    stopped_because: str
    name: str = ""


@transaction.atomic
def record_previous(*, actor: Person, patient: Patient, given: Sequence[Previous]) -> None:
    """Add earlier treatments to a patient's list; sent twice they stand there once.

    `Refused` names the field that is wrong.
    """
    Patient.objects.lock(patient.pk)
    fresh = Counter(given) - _just_recorded(actor, patient)
    for one in fresh.elements():
        previous = PreviousTreatment(patient=patient, recorded_by=actor, **asdict(one))
        try:
            previous.full_clean()
        except ValidationError as problem:
            raise Refused.from_invalid(problem) from problem
        previous.save(force_insert=True)
        audit.record(actor, "previous_treatment.recorded", previous, patient=patient)


@transaction.atomic
def take_off_previous(*, actor: Person, previous: PreviousTreatment) -> None:
    """Take an earlier treatment off the list; taken off already, nothing happens."""
    standing = PreviousTreatment.objects.standing().filter(pk=previous.pk)
    if standing.update(removed_at=timezone.now()):
        audit.record(actor, "previous_treatment.taken_off", previous, patient=previous.patient)


def _just_recorded(actor: Person, patient: Patient) -> Counter[Previous]:
    since = timezone.now() - timedelta(seconds=SENT_TWICE_SECONDS)
    listed = PreviousTreatment.objects.standing().filter(patient=patient, recorded_by=actor, recorded_at__gt=since)
    return Counter(Previous(one.kind, one.adequate, one.stopped_because, one.name) for one in listed)
