"""A patient's way in: a code that opens one account, once, for a while."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from backend.accounts.models.patients import Patient
from backend.accounts.models.people import Person


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by whether they still open anything."""

    def open_at(self, now: datetime) -> Self:
        """Return the invitations that nobody has used or taken back, in their time."""
        return self.filter(used_at=None, ended_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A code shown once, kept as its SHA-256; whoever enters it becomes the patient's own sign-in."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="invitations")
    code_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # taken back, or replaced by a newer one

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invitation {self.pk}"
