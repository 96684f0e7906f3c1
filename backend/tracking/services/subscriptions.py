"""Letting a browser be told when a check-in opens, and ending that."""

from django.db import transaction
from django.utils import timezone

from backend.accounts import audit
from backend.accounts.models import Person
from backend.tracking.models import PushSubscription
from backend.tracking.models.subscriptions import fingerprint
from backend.tracking.reminders.channels import push
from backend.tracking.services.refusals import Refused

MOST_BROWSERS = 10  # of one person at a time; the oldest makes room


@transaction.atomic
def subscribe_to_push(*, actor: Person, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Store that a browser of a person wants to be told; one that is known already is from now on this person's.

    `Refused` for an endpoint of an unknown push service, and for keys that nothing could be encrypted with.
    """
    _refuse_what_is_invalid(endpoint, p256dh, auth)
    Person.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two tabs at once: one after the other
    now = timezone.now()
    keys = {"person": actor, "endpoint": endpoint, "p256dh": p256dh, "auth": auth}
    known = PushSubscription.objects.filter(endpoint_sha256=fingerprint(endpoint)).first()
    if known is not None and known.ended_at is None and all(getattr(known, name) == keys[name] for name in keys):
        PushSubscription.objects.filter(pk=known.pk).update(created_at=now)  # the browser that asked last comes first
        return known
    subscription, _ = PushSubscription.objects.update_or_create(
        endpoint_sha256=fingerprint(endpoint), defaults={**keys, "created_at": now, "ended_at": None}
    )
    audit.record(actor, "push.subscribed", subscription)
    mine = PushSubscription.objects.filter(person=actor, ended_at__isnull=True).order_by("-created_at", "-pk")
    for crowded_out in mine[MOST_BROWSERS:]:
        _end(actor, crowded_out)
    return subscription


@transaction.atomic
def end_push(*, actor: Person, endpoint: str) -> None:
    """Store that a browser of a person no longer wants to be told; nothing happens to anybody else's."""
    mine = PushSubscription.objects.filter(person=actor, ended_at__isnull=True)
    for subscription in mine.filter(endpoint_sha256=fingerprint(endpoint)):
        _end(actor, subscription)


def _end(actor: Person, subscription: PushSubscription) -> None:
    subscription.ended_at = timezone.now()
    subscription.save(update_fields=["ended_at"])
    audit.record(actor, "push.ended", subscription)


def _refuse_what_is_invalid(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        push.origin_of(endpoint)
    except ValueError as problem:
        raise Refused("endpoint", str(problem)) from problem
    try:
        push.check_keys(p256dh, auth)
    except ValueError as problem:
        raise Refused("keys", "keys cannot encrypt anything, expected those that a browser gave") from problem
