"""Web push goes to known push services alone, encrypted for one browser and signed by this server."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid

from backend.tracking.models import PushSubscription
from backend.tracking.reminders.channels import push as web_push
from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.channels.replies import Answer
from tests.push_service import Browser

MESSAGE = Message("A short check-in is ready.", "", "/c/1-token/", "reminder:1:0")
ALLOWED = [
    "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "https://eu.push.services.mozilla.com:443/wpush/v2/gAAAA",
    "https://wns2-db5p.notify.windows.com/w/?token=BQYAAAB%2f",
    "https://web.push.apple.com/QGx",
]
REFUSED = [
    "",
    "fcm.googleapis.com/fcm/send/a",
    "http://fcm.googleapis.com/fcm/send/a",
    "ftp://fcm.googleapis.com/a",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com:8443/a",
    "https://FCM.googleapis.com/a",
    "https://user@fcm.googleapis.com/a",
    "https://fcm.googleapis.com@169.254.169.254/a",
    "https://fcm.googleapis.com:443@127.0.0.1/a",
    "https://127.0.0.1\\@fcm.googleapis.com/a",
    "https://fcm.googleapis.com\\@127.0.0.1/a",
    "https://fcm.googleapis.com.attacker.example/a",
    "https://attackernotify.windows.com/a",
    "https://notify.windows.com/a",
    "https://.notify.windows.com/a",
    "https://fcm.googleapis.com#.attacker.example/",
    "https://127.0.0.1/a",
    "https://[::ffff:127.0.0.1]/a",
    "https://2130706433/a",
    "https://localhost/a",
    "https://fcm.googleapis.com%2f@127.0.0.1/a",
    "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com/a\r\nHost: elsewhere",
    "https://fcm.googleapis.com/\n",
    " https://fcm.googleapis.com/a",
    "https://fcm。googleapis.com/a",
    "https://fcm.googleapis.com/" + "a" * 2000,
]


@pytest.mark.parametrize("endpoint", ALLOWED)
def test_endpoints_of_known_push_services_may_be_asked(endpoint):
    assert endpoint.startswith(web_push.origin_of(endpoint) + "/")


@pytest.mark.parametrize("endpoint", REFUSED)
def test_any_other_address_is_refused(endpoint):
    with pytest.raises(ValueError, match="expected one that a browser gave"):
        web_push.origin_of(endpoint)


PIECES = [
    "https://",
    "http://",
    "fcm.googleapis.com",
    "127.0.0.1",
    "@",
    "\\",
    ":443",
    ":80",
    "/",
    "//",
    "#",
    "?",
    ".",
    "%",
    "a",
]


@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=9).map("".join))
def test_whatever_passes_leads_both_readers_of_addresses_to_a_listed_host(endpoint):
    try:
        web_push.origin_of(endpoint)
    except ValueError:
        return
    asked = requests.Request("POST", endpoint).prepare().url
    assert {urlsplit(endpoint).hostname, urlsplit(asked).hostname} == {"fcm.googleapis.com"}
    assert {urlsplit(asked).scheme, urlsplit(asked).port or 443} == {"https", 443}


def test_this_machine_is_no_push_service_but_for_the_stub_that_tests_run(settings):
    settings.PUSH_STUB_PORT = 8123
    assert web_push.origin_of("http://127.0.0.1:8123/201/a") == "http://127.0.0.1:8123"
    for endpoint in ("http://127.0.0.1:8124/a", "http://127.0.0.1:81234/a", "http://127.0.0.1:8123@elsewhere/a"):
        with pytest.raises(ValueError, match="endpoint"):
            web_push.origin_of(endpoint)


@pytest.fixture
def subscription(push, browser):
    return PushSubscription(endpoint=push.endpoint(201), **browser.keys)


def test_a_notice_can_be_read_by_its_browser_alone(subscription, push, browser):
    assert web_push.send(subscription, MESSAGE, seconds=600, urgent=True).answer == Answer.ACCEPTED
    [request] = push.received
    notice = browser.read(request.body)
    assert notice == {"title": "Ebb", "body": MESSAGE.text, "url": "/c/1-token/", "tag": "reminder:1:0"}
    assert json.dumps(notice).encode() not in request.body
    with pytest.raises(Exception, match=r"(?i)tag|decrypt|auth"):
        Browser().read(request.body)


def test_a_notice_is_signed_for_its_push_service_and_lasts_as_long_as_it_is_of_use(subscription, push, settings):
    web_push.send(subscription, MESSAGE, seconds=599.9, urgent=True)
    web_push.send(subscription, MESSAGE, seconds=-5, urgent=False)
    urgent, other = push.received
    claims = urgent.token()
    assert (claims["aud"], claims["sub"]) == (f"http://127.0.0.1:{push.port}", "mailto:ebb@localhost")
    assert 0 < claims["exp"] - time.time() <= 24 * 60 * 60
    assert Vapid.verify(urgent.headers["Authorization"])
    assert f"k={web_push.public_key()}" in urgent.headers["Authorization"]
    kept = [(one.headers["TTL"], one.headers["Urgency"]) for one in (urgent, other)]
    assert kept == [("599", "high"), ("0", "normal")]
    assert urgent.headers["Content-Encoding"] == "aes128gcm"
    assert urgent.headers["Topic"].replace("-", "").replace("_", "").isalnum()
    assert len(urgent.headers["Topic"]) <= 32


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (201, Answer.ACCEPTED),
        (202, Answer.ACCEPTED),
        (302, Answer.REFUSED),
        (400, Answer.REFUSED),
        (403, Answer.REFUSED),
        (404, Answer.GONE),
        (410, Answer.GONE),
        (413, Answer.REFUSED),
        (429, Answer.LATER),
        (500, Answer.LATER),
        (503, Answer.LATER),
    ],
)
def test_what_an_answer_means(subscription, push, status, answer):
    subscription.endpoint = push.endpoint(status)
    assert web_push.send(subscription, MESSAGE, seconds=60, urgent=False).answer == answer
    assert len(push.received) == 1


def test_no_answer_means_that_nobody_knows(subscription, push, monkeypatch):
    monkeypatch.setattr(web_push, "TIMEOUT_SECONDS", 0.2)
    subscription.endpoint = push.endpoint(0)
    assert web_push.send(subscription, MESSAGE, seconds=60, urgent=False).answer == Answer.UNKNOWN


def test_an_endpoint_from_before_the_list_changed_is_not_asked(subscription, push, settings):
    settings.PUSH_STUB_PORT = 0
    assert web_push.send(subscription, MESSAGE, seconds=60, urgent=False).answer == Answer.GONE
    assert push.received == []


def test_a_pause_is_read_in_seconds_or_as_a_date(subscription, push):
    subscription.endpoint = push.endpoint(429)
    waits = []
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    for header in ("120", soon, "soon", "-5", "Fri, 31 Dec 9999 23:59:59 -1200"):
        push.retry_after = header
        waits.append(web_push.send(subscription, MESSAGE, seconds=60, urgent=False).retry_after_seconds)
    assert waits[0] == 120
    assert 290 < waits[1] <= 300
    assert waits[2:4] == [0, 0]
    assert datetime.now(UTC) + timedelta(seconds=waits[4]) > datetime.now(UTC)  # still an instant


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "AAAA"},
        {"p256dh": "not base64!"},
        {"p256dh": "BA" + "A" * 85},  # not on the curve
        {"auth": "AAAA"},
        {"auth": ""},
    ],
)
def test_keys_that_encrypt_nothing_are_refused(browser, keys):
    web_push.check_keys(**browser.keys)
    with pytest.raises(ValueError):  # noqa: PT011 - in whichever library's words
        web_push.check_keys(**browser.keys | keys)
