"""A dose taken at home: only its patient starts it so, about the time it was planned for, and once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.tracking.models import Treatment
from backend.tracking.services.refusals import Refused
from backend.tracking.services.treating.treatments import start_at_home
from tests import make

pytestmark = pytest.mark.django_db
BY_MOUTH = {"drug": "ketamine", "route": "sublingual", "at_home": True}


def planned(patient, clinician, hours_from_now=1.0, **details):
    at = timezone.now() + timedelta(hours=hours_from_now)
    return make.treatment(of=patient, by=clinician, planned_at=at, **(BY_MOUTH | details))


def start(treatment, by, ago=timedelta()):
    return start_at_home(actor=by, treatment=treatment, started_at=timezone.now() - ago)


def test_the_patient_starts_it_and_check_ins_follow(patient, clinician):
    treatment = planned(patient, clinician, hours_from_now=3)
    started = start(treatment, patient.person)
    assert started.state == "started"
    assert started.check_ins.get(name="+1 h").due_at == started.started_at + timedelta(hours=1)
    entry = AuditEntry.objects.get(action="treatment.changed")
    assert (entry.actor, entry.changes["state"]) == (patient.person, ["planned", "started"])


def test_saying_it_twice_changes_nothing(patient, clinician):
    treatment = planned(patient, clinician)
    first = start(treatment, patient.person, ago=timedelta(minutes=30))
    assert start(treatment, patient.person).started_at == first.started_at
    assert AuditEntry.objects.filter(action="treatment.changed").count() == 1


@pytest.mark.parametrize("hours", [-24.1, 12.1])
def test_far_from_its_plan_it_cannot_be_started(patient, clinician, hours):
    with pytest.raises(Refused):
        start(planned(patient, clinician, hours_from_now=hours), patient.person)


@pytest.mark.parametrize("hours", [-23.9, 11.9])
def test_within_a_day_after_and_half_a_day_before_it_can(patient, clinician, hours):
    assert start(planned(patient, clinician, hours_from_now=hours), patient.person).started_at


def test_nobody_else_starts_it_this_way(patient, stranger, clinician):
    treatment = planned(patient, clinician)
    for somebody in (stranger.person, clinician):
        with pytest.raises(Refused):
            start(treatment, somebody)
    assert Treatment.objects.get().state == "planned"


def test_what_is_given_at_the_clinic_is_not_the_patients_to_start(patient, clinician):
    with pytest.raises(Refused):
        start(planned(patient, clinician, at_home=False), patient.person)


def test_a_cancelled_one_is_not_either(patient, clinician):
    treatment = planned(patient, clinician)
    Treatment.objects.filter(pk=treatment.pk).update(state="cancelled")
    with pytest.raises(Refused):
        start(treatment, patient.person)


def test_only_what_is_taken_by_mouth_is_taken_at_home(patient, clinician):
    with pytest.raises(Refused, match="by mouth or under the tongue") as refused:
        planned(patient, clinician, route="iv")
    assert refused.value.field == "at_home"
