"""A browser asks to be told, or ends that; each change is on record, and an endpoint has one owner."""

import pytest
from django.db import connection

from backend.accounts.models import AuditEntry
from backend.tracking.models import PushSubscription
from backend.tracking.services.refusals import Refused
from backend.tracking.services.subscriptions import MOST_BROWSERS, end_push, subscribe_to_push
from tests.push_service import Browser

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/one"
BROWSER = Browser()


def subscribe(patient, endpoint=ENDPOINT, **keys):
    return subscribe_to_push(actor=patient.person, endpoint=endpoint, **BROWSER.keys | keys)


def actions():
    return list(AuditEntry.objects.filter(action__startswith="push.").order_by("pk").values_list("action", "actor"))


def test_a_browser_is_stored_once_with_who_asked(patient):
    first = subscribe(patient)
    again = subscribe(patient)
    assert first.pk == again.pk
    assert PushSubscription.objects.get().endpoint == ENDPOINT
    assert actions() == [("push.subscribed", patient.person.pk)]


def test_asking_again_puts_a_browser_before_the_others(patient):
    first, second = subscribe(patient), subscribe(patient, ENDPOINT + "2")
    subscribe(patient)
    assert list(PushSubscription.objects.order_by("-created_at")) == [first, second]


def test_a_browser_that_somebody_else_signs_in_with_is_theirs_from_then_on(patient, stranger):
    subscribe(patient)
    subscribe(stranger)
    assert PushSubscription.objects.get().person == stranger.person
    end_push(actor=patient.person, endpoint=ENDPOINT)
    assert PushSubscription.objects.get().ended_at is None


def test_ending_is_recorded_once_and_asking_again_begins_anew(patient):
    subscribe(patient)
    for _ in range(2):
        end_push(actor=patient.person, endpoint=ENDPOINT)
    assert PushSubscription.objects.get().ended_at is not None
    assert subscribe(patient).ended_at is None
    assert [action for action, _ in actions()] == ["push.subscribed", "push.ended", "push.subscribed"]


def test_a_person_has_few_browsers_and_the_oldest_makes_room(patient):
    for number in range(MOST_BROWSERS + 2):
        subscribe(patient, f"{ENDPOINT}{number}")
    alive = PushSubscription.objects.filter(ended_at__isnull=True).order_by("pk")
    assert [one.endpoint[len(ENDPOINT) :] for one in alive] == [str(number) for number in range(2, MOST_BROWSERS + 2)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"endpoint": "https://169.254.169.254/latest/meta-data"}, "endpoint"),
        ({"endpoint": "http://127.0.0.1:8000/"}, "endpoint"),
        ({"auth": "AAAA"}, "keys"),
        ({"p256dh": "AAAA"}, "keys"),
    ],
)
def test_what_could_not_be_pushed_to_is_refused(patient, given, field):
    with pytest.raises(Refused) as refused:
        subscribe(patient, **given)
    assert refused.value.field == field
    assert not PushSubscription.objects.exists()


def test_neither_endpoint_nor_keys_are_stored_readable(patient):

    subscribe(patient)
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint, p256dh, auth FROM tracking_pushsubscription")
        [stored] = cursor.fetchall()
    assert [text for text in stored if "mozilla" in text or BROWSER.keys["auth"] in text] == []
