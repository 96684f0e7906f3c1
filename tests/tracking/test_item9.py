"""PHQ-9 takes the place of PHQ-8 where somebody reads item 9; an answer above zero to it is found."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.accounts.models import Patient
from backend.tracking.asking import answers_above_zero_to_item9, asked_for, questions
from backend.tracking.services.rating.ratings import Change, amend_rating
from tests import make

pytestmark = pytest.mark.django_db
NOBODY, SOME = [1] * 8 + [0], [1] * 8 + [2]


@pytest.fixture
def reads_item9(clinic, owner):
    clinic.item9_owner, clinic.item9_plan = owner, "Call the patient the same day."
    clinic.save()
    return owner


def slugs(treatment, name, how):
    return [one.slug for one in how(treatment.check_ins.get(name=name))]


def test_without_an_owner_phq8_is_asked(patient, clinician):
    treatment = make.treatment(of=patient, by=clinician)
    assert "phq8" in slugs(treatment, "arrival", asked_for)
    assert "phq9" not in slugs(treatment, "week 2", questions)


def test_with_an_owner_phq9_takes_its_place(reads_item9, patient, clinician):
    treatment = make.treatment(of=patient, by=clinician)
    for how in (asked_for, questions):
        assert slugs(treatment, "week 2", how) == ["nrs-anxiety", "now4", "gad7", "phq9", "pgic"]
        assert slugs(treatment, "week 1", how) == ["nrs-anxiety", "now4", "gad7", "pgic"]


def test_a_baseline_phq9_is_not_asked_twice(reads_item9, patient, clinician):
    treatment = make.treatment(of=patient, by=clinician, planned_at=make.DOSED_AT)
    make.rating(of=treatment, hours=-20, instrument="phq9", answers=NOBODY)
    assert "phq9" not in slugs(treatment, "arrival", questions)
    assert "phq9" in slugs(treatment, "arrival", asked_for)


# Item 9 above zero


@pytest.fixture
def phq9(reads_item9, patient, clinician):
    treatment = make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(days=40))

    def answered(answers, days_ago=1):
        return make.rating(of=treatment, hours=24 * (40 - days_ago), instrument="phq9", answers=answers)

    return answered


def found():
    return answers_above_zero_to_item9(Patient.objects.all(), timezone.now())


def test_an_answer_above_zero_is_found_and_zero_is_not(phq9):
    phq9(NOBODY, days_ago=3)
    assert found() == []
    rating = phq9(SOME)
    assert found() == [rating]
    assert found()[0].patient.clinic.item9_plan == "Call the patient the same day."


def test_the_last_answer_counts(phq9):
    phq9(SOME, days_ago=5)
    phq9(NOBODY, days_ago=1)
    assert found() == []


def test_one_without_an_answer_to_item_9_says_nothing(phq9):
    rating = phq9(SOME, days_ago=5)
    phq9([1] * 8 + [None], days_ago=1)
    assert found() == [rating]


def test_after_four_weeks_it_is_no_longer_shown(phq9):
    phq9(SOME, days_ago=29)
    assert found() == []


def test_a_correction_counts_and_what_was_withdrawn_does_not(phq9, clinician):
    mistaken, taken_back = phq9(SOME, days_ago=5), phq9(SOME, days_ago=4)
    make.amendment(of=taken_back, kind="withdraw", by=clinician)
    assert found() == [mistaken]
    amend_rating(actor=clinician, rating=mistaken, change=Change(uuid4(), "correct", "mistyped", NOBODY))
    assert found() == []
