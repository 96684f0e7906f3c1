"""The check-ins of a treatment, and skipping one."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.tracking.models import CheckIn, Skip, Treatment
from tests import make
from tests.api.doors import fields_of, post, problem, with_session, with_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatment(patient, clinician):
    """Given two hours ago."""
    return make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(hours=2), ended_at=None)


def check_ins(treatment):
    return f"/api/v1/treatments/{treatment.pk}/check-ins/"


def skips(check_in):
    return f"/api/v1/check-ins/{check_in.pk}/skips/"


def skip(**fields):
    return {"client_uuid": str(uuid4()), "reason": "too_sleepy"} | fields


def test_check_ins_are_told_in_order_with_how_they_stand(treatment, patient, clinician):
    make.rating(of=treatment, hours=1)
    told = with_session(patient.person).get(check_ins(treatment)).json()["results"]
    assert set(told[0]) == {"id", "name", "nominal_hours", "due_at", "opens_at", "closes_at", "state", "reason"}
    assert [one["due_at"] for one in told] == sorted(one["due_at"] for one in told)
    states = {one["name"]: one["state"] for one in told}
    assert (states["+1 h"], states["+2 h"], states["week 12"]) == ("answered", "open", "upcoming")


def test_a_skip_is_stored_once(treatment, patient, clinician):
    client, body, check_in = with_session(patient.person), skip(), treatment.check_ins.get(name="+2 h")
    first, again = (post(client, skips(check_in), body) for _ in "ab")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert (first.json()["check_in"], first.json()["reason"]) == (check_in.pk, "too_sleepy")
    problem(post(client, skips(check_in), body | {"reason": "other"}), 409)
    assert Skip.objects.count() == AuditEntry.objects.filter(action="check_in.skipped").count() == 1
    told = {one["name"]: one for one in client.get(check_ins(treatment)).json()["results"]}
    assert (told["+2 h"]["state"], told["+2 h"]["reason"]) == ("skipped", "too_sleepy")


@pytest.mark.parametrize(
    ("wrong", "field"), [({"reason": "bored"}, "reason"), ({"client_uuid": 1}, "client_uuid"), ({"note": "x"}, "note")]
)
def test_a_wrong_skip_is_refused_by_name(treatment, clinician, wrong, field):
    address = skips(treatment.check_ins.get(name="+2 h"))
    assert fields_of(problem(post(with_token(clinician), address, skip(**wrong)), 400)) == {field}


def test_an_answered_check_in_cannot_be_skipped(treatment, clinician):
    rating = make.rating(of=treatment, hours=1)
    told = problem(post(with_token(clinician), skips(rating.check_in), skip()), 400)
    assert fields_of(told) == {"check_in"}


def test_check_ins_of_others_look_like_none(treatment, stranger, other_clinic, clinic):
    first = treatment.check_ins.first()
    for door in (with_session(stranger.person), with_token(other_clinic)):
        assert door.get(check_ins(treatment)).content == door.get(check_ins(Treatment(pk=100_000))).content
        problem(door.get(check_ins(treatment)), 404)
        foreign, absent = (post(door, skips(one), skip()) for one in (first, CheckIn(pk=100_000)))
        problem(foreign, 404)
        assert foreign.content == absent.content
    problem(post(with_token(make.member(at=clinic, role="researcher")), skips(first), skip()), 404)
