"""Somebody being treated, for whoever posts about them."""

import pytest

from backend.accounts.models import Patient, Person
from backend.tracking.models import Treatment
from tests import make


@pytest.fixture
def treatment(patient: Patient, clinician: Person) -> Treatment:
    return make.treatment(of=patient, by=clinician)
