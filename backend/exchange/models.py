"""API tokens: how a program shows that it acts for a person."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils import timezone

from backend.accounts.models import Person


class Scope(models.TextChoices):
    """What a token may be used for."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Which tokens open the door."""

    def usable(self, now: datetime) -> Self:
        """Return the tokens that are neither expired nor revoked, of people who may sign in."""
        return self.filter(expires_at__gt=now, revoked_at__isnull=True, person__is_active=True)


class ApiToken(models.Model):
    """A token of a person for their own programs; the database holds its hash, never the token itself."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)  # what it is for, in the person's words
    prefix = models.CharField(max_length=16)  # its first characters, to tell tokens apart in lists
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()  # list of Scope
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        """What must never be true of a token."""

        constraints = (
            CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="token_expires_after_it_is_made"),
        )

    def __str__(self) -> str:
        return f"token {self.prefix}…"
