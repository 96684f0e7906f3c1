"""Who has looked at a patient's record: written down once an hour, and shown to the patient."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts import reading
from backend.accounts.models import AuditEntry, Membership
from backend.accounts.reading import READ, note_reading, readings_of
from tests import make

pytestmark = pytest.mark.django_db


def entries(patient):
    return list(AuditEntry.objects.filter(action=READ, patient=patient).order_by("pk"))


def test_a_reading_is_written_down_with_reader_patient_and_clinic(patient, clinician):
    note_reading(reader=clinician, patients=[patient])
    (entry,) = entries(patient)
    assert (entry.actor, entry.clinic_id, entry.target_id) == (clinician, patient.clinic_id, str(patient.pk))
    assert (entry.changes, entry.reason) == ({}, "")


def test_within_the_hour_it_is_written_down_once(patient, clinician, owner, monkeypatch):
    for _ in range(3):
        note_reading(reader=clinician, patients=[patient, patient])
    note_reading(reader=owner, patients=[patient])
    assert [one.actor for one in entries(patient)] == [clinician, owner]
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(reading.timezone, "now", lambda: later)
    note_reading(reader=clinician, patients=[patient])
    assert len(entries(patient)) == 3


def test_what_patients_read_about_themselves_is_not_written_down(patient):
    note_reading(reader=patient.person, patients=[patient])
    assert entries(patient) == []


def test_several_patients_are_one_entry_each_in_few_statements(clinic, clinician, django_assert_max_num_queries):
    patients = [make.patient(at=clinic, sign_in=False) for _ in range(20)]
    with django_assert_max_num_queries(6):
        note_reading(reader=clinician, patients=patients)
    assert AuditEntry.objects.filter(action=READ).count() == 20
    with django_assert_max_num_queries(1):
        note_reading(reader=clinician, patients=patients)
    with django_assert_max_num_queries(0):
        note_reading(reader=clinician, patients=[])


def test_readings_tell_the_role_of_that_time(patient, clinic, clinician):
    note_reading(reader=clinician, patients=[patient])
    work = Membership.objects.filter(person=clinician)
    work.update(ended_at=timezone.now())
    Membership.objects.create(person=clinician, clinic=clinic, role="owner")
    (found,) = readings_of(patient, most=10)
    assert (found.reader, found.role) == (clinician, "clinician")


def test_a_reader_without_a_role_there_has_none(patient, other_clinic):
    note_reading(reader=other_clinic, patients=[patient])
    assert [one.role for one in readings_of(patient, most=10)] == [""]
