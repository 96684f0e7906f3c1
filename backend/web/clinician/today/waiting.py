"""What waits for somebody at the clinic: prompts that nobody answered, and answers to PHQ-9 item 9 above zero."""

from dataclasses import dataclass
from datetime import datetime

from backend.accounts.models import RECORDING_ROLES, Clinic, Patient, Person
from backend.tracking.asking import answers_above_zero_to_item9
from backend.tracking.reminders.prompts import unanswered_prompts
from backend.web.check_in_names import called
from backend.web.moments import at_time, stamp


@dataclass(frozen=True, slots=True)
class Silence:
    """A check-in in the hours after a dose that was prompted twice and has no answer."""

    patient: Patient
    check_in: str
    due: str


@dataclass(frozen=True, slots=True)
class Item9:
    """A PHQ-9 whose last question was answered above zero, who reads such answers, and what they do about it."""

    patient: Patient
    when: str
    read_by: str
    plan: str


def silences(person: Person, now: datetime) -> list[Silence]:
    """Return the prompts that patients of a person's clinics left unanswered and can still answer."""
    patients = Patient.objects.filter(clinic__in=Clinic.objects.staffed_by(person))
    return [
        Silence(one.treatment.patient, called(one.name), at_time(one.due_at, now, one.treatment.patient.time_zone))
        for one in unanswered_prompts(patients, now)
    ]


def item9_lines(person: Person, now: datetime) -> list[Item9]:
    """Return who answered item 9 above zero lately at the clinics where a person treats."""
    clinics = Clinic.objects.staffed_by(person, RECORDING_ROLES)
    found = answers_above_zero_to_item9(Patient.objects.filter(clinic__in=clinics), now)
    return [_item9_line(one.patient, one.effective_at) for one in found]


def _item9_line(patient: Patient, at: datetime) -> Item9:
    clinic = patient.clinic
    reads = clinic.item9_owner
    return Item9(patient, stamp(at, patient.time_zone), reads.name if reads else "", clinic.item9_plan)
