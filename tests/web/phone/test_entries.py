"""Handing in what a phone kept: proof of what is stored, once, for the right person, however late."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from backend.tracking.links import token
from backend.tracking.models import Rating, Skip, Step
from tests import make

ONE_HOUR_IN = timedelta(hours=1.1)


@pytest.fixture
def check_in(treated):
    return treated(hours_ago=1.1).check_ins.get(name="+1 h")


def written(check_in, /, **fields):
    """An entry as a phone writes it."""
    entry = {
        "client_uuid": str(uuid4()),
        "check_in": check_in.pk,
        "instrument": "nrs-anxiety",
        "answers": [6],
        "device_at": timezone.now().isoformat(),
        "device_tz": "Europe/London",
    }
    return json.dumps(entry | fields)


def hand_in(client, text, address="/entries/", sent_at=None, **options):
    body = {"entry": text, "device_sent_at": (sent_at or timezone.now()).isoformat()}
    return client.post(address, body, content_type="application/json", **options)


def by_link(check_in):
    return f"/c/{token(check_in)}/entries/"


def test_an_entry_is_stored_and_the_answer_proves_which(on_phone, patient, check_in):
    text = written(check_in)
    response = hand_in(on_phone, text)
    assert response.status_code == 201
    assert response.json() == {
        "client_uuid": json.loads(text)["client_uuid"],
        "sha256": sha256(text.encode()).hexdigest(),
    }
    assert response["Cache-Control"] == "no-store"
    rating = Rating.objects.get(check_in=check_in)
    assert (rating.answers, rating.device_tz, rating.entered_by) == ([6], "Europe/London", patient.person)


def test_handing_in_again_changes_nothing_and_proves_it_again(on_phone, check_in):
    text = written(check_in)
    first, second = hand_in(on_phone, text), hand_in(on_phone, text, sent_at=timezone.now() + timedelta(minutes=1))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Rating.objects.filter(check_in=check_in).count() == 1


def test_the_hash_is_of_the_text_as_received(on_phone, check_in):
    text = written(check_in).replace(", ", " ,\n")
    assert hand_in(on_phone, text).json()["sha256"] == sha256(text.encode()).hexdigest()


def test_another_entry_under_the_same_key_leaves_the_first(on_phone, check_in):
    key = str(uuid4())
    assert hand_in(on_phone, written(check_in, client_uuid=key)).status_code == 201
    response = hand_in(on_phone, written(check_in, client_uuid=key, answers=[3]))
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert Rating.objects.get(check_in=check_in).answers == [6]


def test_an_answer_that_the_page_had_sent_before_is_the_same_answer(on_phone, check_in):
    key, at = str(uuid4()), timezone.now().isoformat()
    form = {"client_uuid": key, "instrument": "nrs-anxiety", "then": "save", "item_1": "6"}
    timed = form | {"device_at": at, "device_sent_at": at, "device_tz": "Europe/London"}
    on_phone.post(f"/check-ins/{check_in.pk}/", timed)
    assert hand_in(on_phone, written(check_in, client_uuid=key, device_at=at)).status_code == 200
    assert Rating.objects.filter(check_in=check_in).count() == 1


def test_the_same_answer_timed_by_the_servers_clock_is_still_the_same(on_phone, check_in):
    key = str(uuid4())
    form = {"client_uuid": key, "instrument": "nrs-anxiety", "then": "save", "item_1": "6"}
    on_phone.post(f"/check-ins/{check_in.pk}/", form)
    assert hand_in(on_phone, written(check_in, client_uuid=key)).status_code == 200
    assert hand_in(on_phone, written(check_in, client_uuid=key, answers=[7])).status_code == 409


def test_what_was_made_nine_days_ago_keeps_its_time(on_phone, treated):
    check_in = treated(hours_ago=24 * 9 + 1.1).check_ins.get(name="+1 h")
    made = check_in.due_at + timedelta(minutes=3)
    assert hand_in(on_phone, written(check_in, device_at=made.isoformat())).status_code == 201
    rating = Rating.objects.get(check_in=check_in)
    assert (rating.device_at, rating.effective_at, rating.timing) == (made, made, "offline")


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        pytest.param(timedelta(days=2), timedelta(), id="fast, then set right"),
        pytest.param(-timedelta(days=400), timedelta(), id="slow, then set right"),
        pytest.param(timedelta(), -timedelta(days=400), id="right, then reset"),
        pytest.param(-timedelta(days=400), -timedelta(days=400, hours=2), id="set back in between"),
    ],
)
def test_a_clock_set_between_answering_and_sending_costs_nothing_and_is_flagged(on_phone, check_in, made, sent):
    now = timezone.now()
    text = written(check_in, device_at=(now + made).isoformat())
    assert hand_in(on_phone, text, sent_at=now + sent).status_code == 201
    rating = Rating.objects.get(check_in=check_in)
    assert (rating.timing, rating.device_at) == ("suspect", now + made)
    assert rating.effective_at <= rating.received_at


def test_an_answer_as_its_check_in_opens_is_not_in_doubt(on_phone, check_in):
    at = check_in.opens_at - timedelta(minutes=1)  # by a clock a minute slow
    assert hand_in(on_phone, written(check_in, device_at=at.isoformat())).status_code == 201
    assert Rating.objects.get(check_in=check_in).timing == "offline"


def test_a_zone_unknown_here_does_not_cost_the_answer(on_phone, check_in):
    assert hand_in(on_phone, written(check_in, device_tz="Mars/Olympus")).status_code == 201
    assert Rating.objects.get(check_in=check_in).device_tz == ""


def test_a_skip_is_handed_in_too(on_phone, check_in):
    text = json.dumps({"client_uuid": str(uuid4()), "check_in": check_in.pk, "skip": "too_sleepy"})
    assert [hand_in(on_phone, text).status_code for _ in range(2)] == [201, 200]
    assert Skip.objects.get(check_in=check_in).reason == "too_sleepy"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"client_uuid": "1"}, "client_uuid"),
        ({"client_uuid": None}, "client_uuid"),
        ({"check_in": True}, "check_in"),
        ({"check_in": 2**70}, "check_in"),
        ({"instrument": "nothing"}, "instrument"),
        ({"answers": "6"}, "answers"),
        ({"answers": [11]}, "answers"),
        ({"answers": [6, 6]}, "answers"),
        ({"answers": [[6]]}, "answers"),
        ({"device_at": "yesterday"}, "device_at"),
        ({"device_at": "2026-03-02T10:00:00"}, "device_at"),
        ({"device_at": "2026-06-31T10:00:00Z"}, "device_at"),
        ({"device_at": "2290-01-01T00:00:00Z"}, "device_at"),
        ({"skip": "bored"}, "reason"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(on_phone, check_in, fields, field):
    response = hand_in(on_phone, written(check_in, **fields))
    assert (response.status_code, response.json()["field"]) == (400, field)
    assert not Rating.objects.filter(check_in=check_in).exists()


@pytest.mark.parametrize(
    "body",
    [
        *(" ", "[]", "{}", "{" * 8000, "[" * 8000, '{"entry": 1}', '{"entry": "{}"}', '{"entry": "\\ud800"}', "\xff"),
        json.dumps({"entry": '{"client_uuid": "a", "client_uuid": "b"}'}),
    ],
)
def test_a_body_that_says_nothing_is_refused(on_phone, check_in, body):
    raw = body.encode("latin-1")
    assert on_phone.post("/entries/", raw, content_type="application/json").status_code == 400


def test_a_large_body_and_a_form_are_not_read(on_phone, check_in):
    assert hand_in(on_phone, written(check_in, note="x" * 20_000)).status_code == 413
    assert on_phone.post("/entries/", {"entry": written(check_in)}).status_code == 415


def test_somebody_elses_check_in_is_as_unknown_as_none(client, stranger, check_in):
    client.force_login(stranger.person)
    theirs = hand_in(client, written(check_in))
    nobodys = hand_in(client, written(check_in, check_in=9_999_999))
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert theirs.status_code == 400


def test_nothing_is_taken_without_a_session_or_without_its_token(patient, check_in):
    assert hand_in(Client(), written(check_in)).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(patient.person)
    assert hand_in(strict, written(check_in)).status_code == 403
    fresh = strict.get("/phone/").json()["csrf"]
    assert hand_in(strict, written(check_in), headers={"X-CSRFToken": fresh}).status_code == 201


def test_a_phone_whose_clock_ran_ahead_settles_no_check_in_to_come(on_phone, check_in):
    later = check_in.treatment.check_ins.get(name="week 3")
    assert hand_in(on_phone, written(later, skip="not_now")).status_code == 400
    assert hand_in(on_phone, text := written(later)).status_code == 201
    assert Rating.objects.latest("pk").check_in == check_in  # the one that was open
    assert hand_in(on_phone, text).status_code == 200


def test_an_entry_sent_as_another_account_signs_in_waits_for_its_own(client, stranger, patient, check_in):
    body = {"entry": written(check_in), "device_sent_at": timezone.now().isoformat(), "account": str(patient.person.pk)}
    client.force_login(stranger.person)
    assert client.post("/entries/", body, content_type="application/json").status_code == 403
    assert not Rating.objects.filter(check_in=check_in).exists()
    client.force_login(patient.person)
    assert client.post("/entries/", body, content_type="application/json").status_code == 201


# By a link


def test_a_links_holder_hands_in_without_a_session_in_the_patients_name(client, patient, check_in):
    strict = Client(enforce_csrf_checks=True)
    assert hand_in(strict, written(check_in), by_link(check_in)).status_code == 201
    assert Rating.objects.get(check_in=check_in).entered_by == patient.person


def test_a_link_takes_nothing_for_another_check_in(client, check_in):
    other = check_in.treatment.check_ins.get(name="+2 h")
    response = hand_in(client, written(other), by_link(check_in))
    assert (response.status_code, response.json()["field"]) == (400, "check_in")
    assert hand_in(client, written(check_in), "/c/1-wrong/entries/").status_code == 404


@pytest.mark.parametrize(
    ("days", "minutes", "status"),
    [(9, 3, 201), (29, 3, 201), (31, 3, 410), (9, -60, 410), (9, 300, 410)],
)
def test_after_its_window_a_link_takes_for_a_month_what_was_made_within(client, treated, days, minutes, status):
    check_in = treated(hours_ago=24 * days + 1.1).check_ins.get(name="+1 h")
    made = check_in.due_at + timedelta(minutes=minutes)
    response = hand_in(client, written(check_in, device_at=made.isoformat()), by_link(check_in))
    assert response.status_code == status
    assert Rating.objects.filter(check_in=check_in).exists() == (status == 201)


def test_a_skip_by_a_link_tells_nothing_about_what_was_answered(client, treated):
    check_ins = treated(hours_ago=27).check_ins
    answered, silent = check_ins.get(name="+1 h"), check_ins.get(name="+2 h")
    make.rating(of=answered.treatment, hours=1.1, check_in=answered)
    for check_in in (answered, silent, silent):
        skip = written(check_in, skip="not_now", device_at=check_in.due_at.isoformat())
        assert hand_in(client, skip, by_link(check_in)).status_code == 200
    assert [skip.check_in for skip in Skip.objects.all()] == [silent]


def test_a_link_takes_nothing_before_its_check_in_opens(client, check_in):
    later = check_in.treatment.check_ins.get(name="+4 h")
    assert hand_in(client, written(later), by_link(later)).status_code == 400


# Steps


def tell(client, check_in, **told):
    return client.post(f"/c/{token(check_in)}/steps/", told, content_type="application/json")


def test_a_phone_tells_what_happened_and_saying_it_again_changes_nothing(client, check_in):
    at = datetime(2026, 3, 2, 11, tzinfo=UTC)
    for _ in range(2):
        assert tell(client, check_in, name="delivered", at=at.isoformat(), reminder=0).status_code == 204
    step = Step.objects.get(treatment=check_in.treatment_id, name="delivered")
    assert (step.at, step.channel, step.check_in_number) == (at, "push", check_in.number)


@pytest.mark.parametrize("told", [{"name": "answered"}, {"name": "planned"}, {"name": 1}, {}, {"name": ["opened"]}])
def test_a_phone_tells_nothing_else(client, check_in, told):
    assert tell(client, check_in, **told).status_code == 400
    assert not Step.objects.filter(check_in_number=check_in.number).exists()


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", 5, None])
def test_an_odd_clock_does_not_cost_the_step(client, check_in, at):
    assert tell(client, check_in, name="first_tap", at=at, reminder="x").status_code == 204
    assert abs(Step.objects.get(name="first_tap").at - timezone.now()) < timedelta(minutes=1)


def test_steps_of_a_wrong_link_do_not_exist(client, check_in):
    assert client.post("/c/1-wrong/steps/", {"name": "opened"}, content_type="application/json").status_code == 404


# What a phone knows


def test_a_phone_is_told_what_is_left_to_ask(on_phone, patient, check_in):
    make.rating(of=check_in.treatment, hours=1.05, check_in=check_in)
    told = on_phone.get("/phone/").json()
    assert told["account"] == str(patient.person.pk)
    here, *later = told["schedule"]
    assert (here["check_in"], here["occasion"]) == (check_in.pk, "1 hour after your treatment")
    assert here["instruments"] == ["now4", "unreal", "sleepy"]
    assert later[0]["instruments"][0] == "nrs-anxiety"
    assert (here["night"], later[-1]["night"]) == (True, False)
    assert "monitored in real time" in told["care"]


def test_what_was_skipped_superseded_or_cancelled_is_not_asked(on_phone, check_in):
    make.skip(of=check_in)
    assert check_in.pk not in {one["check_in"] for one in on_phone.get("/phone/").json()["schedule"]}


def test_nobody_signed_in_is_told_nothing(client, db):
    response = client.get("/phone/")
    assert (response.status_code, set(response.json())) == (401, {"title", "status"})
