"""On the day of a dose a patient reads neither outcomes nor scores here; the clinic does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(patient):
    """Dosed an hour ago, and rated at that hour."""
    treatment = make.treatment(of=patient, started_at=timezone.now() - timedelta(hours=1), ended_at=None)
    return make.rating(of=treatment, hours=0.9)


def statuses(client, rating):
    return [
        client.get(f"/api/v1/treatments/{rating.treatment_id}/outcomes/").status_code,
        client.get(f"/api/v1/courses/{rating.treatment_id}/outcomes/").status_code,
        client.get(f"/api/v1/ratings/{rating.pk}/").status_code,
        len(client.get("/api/v1/ratings/").json()["results"]),
    ]


def test_numbers_are_withheld_from_the_patient_until_the_fourth_hour_has_closed(client, rated, clinician):
    client.force_login(rated.patient.person)
    assert statuses(client, rated) == [403, 403, 404, 0]
    client.force_login(clinician)
    assert statuses(client, rated) == [200, 200, 200, 1]


def test_afterwards_the_patient_reads_them(client, patient):
    rating = make.rating(of=make.treatment(of=patient), hours=1)
    client.force_login(patient.person)
    assert statuses(client, rating) == [200, 200, 200, 1]
