"""When a patient may read what their ratings add up to: never while a number seen could colour the ones to come."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from backend.accounts.models import Patient, Person
from backend.analysis.schedule import DEFAULT_PROTOCOL, protocol
from backend.tracking.models import CheckIn, Progress, Treatment

# No score, curve or forecast between baseline and the close of the +4 h check-in, whatever the protocol.
QUIET = timedelta(hours=next(one.closes for one in protocol(DEFAULT_PROTOCOL).check_ins if one.name == "+4 h"))


def quiet(patients: QuerySet[Patient], now: datetime) -> QuerySet[Patient]:
    """Return those who are between the baseline of a treatment and the close of its +4 h check-in."""
    before_the_next = CheckIn.objects.filter(
        treatment__patient=OuterRef("pk"),
        treatment__state=Progress.PLANNED,
        nominal_hours__isnull=True,
        opens_at__lte=now,
        closes_at__gt=now,
    )
    return patients.filter(Exists(_lately(now).filter(patient=OuterRef("pk"))) | Exists(before_the_next))


def is_night(person: Person, now: datetime) -> bool:
    """Tell whether somebody is in the hours after a dose, at whichever clinic: what they see is dark and still."""
    return _lately(now).filter(patient__person=person).exists()


def is_night_for(patient: Patient, now: datetime) -> bool:
    """Tell the same of a patient, who may have no sign-in."""
    mine = {"patient__person": patient.person_id} if patient.person_id else {"patient": patient}
    return _lately(now).filter(**mine).exists()


def _lately(now: datetime) -> QuerySet[Treatment]:
    return Treatment.objects.started().filter(started_at__lte=now, started_at__gt=now - QUIET)


def readable_treatment(patient: Patient, now: datetime) -> Treatment | None:
    """Return the latest treatment if the patient may read its outcome now."""
    if quiet(Patient.objects.filter(person=patient.person_id), now).exists():
        return None
    return Treatment.objects.started().filter(patient=patient).order_by("-started_at").first()


def withheld_from(person: Person, now: datetime) -> QuerySet[Patient]:
    """Return the patients whose numbers a person may not read now: themselves, at whichever clinic."""
    mine = Patient.objects.filter(person=person)
    return mine.filter(Exists(quiet(mine, now)))
