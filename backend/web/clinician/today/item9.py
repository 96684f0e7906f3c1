"""Answers to PHQ-9 item 9 above zero, for those who treat."""

from dataclasses import dataclass
from datetime import datetime

from backend.accounts.models import RECORDING_ROLES, Clinic, Patient, Person
from backend.tracking.asking import answers_above_zero_to_item9
from backend.web.moments import stamp


@dataclass(frozen=True, slots=True)
class Item9:
    """A PHQ-9 whose last question was answered above zero, who reads such answers, and what they do about it."""

    patient: Patient
    when: str
    read_by: str
    plan: str


def item9_lines(person: Person, now: datetime) -> list[Item9]:
    """Return who answered item 9 above zero lately at the clinics where a person treats."""
    clinics = Clinic.objects.staffed_by(person, RECORDING_ROLES)
    found = answers_above_zero_to_item9(Patient.objects.filter(clinic__in=clinics), now)
    return [_item9_line(one.patient, one.effective_at) for one in found]


def _item9_line(patient: Patient, at: datetime) -> Item9:
    clinic = patient.clinic
    reads = clinic.item9_owner
    return Item9(patient, stamp(at, patient.time_zone), reads.name if reads else "", clinic.item9_plan)
