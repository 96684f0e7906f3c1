"""Ratings and their amendments are read by those who may see the patient, in pages that hold still."""

from uuid import uuid4

import pytest

from backend.accounts.models import AuditEntry
from backend.api.conventions.pagination import Pages
from backend.tracking.models import Amendment, Rating
from tests import make
from tests.api.doors import RATINGS, fields_of, post, problem, with_session, with_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(treatment):
    return make.rating(of=treatment, hours=1, score=4)


def one(rating):
    return f"{RATINGS}{rating.pk}/"


def amendments(rating):
    return f"{RATINGS}{rating.pk}/amendments/"


def change(**fields):
    return {"client_uuid": str(uuid4()), "kind": "correct", "answers": [5], "reason": "mistyped"} | fields


def test_a_rating_is_read_by_its_patient_and_clinic_and_looks_like_none_to_others(
    rated, patient, clinician, stranger, other_clinic, clinic
):
    researcher = make.member(at=clinic, role="researcher")
    for door in (with_session(patient.person), with_token(clinician), with_token(researcher)):
        assert door.get(one(rated)).json()["answers"] == [4]
        assert [row["id"] for row in door.get(RATINGS).json()["results"]] == [rated.pk]
    absent = with_token(other_clinic).get(one(Rating(pk=100_000)))
    for door in (with_session(stranger.person), with_token(other_clinic)):
        assert door.get(one(rated)).content == absent.content
        assert door.get(RATINGS).json()["results"] == []
        problem(post(door, amendments(rated), change()), 404)
    problem(post(with_token(researcher), amendments(rated), change()), 404)


def test_a_rating_is_told_as_entered_with_its_amendments_beside_it(rated, clinician):
    make.amendment(of=rated, score=5)
    make.amendment(of=rated, kind="withdraw")
    told = with_token(clinician).get(one(rated)).json()
    assert told["answers"] == [4]
    assert [(row["kind"], row["answers"]) for row in told["amendments"]] == [("correct", [5]), ("withdraw", None)]


def test_pages_lead_on_and_back(treatment, clinician, monkeypatch):
    monkeypatch.setattr(Pages, "page_size", 2)
    stored = [one.pk for one in make.ratings(of=treatment, scores={1: 4, 2: 4, 3: 4})]
    client = with_token(clinician)
    first = client.get(RATINGS).json()
    second = client.get(first["next"]).json()
    assert [row["id"] for page in (first, second) for row in page["results"]] == stored
    assert (first["previous"], second["next"]) == (None, None)
    assert client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("cursor", ["x", "\xe9", "cD1h", "cD0tMQ==", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_we_did_not_hand_out_is_refused(clinician, cursor):
    assert fields_of(problem(with_token(clinician).get(RATINGS, {"cursor": cursor}), 400)) == {"cursor"}


def test_reading_many_costs_no_more_statements_than_reading_one(treatment, clinician, django_assert_max_num_queries):
    for rating in make.ratings(of=treatment, scores=dict.fromkeys(range(1, 9), 4)):
        make.amendment(of=rating, score=3)
    client = with_token(clinician)
    client.get(RATINGS)
    with django_assert_max_num_queries(4):  # whether the reading was written down within the hour is one of them
        assert len(client.get(RATINGS).json()["results"]) == 8


def test_an_amendment_is_stored_once_and_told(rated, clinician):
    client, body = with_token(clinician), change()
    first, again = (post(client, amendments(rated), body) for _ in "ab")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.content, again.headers["Idempotent-Replay"]) == (again.content, "true")
    told = first.json()
    assert (told["rating"], told["total"], told["reason"], told["made_by"]) == (rated.pk, 5, "mistyped", clinician.pk)
    problem(post(client, amendments(rated), body | {"reason": "another"}), 409)
    assert Amendment.objects.count() == AuditEntry.objects.filter(action="rating.correct").count() == 1


def test_a_patient_takes_their_rating_back(rated, patient):
    body = change(kind="withdraw", answers=None)
    assert post(with_session(patient.person), amendments(rated), body).json()["kind"] == "withdraw"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "delete"}, "kind"),
        ({"kind": "withdraw"}, "answers"),
        ({"answers": None}, "answers"),
        ({"answers": [11]}, "answers"),
        ({"answers": ["5"]}, "answers"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"reason": 1}, "reason"),
        ({"client_uuid": "x"}, "client_uuid"),
        ({"total": 5}, "total"),
    ],
)
def test_a_wrong_amendment_is_refused_by_name(rated, clinician, wrong, field):
    assert fields_of(problem(post(with_token(clinician), amendments(rated), change(**wrong)), 400)) == {field}
    assert not Amendment.objects.exists()
