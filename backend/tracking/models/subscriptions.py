"""Browsers that asked to be told when a check-in opens."""

from hashlib import sha256

from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models import Person


class PushSubscription(models.Model):
    """One browser of a person, and how to encrypt what is pushed to it (RFC 8291). Whoever holds these can write to it.

    The endpoint is an address the browser gave: only hosts in `settings.PUSH_HOSTS` are ever asked for anything.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="push_subscriptions")
    endpoint = EncryptedTextField()
    endpoint_sha256 = models.CharField(max_length=64)
    p256dh = EncryptedTextField()
    auth = EncryptedTextField()
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)  # the push service or the person said so

    class Meta:
        constraints = [UniqueConstraint(fields=["endpoint_sha256"], name="push_endpoint_once")]

    def __str__(self) -> str:
        return f"push subscription {self.pk}"


def fingerprint(endpoint: str) -> str:
    """Return what an endpoint is found by."""
    return sha256(endpoint.encode()).hexdigest()
