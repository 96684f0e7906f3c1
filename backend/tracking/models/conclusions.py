"""What jobs concluded from the facts: outcomes, and the counts that cohort curves follow from. All rebuildable."""

from typing import Self

from django.db import models

from backend.accounts.models import Clinic, Person
from backend.analysis.outcomes.kernel import Reason, Status
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.sentences import TO_CLINICIANS, Told, Voice, sentence
from backend.tracking.models.treatments import Treatment


class Unit(models.TextChoices):
    """What an outcome is of."""

    TREATMENT = "treatment"
    COURSE = "course"


class StratumQuerySet(models.QuerySet["Stratum"]):
    """Strata and whether their counts are up to date."""

    def visible_to(self, person: Person) -> Self:
        """Return the strata of clinics where a person may see every patient."""
        return self.filter(clinic__in=Clinic.objects.staffed_by(person))

    def needing_count(self) -> Self:
        """Return strata whose counts come from older outcomes."""
        return self.filter(outcomes_version__gt=models.F("counted_version"))


class Stratum(models.Model):
    """Index treatments (or courses) of one clinic and month that are alike in all that cohorts are chosen by."""

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="strata")
    month = models.DateField()  # the first day of the month the treatment started in, UTC
    route = models.CharField(max_length=20)
    drug = models.CharField(max_length=20)
    drug_name = models.CharField(max_length=80, blank=True)
    indication = models.CharField(max_length=20)
    protocol = models.CharField(max_length=40)
    unit = models.CharField(max_length=20, choices=Unit)
    outcomes_version = models.PositiveIntegerField(default=0)
    counted_version = models.PositiveIntegerField(default=0)

    objects = StratumQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "month", "route", "drug", "drug_name", "indication", "protocol", "unit"],
                name="stratum_once_per_combination",
            ),
        ]

    def __str__(self) -> str:
        return f"stratum {self.pk}"


class StratumCells(models.Model):
    """How the outcomes of one stratum are spread over pairs of spans, in one series under one rule set.

    `counts` is `backend.analysis.cohorts.counts.Counts` as JSON.
    """

    stratum = models.ForeignKey(Stratum, on_delete=models.CASCADE, related_name="cells")
    instrument = models.CharField(max_length=40)
    rule_set = models.CharField(max_length=20)
    algorithm_version = models.PositiveSmallIntegerField()
    counts = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stratum", "instrument", "rule_set"], name="cells_once_per_series_and_rule_set"
            ),
        ]

    def __str__(self) -> str:
        return f"cells {self.pk}"


class CohortCurve(models.Model):
    """A cohort's estimates, kept under what they follow from: `key` names strata, their versions and the selection.

    `estimates` is `backend.tracking.cohorts` as JSON. Nothing is lost with a row: it is computed again when asked for.
    """

    key = models.CharField(max_length=64, unique=True)  # SHA-256
    clinics = models.JSONField()  # whose strata it was made from
    selection = models.JSONField()
    estimates = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["computed_at"], name="cohort_curves_by_age")]

    def __str__(self) -> str:
        return f"cohort curve {self.pk}"


class Outcome(models.Model):
    """What was concluded from one series of one treatment, or of the course it opens, under one rule set.

    Spans are half-open `(lower, upper]` in hours; an upper end of infinity is "not seen", empty is "not known".
    The versions and the hash of the inputs say what it was computed from; `grid_place`, `grid_due` and
    `grid_answered` are what it counts as in cohorts: a `Member` of `backend.analysis.cohorts.counts`.
    """

    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="outcomes")
    unit = models.CharField(max_length=20, choices=Unit)
    instrument = models.CharField(max_length=40)
    rule_set = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True)
    baseline = models.FloatField(null=True)
    n_ratings = models.PositiveIntegerField()
    onset_lower_hours = models.FloatField(null=True)
    onset_upper_hours = models.FloatField(null=True)
    loss_lower_hours = models.FloatField(null=True)
    loss_upper_hours = models.FloatField(null=True)
    loss_lower_e2_hours = models.FloatField(null=True)
    loss_upper_e2_hours = models.FloatField(null=True)
    duration_lower_hours = models.FloatField(null=True)
    duration_upper_hours = models.FloatField(null=True)
    best_improvement_percent = models.FloatField(null=True)
    last_rating_hours = models.FloatField(null=True)
    last_score = models.FloatField(null=True)
    is_worse = models.BooleanField(default=False)  # at least the reliable change above baseline, at the last rating
    is_relief_ending = models.BooleanField(default=False)  # as `backend.analysis.latest.Latest` says
    last_dose_hours = models.FloatField()  # from the first dose of a course to its last, 0 for one dose
    flags = models.CharField(max_length=250, blank=True)
    sentence = models.TextField()
    grid_place = models.CharField(max_length=120)
    grid_due = models.PositiveIntegerField()  # bits
    grid_answered = models.PositiveIntegerField()  # bits
    stratum = models.ForeignKey(Stratum, on_delete=models.SET_NULL, null=True, related_name="outcomes")
    ratings_version = models.PositiveIntegerField()  # of a course: the sum over its treatments
    rule_set_version = models.PositiveSmallIntegerField()
    instrument_version = models.PositiveSmallIntegerField()
    algorithm_version = models.PositiveSmallIntegerField()
    input_sha256 = models.CharField(max_length=64)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "unit", "instrument", "rule_set"], name="outcome_once_per_series_and_rule_set"
            ),
        ]
        indexes = [
            models.Index(fields=["treatment", "unit", "ratings_version"], name="fresh_outcomes"),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"

    def in_words(self, voice: Voice = TO_CLINICIANS) -> str:
        """Return the outcome in one sentence, in the language of whoever reads; what is stored is English."""
        never = float("nan")
        told = Told(
            Status[self.status],
            Reason[self.reason or "none"],
            onset_upper=never if self.onset_upper_hours is None else self.onset_upper_hours,
            loss_lower=never if self.loss_lower_hours is None else self.loss_lower_hours,
            loss_upper=never if self.loss_upper_hours is None else self.loss_upper_hours,
            last_rating=never if self.last_rating_hours is None else self.last_rating_hours,
            last_dose_hours=self.last_dose_hours,
        )
        return sentence(told, rule_set(self.rule_set), voice)
