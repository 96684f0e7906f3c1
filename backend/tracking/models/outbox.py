"""What is to happen outside the database, such as a reminder: one row each, claimed under a lease, settled once."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import Patient, Person
from backend.tracking.models.alerts import Alert
from backend.tracking.models.check_ins import CheckIn
from backend.tracking.models.treatments import Treatment


class Kind(models.TextChoices):
    """What kind of effect it is."""

    REMINDER = "reminder"
    ALERT = "alert"


class Fate(models.TextChoices):
    """What became of an effect."""

    WAITING = "waiting"
    SENT = "sent"  # a channel took it
    EXPIRED = "expired"  # its time passed before it could be sent
    DROPPED = "dropped"  # no longer wanted: answered, skipped, superseded, or consent withdrawn
    FAILED = "failed"  # no channel took it, or it is not known whether one did


class Channel(models.TextChoices):
    """How a patient is reached."""

    PUSH = "push"
    SMS = "sms"
    EMAIL = "email"


class EffectQuerySet(models.QuerySet["Effect"]):
    """Effects by what is still to be done about them."""

    def due(self, now: datetime) -> Self:
        """Return the effects to carry out now that nobody has under a lease, the oldest first."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.filter(free, state=Fate.WAITING, due_at__lte=now).order_by("due_at", "pk")


class Effect(models.Model):
    """One effect outside the database. `dedupe_key` says which one it is, so that it is planned once."""

    kind = models.CharField(max_length=20, choices=Kind)
    dedupe_key = models.CharField(max_length=100, unique=True)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="effects")
    check_in = models.ForeignKey(CheckIn, models.CASCADE, null=True, related_name="effects")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="effects")
    recipient = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # of an alert; else the patient
    number = models.PositiveSmallIntegerField(default=0)  # of the reminders of a check-in: 0 the first, then repeats
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=Fate, default=Fate.WAITING)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="")  # of the last attempt
    settled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EffectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=Fate.WAITING, settled_at__isnull=True)
                | (~Q(state=Fate.WAITING) & Q(settled_at__isnull=False)),
                name="effect_is_settled_or_waiting",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.REMINDER, alert=None, recipient=None)
                | Q(kind=Kind.ALERT, alert__isnull=False, recipient__isnull=False, check_in=None),
                name="effect_is_about_what_its_kind_says",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=Fate.WAITING), name="effects_waiting"),
        ]

    def __str__(self) -> str:
        return f"effect {self.pk}"


class StepName(models.TextChoices):
    """What happened on the way from a plan to an answer."""

    PLANNED = "planned"
    SENT = "sent"  # the attempt is about to be made; what came of it stands in the steps after it
    ACCEPTED = "accepted"  # the channel took it
    DELIVERED = "delivered"  # the phone showed it
    OPENED = "opened"
    FIRST_TAP = "first_tap"
    ANSWERED = "answered"
    RECEIVED = "received"
    UNDONE = "undone"
    EXPIRED = "expired"
    DROPPED = "dropped"
    FAILED = "failed"


class Step(models.Model):
    """A fact: one step of a check-in's way, which explains why an answer is missing. Never changed, never deleted.

    `at` is when it happened: by the device's clock for what happened on a phone, else by the server's.
    """

    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="steps")
    check_in_number = models.PositiveSmallIntegerField()  # as another protocol may leave no such check-in to point at
    reminder_number = models.PositiveSmallIntegerField(null=True)  # empty where no reminder led to it
    name = models.CharField(max_length=10, choices=StepName)
    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["treatment", "check_in_number"], name="steps_of_a_check_in")]

    def __str__(self) -> str:
        return f"step {self.pk}"
