"""Ratings stored many at once are checked, audited and kept once like single ones; only a demo clinic may say when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.accounts.models import AuditEntry
from backend.tracking.models import Rating
from backend.tracking.services.rating.bulk import Received, log_ratings
from backend.tracking.services.refusals import KeyReused, Refused
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatment():
    return make.treatment(of=make.patient(at=make.clinic(demo=True)))


def received(*hours, **fields):
    """Entries that came in two seconds after they were made."""
    made = [make.DOSED_AT + timedelta(hours=one) for one in hours]
    return [Received(make.entry(device_at=at, **fields), at + timedelta(seconds=2)) for at in made]


def log(treatment, entries):
    return log_ratings(actor=treatment.patient.person, treatment=treatment, received=entries)


def test_they_are_live_when_they_came_in_at_once(treatment):
    assert log(treatment, received(1, 2)) == 2
    assert [one.timing for one in Rating.objects.all()] == ["live", "live"]
    assert {one.check_in.name for one in Rating.objects.all()} == {"+1 h", "+2 h"}


def test_each_has_its_audit_row_and_the_facts_have_a_new_version(treatment):
    treatment.refresh_from_db()
    before = treatment.ratings_version
    log(treatment, received(1, 2, 3))
    told = AuditEntry.objects.filter(action="rating.logged", patient=treatment.patient)
    assert {one.target_id for one in told} == {str(one.pk) for one in Rating.objects.all()}
    assert {(one.actor, one.clinic) for one in told} == {(treatment.patient.person, treatment.patient.clinic)}
    treatment.refresh_from_db()
    assert treatment.ratings_version == before + 1


def test_what_is_stored_already_is_not_stored_again(treatment):
    entries = received(1, 2)
    log(treatment, entries[:1])
    assert log(treatment, entries) == 1
    assert log(treatment, entries) == 0
    assert Rating.objects.count() == AuditEntry.objects.filter(action="rating.logged").count() == 2


def test_another_body_under_the_same_key_is_refused(treatment):
    (one,) = received(1, score=3)
    log(treatment, [one])
    with pytest.raises(KeyReused):
        log(treatment, [replace(one, entry=replace(one.entry, answers=[4]))])


def test_one_bad_entry_stores_none_of_them(treatment):
    with pytest.raises(Refused, match="whole number from 0 to 10"):
        log(treatment, received(1) + received(2, score=11))
    assert not Rating.objects.exists()


def test_of_a_real_patient_nobody_says_when_a_rating_came_in():
    treatment = make.treatment()
    with pytest.raises(Refused, match="not of a demo clinic"):
        log(treatment, received(1))
    assert not Rating.objects.exists()
