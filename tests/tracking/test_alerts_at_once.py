"""An alert that is acknowledged, passed on or overtaken by an amendment at the same time: nobody waits for ever."""

import pytest
from django.db import transaction
from django.utils import timezone

from backend.tracking.models import Alert, Effect, Fate, Rating
from backend.tracking.reminders.claiming import settle, take
from backend.tracking.services.rating.alerts import acknowledge_alert
from tests import make
from tests.at_once import meanwhile, shared

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alert(clinic, owner, clinician, patient, tmp_path):
    make.alert_plan(at=clinic, owner=owner, second=clinician, escalate_after_minutes=0)
    make.alert_rule(at=clinic, by=owner)
    make.rating(of=make.treatment(of=patient, by=clinician), score=9)
    with shared(tmp_path):
        yield Alert.objects.get()


def taken(number):
    """The mail with this number on its way."""
    return take(Effect.objects.get(alert__isnull=False, number=number).pk, timezone.now())


def test_acknowledged_while_its_second_mail_is_settled(alert, owner):
    attempt = taken(1)
    with transaction.atomic():
        Effect.objects.select_for_update().get(pk=attempt.effect.pk)  # as settling begins
        done = meanwhile(lambda: acknowledge_alert(actor=owner, alert=alert, what_was_done="Called."))
        settle(attempt.effect, attempt.leased_until, Fate.SENT, timezone.now(), "email")
    assert done.result().acknowledged_by == owner
    assert done.result().escalated_at is not None
    assert list(Effect.objects.order_by("number").values_list("state", flat=True)) == [Fate.DROPPED, Fate.SENT]


def test_acknowledged_while_its_rating_is_amended(alert, owner):
    rating = Rating.objects.get()
    with transaction.atomic():
        make.amendment(of=rating, score=3)
        done = meanwhile(lambda: acknowledge_alert(actor=owner, alert=alert, what_was_done="Mistyped."))
    assert done.result().acknowledged_by == owner
    assert set(Effect.objects.values_list("state", flat=True)) == {Fate.DROPPED}


def test_a_rating_stored_while_the_one_before_it_is_withdrawn_is_told_of(alert, patient):
    rating = Rating.objects.get()
    with transaction.atomic():
        make.amendment(of=rating, kind="withdraw")
        later = meanwhile(lambda: make.rating(of=rating.treatment, hours=2, score=10))
    assert later.result().pk
    assert list(Alert.objects.order_by("pk").values_list("quiet", flat=True)) == [False, False]
