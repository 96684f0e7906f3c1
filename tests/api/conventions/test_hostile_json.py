"""Bodies that are wrong, odd or meant to do harm: each is refused by name, nothing is stored, nothing breaks."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import AuditEntry
from backend.api.conventions.parsing import LARGEST_BYTES
from backend.tracking.models import Rating
from tests.api.doors import RATINGS, fields_of, post, problem, rating_body, with_token

FAR = 10**400

CHANGES = {
    "too few answers": ({"instrument": "now4", "answers": [1, 2]}, "answers"),
    "too many answers": ({"answers": [1, 2]}, "answers"),
    "no answers": ({"answers": []}, "answers"),
    "an answer out of range": ({"answers": [11]}, "answers"),
    "a negative answer": ({"answers": [-1]}, "answers"),
    "an answer as text": ({"answers": ["1"]}, "answers"),
    "an answer with a fraction": ({"answers": [1.0]}, "answers"),
    "an answer that is true": ({"answers": [True]}, "answers"),
    "an answer that is a list": ({"answers": [[1]]}, "answers"),
    "a huge answer": ({"answers": [FAR]}, "answers"),
    "answers that are null": ({"answers": None}, "answers"),
    "answers that are a text": ({"answers": "4"}, "answers"),
    "answers that are an object": ({"answers": {"0": 4}}, "answers"),
    "answers left out": ({"answers": ...}, "answers"),
    "an instant without offset": ({"device_at": "2026-03-02T11:00:00"}, "device_at"),
    "an instant without time": ({"device_at": "2026-03-02"}, "device_at"),
    "an instant that is a number": ({"device_at": 1772449200}, "device_at"),
    "a day that is none": ({"device_at": "2026-02-30T11:00:00Z"}, "device_at"),
    "an instant at the end of time": ({"device_at": "9999-12-31T23:59:59-14:00"}, "device_at"),
    "an instant at its beginning": ({"device_at": "0001-01-01T00:00:00+14:00"}, "device_at"),
    "an instant with other digits": ({"device_at": "２026-03-02T11:00:00Z"}, "device_at"),
    "an offset no zone has": ({"device_at": "2026-03-02T11:00:00+16:00"}, "device_at"),
    "an offset of a day": ({"device_at": "2026-03-02T11:00:00-24:00"}, "device_at"),
    "an instant before 2000": ({"device_at": "1999-12-31T23:59:59Z"}, "device_at"),
    "a future instant": ({"device_at": (timezone.now() + timedelta(days=400)).isoformat()}, "device_at"),
    "sent without offset": ({"device_sent_at": "2026-03-02T11:00:00"}, "device_sent_at"),
    "a zone that is none": ({"device_tz": "Europe/Atlantis"}, "device_tz"),
    "a zone that is a path": ({"device_tz": "../../etc/passwd"}, "device_tz"),
    "a zone that is a number": ({"device_tz": 1}, "device_tz"),
    "a zone with a null character": ({"device_tz": "Europe/\0"}, "device_tz"),
    "a key that is no UUID": ({"client_uuid": "one"}, "client_uuid"),
    "a key that is a number": ({"client_uuid": 1}, "client_uuid"),
    "a key left out": ({"client_uuid": ...}, "client_uuid"),
    "a treatment as text": ({"treatment": "1"}, "treatment"),
    "a treatment with a fraction": ({"treatment": 1.0}, "treatment"),
    "a treatment that is true": ({"treatment": True}, "treatment"),
    "a huge treatment": ({"treatment": FAR}, "treatment"),
    "treatment zero": ({"treatment": 0}, "treatment"),
    "a check-in as text": ({"check_in": "1"}, "check_in"),
    "a huge check-in": ({"check_in": FAR}, "check_in"),
    "an instrument nobody knows": ({"instrument": "panic-week"}, "instrument"),
    "an instrument that is a number": ({"instrument": 1}, "instrument"),
    "an instrument that is long": ({"instrument": "x" * 5000}, "instrument"),
    "a respondent nobody knows": ({"respondent": "neighbour"}, "respondent"),
    "an unknown field": ({"total": 3}, "total"),
    "an unknown field with an odd name": ({"\\": 3}, "\\"),
}


def raw(treatment, **changes):
    return json.dumps(rating_body(treatment, **changes)).encode()


BODIES = {
    "a key twice": (lambda one: raw(one)[:-1] + b', "answers": [5]}', 400, {"answers"}),
    "an inner key twice": (lambda _: b'{"answers": {"a": 1, "a": 1}}', 400, {"a"}),
    "5,000 lists deep": (lambda _: b"[" * 5000, 400, set()),
    "5,000 objects deep": (lambda _: b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, set()),
    "nine deep in a field": (lambda one: raw(one, answers=[[[[[[[[1]]]]]]]]), 400, set()),
    "deep behind a text with brackets": (lambda _: b'{"a": "\\"[[", "b": ' + b"[" * 5000, 400, set()),
    "more than 64 KB": (lambda one: raw(one, device_tz="x" * LARGEST_BYTES), 413, set()),
    "not UTF-8": (lambda one: raw(one, device_tz="\xe9").replace(b"\\u00e9", b"\xe9"), 400, set()),
    "half a surrogate pair": (lambda one: raw(one)[:-1] + rb', "device_tz": "\ud800"}', 400, set()),
    "half a pair in a name": (lambda one: raw(one)[:-1] + rb', "\ud800": 1}', 400, set()),
    "half a pair in a name, twice": (lambda _: rb'{"\ud800": 1, "\ud800": 1}', 400, {"\\ud800"}),
    "nothing": (lambda _: b"", 400, {"client_uuid", "treatment", "instrument", "answers", "device_at"}),
    "an empty object": (lambda _: b"{}", 400, {"client_uuid", "treatment", "instrument", "answers", "device_at"}),
    "a list": (lambda one: b"[" + raw(one) + b"]", 400, set()),
    "a text": (lambda _: b'"rating"', 400, set()),
    "null": (lambda _: b"null", 400, set()),
    "no JSON": (lambda _: b"answers=4", 400, set()),
    "two documents": (lambda one: raw(one) * 2, 400, set()),
    "a byte order mark": (lambda one: b"\xef\xbb\xbf" + raw(one), 400, set()),
    "NaN": (lambda _: b'{"answers": [NaN]}', 400, set()),
    "Infinity": (lambda _: b'{"answers": [-Infinity]}', 400, set()),
    "a number that would be infinite": (lambda _: b'{"answers": [1e999]}', 400, set()),
    "a number of 5,000 digits": (lambda _: b'{"answers": [' + b"9" * 5000 + b"]}", 400, set()),
}


def left() -> tuple[int, int]:
    return Rating.objects.count(), AuditEntry.objects.count()


@pytest.fixture
def client(clinician):
    return with_token(clinician)


@pytest.mark.parametrize(("changes", "field"), CHANGES.values(), ids=CHANGES)
def test_a_wrong_field_is_named_and_nothing_stored(client, treatment, changes, field):
    before = left()
    told = problem(post(client, RATINGS, rating_body(treatment, **changes)), 400)
    assert fields_of(told) == {field}
    assert left() == before


@pytest.mark.parametrize(("body", "status", "fields"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_meant_is_refused_whole(client, treatment, body, status, fields):
    before = left()
    told = problem(post(client, RATINGS, body(treatment)), status)
    assert fields_of(told) == fields
    assert left() == before


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "",
     "application/json; charset=utf-16"],
)  # fmt: skip
def test_only_json_in_utf_8_is_read(client, treatment, content_type):
    before = left()
    problem(post(client, RATINGS, raw(treatment), content_type=content_type), 415)
    assert left() == before


def test_the_item_that_is_wrong_is_told(client, treatment):
    told = problem(post(client, RATINGS, rating_body(treatment, instrument="now4", answers=[1, 2, "3", 4])), 400)
    assert "tem 3" in told["errors"][0]["detail"]
    told = problem(post(client, RATINGS, rating_body(treatment, instrument="now4", answers=[1, 99, 3, 4])), 400)
    assert "tem 2" in told["errors"][0]["detail"]


def test_every_wrong_field_is_told_at_once(client, treatment):
    told = problem(post(client, RATINGS, rating_body(treatment, answers="4", device_at="now", extra=1)), 400)
    assert fields_of(told) == {"answers", "device_at", "extra"}


@pytest.mark.parametrize("ahead", [timedelta(minutes=4), timedelta(minutes=6)])
def test_five_minutes_ahead_are_forgiven(client, treatment, ahead):
    answer = post(client, RATINGS, rating_body(treatment, device_at=(timezone.now() + ahead).isoformat()))
    assert answer.status_code == (201 if ahead < timedelta(minutes=5) else 400)


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 30_000, b"{" * 60_000, b'"' * 60_000, b"\\" * 60_000])
def test_a_body_of_traps_is_refused_at_once(client, treatment, body):
    begun = time.monotonic()
    problem(post(client, RATINGS, body), 400)
    assert time.monotonic() - begun < 1


def test_the_largest_body_is_read(client, treatment):
    body = raw(treatment)
    assert post(client, RATINGS, body + b" " * (LARGEST_BYTES - len(body))).status_code == 201
