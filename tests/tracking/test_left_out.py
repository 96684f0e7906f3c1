"""What a clinic leaves out is not asked, on the page and on a phone without a network; the first question always is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.tracking.asking import asked_for, questions
from backend.web.phone.phone import schedule
from tests import make

pytestmark = pytest.mark.django_db


def slugs(asked):
    return [one.slug for one in asked]


@pytest.fixture
def week_2(clinic, patient, clinician):
    clinic.left_out_instruments = ["now4", "gad7", "phq8"]
    clinic.save()
    return make.treatment(of=patient, by=clinician).check_ins.get(name="week 2")


def test_what_is_left_out_is_not_asked(week_2):
    for how in (asked_for, questions):
        assert slugs(how(week_2)) == ["nrs-anxiety", "pgic"]


def test_phq8_left_out_is_not_asked_as_phq9(week_2, clinic, owner):
    clinic.item9_owner, clinic.item9_plan = owner, "Call."
    clinic.save()
    week_2.refresh_from_db()
    assert slugs(asked_for(week_2)) == ["nrs-anxiety", "pgic"]


def test_the_first_question_is_asked_whatever_is_stored(week_2, clinic):
    clinic.left_out_instruments = ["nrs-anxiety", "pgic"]
    clinic.save()
    week_2.refresh_from_db()
    assert slugs(asked_for(week_2)) == ["nrs-anxiety", "now4", "gad7", "phq8"]


def test_a_phone_without_a_network_is_told_the_same(clinic, patient, clinician):
    clinic.left_out_instruments = ["now4", "sleepy", "unreal"]
    clinic.save()
    make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(hours=1))
    kept = {tuple(one["instruments"]) for one in schedule(patient.person, timezone.now()) if one["night"]}
    assert kept == {("nrs-anxiety",)}
