"""What staff saw in the hours after a dose: pressure, sedation, dissociation, oxygen. Facts, replaced by facts."""

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models import Person
from backend.tracking.models.treatments import Treatment

# Lowest and highest of each number that can be right.
RANGES = {"systolic": (40, 300), "diastolic": (20, 200), "pulse": (20, 250), "oxygen_percent": (50, 100)}


class Sedation(models.IntegerChoices):
    """How sleepy the patient was, by looking and speaking to them [design]."""

    AWAKE = 0, _("awake")
    DROWSY = 1, _("drowsy, answers at once")
    ROUSED_BY_VOICE = 2, _("asleep, wakes when spoken to")
    HARD_TO_ROUSE = 3, _("wakes only when touched")


class Dissociation(models.IntegerChoices):
    """How far away the patient seemed [design]."""

    NONE = 0, _("none")
    MILD = 1, _("mild")
    MODERATE = 2, _("moderate")
    SEVERE = 3, _("severe")


class ObservationQuerySet(models.QuerySet["Observation"]):
    """Observations as they stand."""

    def standing(self) -> Self:
        """Return those that nothing replaced and nobody struck."""
        return self.filter(replaced_by=None, struck=False)


class Observation(models.Model):
    """One look at a patient: pressures in mmHg, oxygen saturation in percent, pulse a minute; empty: not taken.

    Never changed: a correction is another row that `replaces` it, and strikes it where `struck`.
    """

    treatment = models.ForeignKey(Treatment, models.PROTECT, related_name="observations")
    client_uuid = models.UUIDField()
    at = models.DateTimeField()
    systolic = models.PositiveSmallIntegerField(null=True, blank=True)
    diastolic = models.PositiveSmallIntegerField(null=True, blank=True)
    pulse = models.PositiveSmallIntegerField(null=True, blank=True)
    oxygen_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    sedation = models.PositiveSmallIntegerField(choices=Sedation, null=True, blank=True)
    dissociation = models.PositiveSmallIntegerField(choices=Dissociation, null=True, blank=True)
    remark = EncryptedTextField(blank=True, default="")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    struck = models.BooleanField(default=False)
    reason = EncryptedTextField(blank=True, default="")  # why it replaces another
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["treatment", "client_uuid"], name="observation_once_per_treatment_and_key"),
            CheckConstraint(
                condition=Q(systolic=None, diastolic=None)
                | Q(
                    systolic__isnull=False,
                    diastolic__isnull=False,  # or one alone would make the rest neither true nor false
                    systolic__range=RANGES["systolic"],
                    diastolic__range=RANGES["diastolic"],
                    systolic__gt=models.F("diastolic"),
                ),
                name="observation_has_both_pressures",
                violation_error_code="systolic",
                violation_error_message=_("Both pressures are needed or neither, systolic above diastolic."),
            ),
            CheckConstraint(
                condition=Q(oxygen_percent=None) | Q(oxygen_percent__range=RANGES["oxygen_percent"]),
                name="observation_oxygen_is_a_percentage",
                violation_error_code="oxygen_percent",
                violation_error_message=_("Oxygen is written in percent, from 50 to 100."),
            ),
            CheckConstraint(
                condition=Q(pulse=None) | Q(pulse__range=RANGES["pulse"]),
                name="observation_pulse_is_plausible",
                violation_error_code="pulse",
                violation_error_message=_("The pulse is written in beats a minute, from 20 to 250."),
            ),
        ]
        indexes = [models.Index(fields=["treatment", "at"], name="observations_by_time")]

    def __str__(self) -> str:
        return f"observation {self.pk}"
