"""A rating: one completed instrument at one instant, never changed; amendments stand beside it."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from backend.accounts.encryption import EncryptedTextField
from backend.accounts.models import Patient, Person
from backend.instruments import choices
from backend.tracking.models.check_ins import CheckIn
from backend.tracking.models.treatments import Treatment


class Respondent(models.TextChoices):
    """Whose answer it is."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    CAREGIVER = "caregiver"


class Timing(models.TextChoices):
    """How a rating came in: at once, after its window, kept on a device for a while, or at a doubtful time."""

    LIVE = "live"
    LATE = "late"
    OFFLINE = "offline"
    SUSPECT = "suspect"


class RatingQuerySet(models.QuerySet["Rating"]):
    """Ratings as entered, or as their last amendments leave them."""

    def visible_to(self, person: Person) -> Self:
        """Return the ratings that a person may read."""
        return self.filter(patient__in=Patient.objects.visible_to(person))

    def recorded_by(self, person: Person) -> Self:
        """Return the ratings that a person may amend."""
        return self.filter(patient__in=Patient.objects.recorded_by(person))

    def with_last_amendment(self) -> Self:
        """Add `amended_kind` and `amended_total`, both None where nothing was amended."""
        last = Amendment.objects.filter(rating=OuterRef("pk")).order_by("-pk")
        return self.annotate(
            amended_kind=Subquery(last.values("kind")[:1]), amended_total=Subquery(last.values("total")[:1])
        )

    def standing(self) -> Self:
        """Return the ratings that nobody has withdrawn."""
        unamended_or_corrected = Q(amended_kind__isnull=True) | ~Q(amended_kind=Amendment.Kind.WITHDRAW)
        return self.with_last_amendment().filter(unamended_or_corrected)

    def complete(self) -> Self:
        """Return the ratings that have a total, as their last amendments leave them."""
        unamended = Q(amended_kind__isnull=True, total__isnull=False)
        return self.with_last_amendment().filter(unamended | Q(amended_total__isnull=False))


class Rating(models.Model):
    """Answers of one instrument. `total` is empty unless every item is answered; `effective_at` is what counts.

    `device_at` is what the device's clock said, `device_sent_at` what it said on sending, `received_at` the
    server's clock then, and `skew_ms` the difference of the last two.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="ratings")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="ratings")
    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, null=True, blank=True, related_name="ratings")
    instrument = models.CharField(max_length=40, choices=choices)
    instrument_version = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    total = models.IntegerField(null=True)
    answered = models.PositiveSmallIntegerField()
    prorated = models.FloatField(null=True)
    client_uuid = models.UUIDField()
    payload_sha256 = models.CharField(max_length=64)
    respondent = models.CharField(max_length=20, choices=Respondent)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    device_at = models.DateTimeField()
    device_utc_offset_minutes = models.SmallIntegerField()
    device_tz = models.CharField(max_length=64, blank=True)
    device_sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    skew_ms = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField()
    timing = models.CharField(max_length=20, choices=Timing)

    amended_kind: str | None  # these two are added by `with_last_amendment()`
    amended_total: int | None

    objects = RatingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "client_uuid"], name="rating_once_per_patient_and_key"),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(answered__gt=0), name="rating_without_answers_has_no_total"
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(prorated__isnull=True), name="rating_is_not_prorated_when_complete"
            ),
        ]
        indexes = [
            models.Index(fields=["treatment", "instrument", "effective_at"], name="ratings_of_a_treatment"),
            models.Index(fields=["instrument", "effective_at"], name="ratings_of_late"),
        ]

    def __str__(self) -> str:
        return f"rating {self.pk}"

    @property
    def total_now(self) -> int | None:
        """Return the total as the last amendment leaves it; needs `with_last_amendment()`."""
        return self.total if self.amended_kind is None else self.amended_total


class Amendment(models.Model):
    """A fact beside a rating: it changes the answers or withdraws them; the rating itself stays as it was."""

    class Kind(models.TextChoices):
        """What an amendment does."""

        CORRECT = "correct"
        WITHDRAW = "withdraw"

    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="amendments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="amendments")
    client_uuid = models.UUIDField()
    payload_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=Kind)
    answers = models.JSONField(null=True)
    total = models.IntegerField(null=True)
    reason = EncryptedTextField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "client_uuid"], name="amendment_once_per_patient_and_key"),
            models.CheckConstraint(
                condition=Q(kind="correct", answers__isnull=False)
                | Q(kind="withdraw", answers__isnull=True, total__isnull=True),
                name="amendment_corrects_with_answers_or_withdraws_without",
            ),
        ]

    def __str__(self) -> str:
        return f"amendment {self.pk}"
