"""The facts of the demo clinic follow from seed and instant alone, at any hour and however often interrupted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F

from backend.accounts.models import Clinic, Patient
from backend.tracking import doorbell
from backend.tracking.asking import due_check_in
from backend.tracking.demo.building import build
from backend.tracking.demo.clinic import NotADemo, open_clinic
from backend.tracking.demo.finished import finished
from backend.tracking.demo.named import stories
from backend.tracking.models import Amendment, PreviousTreatment, Rating, Skip, Treatment

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)
SEED = 1


@pytest.fixture(autouse=True)
def _nobody_has_rung_yet(monkeypatch):
    monkeypatch.setattr(doorbell, "circuit", doorbell.Circuit())


def of(code):
    return Patient.objects.get(code=code)


def snapshot():
    """All facts, without what the clock of the machine or the numbering of rows puts into them."""
    owner = {"code": F("patient__code")}
    return {
        "treatments": list(
            Treatment.objects.order_by("patient__code", "created_at").values_list(
                "patient__code", "drug", "route", "indication", "state", "planned_at", "started_at", "dose_mg"
            )
        ),
        "ratings": list(
            Rating.objects.annotate(**owner)
            .order_by("client_uuid")
            .values_list("code", "client_uuid", "check_in__name", "answers", "effective_at", "received_at", "timing")
        ),
        "previous": list(
            PreviousTreatment.objects.order_by("patient__code", "pk").values_list(
                "patient__code", "patient__indication", "kind", "adequate", "stopped_because"
            )
        ),
        "skips": list(Skip.objects.order_by("client_uuid").values_list("client_uuid", "reason", "check_in__due_at")),
        "amendments": list(Amendment.objects.order_by("client_uuid").values_list("client_uuid", "kind", "answers")),
    }


def store(opened, patients):
    for story in patients:
        build(story, clinic=opened.clinic, by=opened.clinician, now=opened.now)


def stored_anew(seed=SEED, *, named_first=0, number=4):
    """What is stored when seeding is interrupted after some patients and then goes on; all of it rolled back."""
    with transaction.atomic():
        opened = open_clinic(seed=seed, now=NOW)
        if named_first:
            store(opened, stories(NOW)[:named_first])
            opened = open_clinic(seed=seed + 1, now=NOW + timedelta(hours=5))
        drawn = [finished(place, seed=opened.seed, now=opened.now).story for place in range(number)]
        store(opened, [*stories(opened.now), *drawn])
        found = snapshot()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_and_instant_make_the_same_facts():
    assert stored_anew() == stored_anew()


def test_another_seed_draws_other_patients():
    assert stored_anew(1)["ratings"] != stored_anew(2)["ratings"]


def test_an_interrupted_seeding_goes_on_as_it_began():
    assert stored_anew(named_first=9) == stored_anew()


@pytest.mark.parametrize("hour", [0, 3, 7, 12, 19, 23])
def test_it_works_at_any_hour_of_the_day_and_across_a_change_of_clocks(hour):
    now = datetime(2026, 3, 30, hour, 1, tzinfo=UTC)
    opened = open_clinic(seed=SEED, now=now)
    store(opened, stories(now))
    assert due_check_in(of("demo-001"), now).name == "week 2"
    assert due_check_in(of("demo-002"), now).name == "+2 h"
    assert due_check_in(of("demo-004"), now) is None
    assert not Rating.objects.filter(received_at__gt=now).exists()


def test_a_database_with_a_real_clinic_is_left_alone(clinic):
    with pytest.raises(NotADemo, match="Harbour Clinic"):
        open_clinic(seed=SEED, now=NOW)
    assert Clinic.objects.get() == clinic
