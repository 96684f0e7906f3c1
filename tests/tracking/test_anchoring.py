"""No number reaches a patient while it could colour the ratings to come."""

from datetime import timedelta

import pytest

from backend.accounts.models import Patient
from backend.tracking.anchoring import quiet, readable_treatment, withheld_from
from tests import make

pytestmark = pytest.mark.django_db
DOSED_AT = make.DOSED_AT


def is_quiet(patient, hours):
    return quiet(Patient.objects.all(), DOSED_AT + timedelta(hours=hours)).contains(patient)


def test_from_the_dose_to_the_close_of_the_fourth_hour_it_is_quiet(patient):
    make.treatment(of=patient, protocol="weekly")
    assert [is_quiet(patient, hours) for hours in (-1, 0, 4.74, 4.75)] == [False, True, True, False]


def test_from_the_first_baseline_check_in_of_a_planned_dose_it_is_quiet(patient):
    make.treatment(of=patient, planned_at=DOSED_AT)
    assert [is_quiet(patient, hours) for hours in (-24.1, -24, -1, 11.9, 12)] == [False, True, True, True, False]


def test_afterwards_the_latest_treatment_may_be_read(patient):
    first = make.treatment(of=patient)
    second = make.treatment(of=patient, started_at=DOSED_AT + timedelta(days=9))
    assert readable_treatment(patient, DOSED_AT + timedelta(days=10)) == second
    assert readable_treatment(patient, second.started_at + timedelta(hours=1)) is None
    assert first.patient == patient


def test_a_dose_at_one_clinic_quiets_the_numbers_of_another(patient):
    elsewhere = make.patient(person=patient.person)
    make.treatment(of=elsewhere, started_at=DOSED_AT - timedelta(days=9))
    make.treatment(of=patient)
    now = DOSED_AT + timedelta(hours=1)
    assert set(withheld_from(patient.person, now)) == {patient, elsewhere}
    assert readable_treatment(elsewhere, now) is None


def test_nothing_is_withheld_from_those_who_treat(patient, clinician):
    make.treatment(of=patient)
    now = DOSED_AT + timedelta(hours=1)
    assert list(withheld_from(patient.person, now)) == [patient]
    assert not withheld_from(clinician, now).exists()
