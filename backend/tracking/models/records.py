"""What staff write about a patient beside ratings: notes, and the treatments that came before."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models import Patient, Person
from backend.tracking.models.treatments import Treatment


class Note(models.Model):
    """A fact: what somebody wrote down, and when. Never changed; another note says what was wrong with it."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="notes")
    treatment = models.ForeignKey(Treatment, models.PROTECT, null=True, blank=True, related_name="notes")
    client_uuid = models.UUIDField()
    text = EncryptedTextField()
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "client_uuid"], name="note_once_per_patient_and_key"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class TreatmentClass(models.TextChoices):
    """What kind of treatment for anxiety it was."""

    SSRI = "ssri", _("SSRI")
    SNRI = "snri", _("SNRI")
    TRICYCLIC = "tricyclic", _("tricyclic antidepressant")
    OTHER_ANTIDEPRESSANT = "other_antidepressant", _("other antidepressant")
    BUSPIRONE = "buspirone", _("buspirone")
    BENZODIAZEPINE = "benzodiazepine", _("benzodiazepine")
    GABAPENTINOID = "gabapentinoid", _("pregabalin or gabapentin")
    ANTIPSYCHOTIC = "antipsychotic", _("antipsychotic")
    BETA_BLOCKER = "beta_blocker", _("beta blocker")
    PSYCHOTHERAPY = "psychotherapy", _("psychotherapy")
    STIMULATION = "stimulation", _("TMS or ECT")
    KETAMINE = "ketamine", _("ketamine or esketamine elsewhere")
    OTHER = "other", pgettext_lazy("treatment", "other")


class Adequate(models.TextChoices):
    """Whether dose and time were enough to tell whether it works."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("not known")


class StoppedBecause(models.TextChoices):
    """Why it ended."""

    NO_EFFECT = "no_effect", _("too little effect")
    SIDE_EFFECTS = "side_effects", _("side effects")
    LOST_EFFECT = "lost_effect", _("the effect was lost")
    WELL = "well", _("no longer needed")
    STILL_TAKEN = "still_taken", _("still going on")
    OTHER = "other", pgettext_lazy("reason", "another reason")
    UNKNOWN = "unknown", _("not known")


class PreviousTreatmentQuerySet(models.QuerySet["PreviousTreatment"]):
    """Previous treatments as they stand."""

    def standing(self) -> Self:
        """Return those that nobody took off the list."""
        return self.filter(removed_at=None)


class PreviousTreatment(models.Model):
    """One treatment for anxiety before the first one here; what was wrongly listed is taken off, not deleted."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="previous_treatments")
    kind = models.CharField(max_length=30, choices=TreatmentClass)
    name = models.CharField(max_length=80, blank=True, default="")
    adequate = models.CharField(max_length=10, choices=Adequate)
    stopped_because = models.CharField(max_length=20, choices=StoppedBecause)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = PreviousTreatmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["patient"], condition=models.Q(removed_at__isnull=False), name="previous_treatments_taken_off"
            ),
        ]

    def __str__(self) -> str:
        return f"previous treatment {self.pk}"
