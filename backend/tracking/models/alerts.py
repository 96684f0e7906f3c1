"""Which scores somebody at the clinic wants to hear of, and each time one was crossed."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models import RECORDING_ROLES, Clinic, Patient, Person
from backend.instruments import choices
from backend.tracking.models.ratings import Rating


class Crossing(models.TextChoices):
    """What a rule looks at."""

    TOTAL = "total", _("a total of at least")
    RISE = "rise", _("points above the patient’s own baseline of at least")
    ITEM = "item", _("one answer of at least")


class AlertRule(models.Model):
    """A rule of one clinic, in points of an instrument. Never changed: it ends, and another one begins."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="alert_rules")
    instrument = models.CharField(max_length=40, choices=choices)
    kind = models.CharField(max_length=10, choices=Crossing)
    item = models.PositiveSmallIntegerField(null=True, blank=True)  # which answer, from 1
    points = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(points__gt=0), name="alert_rule_is_above_zero"),
            CheckConstraint(
                condition=(Q(kind=Crossing.ITEM) & Q(item__gt=0)) | (~Q(kind=Crossing.ITEM) & Q(item=None)),
                name="alert_rule_names_an_item_where_it_looks_at_one",
            ),
        ]

    def __str__(self) -> str:
        return f"alert rule {self.pk}"


class AlertQuerySet(models.QuerySet["Alert"]):
    """Where reading and acknowledging alerts starts."""

    def treated_by(self, person: Person) -> Self:
        """Return the alerts of clinics where a person treats."""
        return self.filter(patient__clinic__in=Clinic.objects.staffed_by(person, RECORDING_ROLES))

    def unacknowledged(self) -> Self:
        """Return those that nobody has said they saw."""
        return self.filter(acknowledged_at=None)


class Alert(models.Model):
    """One crossing of one rule by one rating. `quiet`: listed only, because another one about the patient was near."""

    rule = models.ForeignKey(AlertRule, models.PROTECT, related_name="alerts")
    rating = models.ForeignKey(Rating, models.PROTECT, related_name="alerts")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="alerts")
    points = models.IntegerField()  # what the rating had, as the rule looks at it
    quiet = models.BooleanField(default=False)
    raised_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    what_was_done = EncryptedTextField(blank=True, default="")
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["rule", "rating"], name="alert_once_per_rule_and_rating"),
            CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_is_acknowledged_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "raised_at"], name="alerts_of_a_patient"),
            models.Index(fields=["patient"], condition=Q(acknowledged_at=None), name="alerts_unacknowledged"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"
