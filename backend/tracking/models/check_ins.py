"""A planned occasion to rate, and why one was skipped."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Patient, Person
from backend.instruments import PRIMARY
from backend.tracking.models.treatments import Progress, Treatment


class State(models.TextChoices):
    """How a check-in stands at some instant."""

    UPCOMING = "upcoming"
    OPEN = "open"
    ANSWERED = "answered"
    MISSED = "missed"
    SKIPPED = "skipped"


class SkipReason(models.TextChoices):
    """Why the patient did not want to rate."""

    TOO_SLEEPY = "too_sleepy", _("Too sleepy")
    NOT_NOW = "not_now", _("Not now")
    STOPPED = "stopped", _("I have stopped")
    OTHER = "other", _("Another reason")


SUPERSEDED = "superseded"  # the reason of check-ins that a later treatment closed


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    """Check-ins with what happened at them."""

    def recorded_by(self, person: Person) -> Self:
        """Return the check-ins that a person may answer or skip."""
        return self.filter(treatment__patient__in=Patient.objects.recorded_by(person))

    def with_answers(self) -> Self:
        """Add `is_answered` (the primary series was rated and stands) and `skip_reason` (None if not skipped)."""
        from backend.tracking.models.ratings import Rating  # noqa: PLC0415 - ratings point back here

        rated = Rating.objects.complete().filter(check_in=OuterRef("pk"), instrument=PRIMARY)
        skipped = Skip.objects.filter(check_in=OuterRef("pk")).order_by("pk").values("reason")[:1]
        return self.annotate(is_answered=Exists(rated), skip_reason=Subquery(skipped))

    def unsettled(self, patient: Patient) -> Self:
        """Return the check-ins of a patient that can still be answered, or will be."""
        return self.waiting().filter(treatment__patient=patient)

    def waiting(self) -> Self:
        """Return the check-ins of anybody that nobody answered, skipped or called off."""
        return (
            self.with_answers()
            .filter(superseded=False, is_answered=False, skip_reason__isnull=True)
            .exclude(treatment__state=Progress.CANCELLED)
        )

    def open_at(self, now: datetime) -> Self:
        """Return the check-ins whose windows are open, the earlier treatment's first."""
        opened = self.filter(opens_at__lte=now, closes_at__gt=now)
        return opened.order_by(F("treatment__started_at").asc(nulls_last=True), "due_at", "number")


class CheckIn(models.Model):
    """One occasion of one treatment: due at an instant, open in [opens_at, closes_at)."""

    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="check_ins")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    nominal_hours = models.FloatField(null=True)  # since the start of the dose; empty before it
    due_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    superseded = models.BooleanField(default=False)  # a later treatment closed it

    is_answered: bool  # these two are added by `with_answers()`
    skip_reason: str | None

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["treatment", "number"], name="check_in_once_per_treatment_and_number"),
            models.CheckConstraint(condition=Q(closes_at__gte=F("opens_at")), name="check_in_closes_after_it_opens"),
        ]
        indexes = [models.Index(fields=["opens_at"], name="check_ins_by_opening")]  # reminders: what opens soon

    def __str__(self) -> str:
        return f"check-in {self.pk}"

    def state_at(self, now: datetime) -> State:
        """Return how it stands; needs `with_answers()`."""
        if self.is_answered:
            return State.ANSWERED
        if self.skip_reason is not None or self.superseded or self.treatment.state == Progress.CANCELLED:
            return State.SKIPPED
        if now < self.opens_at:
            return State.UPCOMING
        return State.OPEN if now < self.closes_at else State.MISSED

    @property
    def reason(self) -> str:
        """Return why it was skipped, empty if it was not; needs `with_answers()`."""
        if self.is_answered:
            return ""
        if self.skip_reason is None and self.treatment.state == Progress.CANCELLED:
            return str(Progress.CANCELLED)
        return self.skip_reason or (SUPERSEDED if self.superseded else "")


class Skip(models.Model):
    """A fact: somebody said that a check-in will not be answered, and why. Never changed, never deleted."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="skips")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="skips")
    client_uuid = models.UUIDField()
    reason = models.CharField(max_length=20, choices=SkipReason)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "client_uuid"], name="skip_once_per_patient_and_key"),
        ]

    def __str__(self) -> str:
        return f"skip {self.pk}"
