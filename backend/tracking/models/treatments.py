"""A treatment: one dose of one drug by one route, planned and then started."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.accounts.models import Patient, Person
from backend.analysis.schedule import COURSE_GAP_HOURS, DEFAULT_PROTOCOL, PROTOCOLS, protocol

COURSE_GAP = timedelta(hours=COURSE_GAP_HOURS)
AT_HOME_BEFORE_HOURS = 12  # [design] from here before the plan a patient may say that they took a dose at home
AT_HOME_AFTER_HOURS = 24  # [design] until here after it


class Drug(models.TextChoices):
    """What was given."""

    KETAMINE = "ketamine", _("ketamine")
    ESKETAMINE = "esketamine", _("esketamine")
    OTHER = "other", pgettext_lazy("drug", "other")


class Route(models.TextChoices):
    """How it was given."""

    IV = "iv", _("IV infusion")
    IM = "im", _("into a muscle")
    SC = "sc", _("under the skin")
    INTRANASAL = "intranasal", _("nasal spray")
    ORAL = "oral", _("by mouth")
    SUBLINGUAL = "sublingual", _("under the tongue")


class Indication(models.TextChoices):
    """What it was given for."""

    GAD = "gad", _("generalised anxiety (GAD)")
    SAD = "sad", _("social anxiety (SAD)")
    PTSD = "ptsd", _("post-traumatic stress (PTSD)")
    OTHER = "other", pgettext_lazy("indication", "other")


class Progress(models.TextChoices):
    """How far a treatment has come."""

    PLANNED = "planned", pgettext_lazy("treatment", "planned")
    STARTED = "started", pgettext_lazy("treatment", "started")
    CANCELLED = "cancelled", pgettext_lazy("treatment", "cancelled")


class RedoseReason(models.TextChoices):
    """Why this treatment was given after another one."""

    UNKNOWN = "", _("not stated")
    PLANNED = "planned", pgettext_lazy("another dose", "planned")
    SYMPTOMS_RETURNED = "symptoms_returned", _("symptoms returned")


def protocol_choices() -> list[tuple[str, str]]:
    """Return (slug, title) pairs: a callable, so that a new protocol makes no migration."""
    return [(slug, str(_(protocol(slug).title))) for slug in PROTOCOLS]


class TreatmentQuerySet(models.QuerySet["Treatment"]):
    """Where every reading and writing of treatments starts."""

    def visible_to(self, person: Person) -> Self:
        """Return the treatments that a person may read."""
        return self.filter(patient__in=Patient.objects.visible_to(person))

    def recorded_by(self, person: Person) -> Self:
        """Return the treatments that a person may write for."""
        return self.filter(patient__in=Patient.objects.recorded_by(person))

    def started(self) -> Self:
        """Return the treatments whose time zero is known."""
        return self.filter(state=Progress.STARTED)

    def to_take_at_home(self, now: datetime) -> Self:
        """Return the treatments whose patients may say now that they have taken the dose, the earliest plan first."""
        earliest, latest = now - timedelta(hours=AT_HOME_AFTER_HOURS), now + timedelta(hours=AT_HOME_BEFORE_HOURS)
        planned = self.filter(at_home=True, state=Progress.PLANNED)
        about_now = planned.filter(planned_at__gte=earliest, planned_at__lte=latest)
        return about_now.order_by("planned_at", "pk")

    def needing_estimate(self) -> Self:
        """Return treatments whose facts have changed since their outcomes were made, by a mark that is kept for it."""
        return self.filter(needs_estimate=True)

    def with_other_outcomes(self, algorithm_version: int) -> Self:
        """Return treatments whose outcomes are missing or come from older facts or another algorithm.

        Or whose outcomes should not be there, because they have not started after all. This compares every row.
        """
        from backend.tracking.models.conclusions import Outcome, Unit  # noqa: PLC0415 - outcomes point back here

        stored = Outcome.objects.filter(treatment=OuterRef("pk"))
        fresh = stored.filter(
            unit=Unit.TREATMENT,
            ratings_version=OuterRef("ratings_version"),
            algorithm_version=algorithm_version,
        )
        started = Q(state=Progress.STARTED)
        return self.filter((started & ~Exists(fresh)) | (~started & Exists(stored)))


class Treatment(models.Model):
    """One dose. `started_at` is time zero of its ratings; times are UTC instants, doses mg, weights kg."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="treatments")
    drug = models.CharField(max_length=20, choices=Drug)
    drug_name = models.CharField(max_length=80, blank=True)
    route = models.CharField(max_length=20, choices=Route)
    dose_mg = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    indication = models.CharField(max_length=20, choices=Indication)
    state = models.CharField(max_length=20, choices=Progress, default=Progress.PLANNED)
    planned_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    redose_reason = models.CharField(max_length=20, choices=RedoseReason, blank=True, default=RedoseReason.UNKNOWN)
    benzodiazepine_24h = models.BooleanField(default=False)
    rescue_medication_at = models.DateTimeField(null=True, blank=True)
    psychotherapy_same_day = models.BooleanField(default=False)
    at_home = models.BooleanField(default=False)  # the patient takes it themselves, and says when
    protocol = models.CharField(max_length=40, choices=protocol_choices, default=DEFAULT_PROTOCOL)
    protocol_version = models.PositiveSmallIntegerField(default=1)
    lot = models.CharField(max_length=40, blank=True, default="")  # as printed on what was given
    ratings_version = models.PositiveIntegerField(default=0)  # goes up with every change that an outcome depends on
    needs_estimate = models.BooleanField(default=False)  # set with that change, unset with the outcomes made from it
    version = models.PositiveIntegerField(default=1)  # goes up with every correction; a form says which one it read
    created_at = models.DateTimeField(default=timezone.now)

    objects = TreatmentQuerySet.as_manager()

    class Meta:
        # The code of each is the name of the field it is about.
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "started_at"],
                condition=Q(state=Progress.STARTED),
                name="one_treatment_of_a_patient_at_an_instant",
                violation_error_code="started_at",
                violation_error_message=_("Another treatment of this patient started at the same time."),
            ),
            models.CheckConstraint(
                condition=~Q(state=Progress.STARTED) | Q(started_at__isnull=False),
                name="started_treatment_has_a_start",
                violation_error_code="started_at",
                violation_error_message=_("A treatment that has started needs the time it started at."),
            ),
            models.CheckConstraint(
                condition=~Q(state=Progress.PLANNED) | Q(started_at__isnull=True),
                name="planned_treatment_has_no_start",
                violation_error_code="started_at",
                violation_error_message=_("A treatment that is only planned has no start yet."),
            ),
            models.CheckConstraint(
                condition=~Q(state=Progress.PLANNED) | Q(planned_at__isnull=False),
                name="planned_treatment_has_a_plan",
                violation_error_code="planned_at",
                violation_error_message=_("A planned treatment needs the time it is planned for."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="treatment_ends_after_it_starts",
                violation_error_code="ended_at",
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(
                condition=~Q(drug=Drug.OTHER) | ~Q(drug_name=""),
                name="treatment_with_another_drug_names_it",
                violation_error_code="drug_name",
                violation_error_message=_("Name the drug."),
            ),
            models.CheckConstraint(
                condition=Q(dose_mg__isnull=True) | Q(dose_mg__gt=0),
                name="treatment_dose_is_positive",
                violation_error_code="dose_mg",
                violation_error_message=_("The dose must be more than 0 mg."),
            ),
            models.CheckConstraint(
                condition=Q(weight_kg__isnull=True) | Q(weight_kg__gt=0),
                name="treatment_weight_is_positive",
                violation_error_code="weight_kg",
                violation_error_message=_("The weight must be more than 0 kg."),
            ),
            models.CheckConstraint(
                condition=Q(at_home=False) | Q(route__in=[Route.ORAL, Route.SUBLINGUAL]),
                name="treatment_at_home_is_by_mouth",
                violation_error_code="at_home",
                violation_error_message=_("Only what is taken by mouth or under the tongue can be taken at home."),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "started_at"], name="treatments_of_a_patient"),
            models.Index(fields=["patient"], condition=Q(needs_estimate=True), name="treatments_needing_estimate"),
        ]

    def __str__(self) -> str:
        return f"treatment {self.pk}"

    @property
    def dosed_at(self) -> datetime | None:
        """Return the start of the dose where known, else when it is planned."""
        return self.started_at or self.planned_at

    def is_dose_day(self, moment: datetime) -> bool:
        """Tell whether an instant lies on the day of the dose where the patient lives."""
        zone = ZoneInfo(self.patient.time_zone)
        return self.dosed_at is not None and self.dosed_at.astimezone(zone).date() == moment.astimezone(zone).date()

    def continues(self, before: "Treatment") -> bool:
        """Tell whether this started treatment belongs to the course of the started one before it.

        It does when it was planned and came at most two weeks later.
        """
        if self.started_at is None or before.started_at is None:
            return False
        return self.redose_reason == RedoseReason.PLANNED and self.started_at - before.started_at <= COURSE_GAP


def courses_of(started: Iterable[Treatment]) -> list[list[Treatment]]:
    """Return the started treatments of one patient, given by time, as courses."""
    courses: list[list[Treatment]] = []
    for one in started:
        if courses and one.continues(courses[-1][-1]):
            courses[-1].append(one)
        else:
            courses.append([one])
    return courses
