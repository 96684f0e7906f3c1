"""A rating comes in once, is answered the same ever after, and only from somebody who may write it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.accounts.services.staff import end_membership
from backend.tracking.models import Rating
from tests import make
from tests.api.doors import RATINGS, fields_of, instant, post, problem, rating_body, with_session, with_token


def test_a_new_rating_is_stored_and_told_whole(treatment, clinician):
    body = rating_body(treatment, instrument="now4", answers=[3, 2, None, 1], device_tz="Europe/London")
    answer = post(with_token(clinician), RATINGS, body)
    assert answer.status_code == 201
    told = answer.json()
    stored = Rating.objects.get()
    assert answer.headers["Location"] == f"/api/v1/ratings/{stored.pk}/"
    assert answer.headers["Cache-Control"] == "no-store"
    assert told["id"] == stored.pk
    assert (told["client_uuid"], told["treatment"], told["patient"]) == (
        body["client_uuid"],
        treatment.pk,
        treatment.patient_id,
    )
    assert (told["answers"], told["answered"], told["total"], told["prorated"]) == (
        [3, 2, None, 1],
        3,
        stored.total,
        stored.prorated,
    )
    assert instant(told["device_at"]) == instant(told["effective_at"]) == treatment.started_at + timedelta(hours=1)
    assert instant(told["received_at"]) == stored.received_at
    assert (told["timing"], told["respondent"], told["entered_by"]) == ("late", "clinician", clinician.pk)
    assert told["check_in"] == stored.check_in_id is not None
    assert told["device_sent_at"] is None
    assert set(told) == {
        "id", "client_uuid", "payload_sha256", "patient", "treatment", "check_in", "instrument", "instrument_version",
        "answers", "total", "answered", "prorated", "respondent", "entered_by", "device_at",
        "device_utc_offset_minutes", "device_tz", "device_sent_at", "received_at", "skew_ms", "effective_at", "timing",
    }  # fmt: skip


def test_a_replay_gets_the_same_bytes_and_changes_nothing(treatment, clinician):
    client, body = with_token(clinician), rating_body(treatment, device_sent_at=timezone.now().isoformat())
    first = post(client, RATINGS, body)
    trail = AuditEntry.objects.count()
    again = post(client, RATINGS, body | {"device_sent_at": (timezone.now() + timedelta(seconds=9)).isoformat()})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert again.content == first.content
    assert (Rating.objects.count(), AuditEntry.objects.count()) == (1, trail)


def test_the_same_key_with_another_body_is_a_conflict(treatment, clinician):
    client, body = with_token(clinician), rating_body(treatment)
    post(client, RATINGS, body)
    assert "client_uuid" in problem(post(client, RATINGS, body | {"answers": [5]}), 409)["detail"]
    assert list(Rating.objects.values_list("answers", flat=True)) == [[4]]


def test_the_key_of_another_patient_is_no_obstacle(treatment, stranger, clinician):
    body = rating_body(treatment)
    theirs = body | {"treatment": make.treatment(of=stranger, by=clinician).pk}
    client = with_token(clinician)
    assert [post(client, RATINGS, one).status_code for one in (theirs, body)] == [201, 201]


def test_a_patient_posts_their_own_by_session(treatment, patient):
    answer = post(with_session(patient.person), RATINGS, rating_body(treatment))
    assert (answer.status_code, answer.json()["respondent"]) == (201, "patient")


def test_an_instant_comes_back_in_utc(treatment, clinician):
    told = post(with_token(clinician), RATINGS, rating_body(treatment, device_at="2026-03-02T13:00:00+02:00")).json()
    assert (told["device_at"], told["device_utc_offset_minutes"]) == ("2026-03-02T11:00:00Z", 120)


def test_a_named_check_in_is_the_one_answered(treatment, clinician):
    check_in = treatment.check_ins.get(name="+2 h")
    told = post(with_token(clinician), RATINGS, rating_body(treatment, check_in=check_in.pk)).json()
    assert told["check_in"] == check_in.pk


@pytest.mark.parametrize("nothing", [{"check_in": None}, {"device_sent_at": None}, {"device_tz": "", "respondent": ""}])
def test_what_may_be_left_out_may_be_null_or_empty(treatment, clinician, nothing):
    assert post(with_token(clinician), RATINGS, rating_body(treatment, **nothing)).status_code == 201


def test_a_treatment_of_others_looks_like_one_that_is_not_there(treatment, stranger, other_clinic, clinic):
    researcher = make.member(at=clinic, role="researcher")
    foreign = [
        post(door, RATINGS, rating_body(treatment)).content
        for door in (with_session(stranger.person), with_token(other_clinic), with_token(researcher))
    ]
    absent = post(with_token(other_clinic), RATINGS, rating_body(treatment, treatment=treatment.pk + 1000))
    assert fields_of(problem(absent, 404)) == {"treatment"}
    assert set(foreign) == {absent.content}
    assert not Rating.objects.exists()


def test_a_check_in_of_others_looks_like_one_that_is_not_there(treatment, stranger, clinician):
    client = with_token(clinician)
    theirs = make.treatment(of=stranger, by=clinician).check_ins.first().pk
    foreign = post(client, RATINGS, rating_body(treatment, check_in=theirs))
    absent = post(client, RATINGS, rating_body(treatment, check_in=theirs + 1000))
    assert fields_of(problem(foreign, 404)) == {"check_in"}
    assert foreign.content == absent.content


def test_the_next_request_after_leaving_a_clinic_finds_nothing(treatment, clinician):
    client = with_token(clinician)
    assert post(client, RATINGS, rating_body(treatment)).status_code == 201
    end_membership(actor=None, membership=clinician.memberships.get())
    problem(post(client, RATINGS, rating_body(treatment)), 404)
    assert client.get(RATINGS).json()["results"] == []
