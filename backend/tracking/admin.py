"""Facts and conclusions in Django's own admin, to look at: facts are never changed, conclusions only by jobs."""

from django.contrib import admin

from backend.accounts.admin import ReadOnlyAdmin
from backend.tracking.models import Amendment, CheckIn, Outcome, Rating, Skip, Stratum, StratumCells, Treatment


@admin.register(Treatment)
class TreatmentAdmin(ReadOnlyAdmin):
    """Treatments."""

    list_display = ("id", "patient", "drug", "route", "indication", "state", "planned_at", "started_at")
    list_filter = ("state", "route", "drug", "indication", "protocol")
    list_select_related = ("patient",)
    ordering = ("-pk",)


@admin.register(CheckIn)
class CheckInAdmin(ReadOnlyAdmin):
    """Check-ins."""

    list_display = ("id", "treatment", "name", "due_at", "opens_at", "closes_at", "superseded")
    list_select_related = ("treatment",)
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Ratings, as they came."""

    list_display = ("id", "patient", "treatment", "instrument", "total", "effective_at", "timing")
    list_filter = ("instrument", "timing", "respondent")
    list_select_related = ("patient", "treatment")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Amendment)
class AmendmentAdmin(ReadOnlyAdmin):
    """Amendments of ratings."""

    list_display = ("id", "rating", "kind", "total", "made_by", "made_at")
    list_select_related = ("rating", "made_by")
    ordering = ("-pk",)


@admin.register(Skip)
class SkipAdmin(ReadOnlyAdmin):
    """Check-ins that somebody said would not be answered."""

    list_display = ("id", "patient", "check_in", "reason", "made_at")
    list_select_related = ("patient", "check_in")
    ordering = ("-pk",)


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    """Outcomes, with what they were computed from."""

    list_display = ("id", "treatment", "unit", "instrument", "rule_set", "status", "ratings_version", "computed_at")
    list_filter = ("unit", "instrument", "rule_set", "status")
    list_select_related = ("treatment",)
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Stratum)
class StratumAdmin(ReadOnlyAdmin):
    """Strata of cohorts."""

    list_display = ("clinic", "month", "route", "drug", "indication", "protocol", "unit", "outcomes_version")
    list_select_related = ("clinic",)
    ordering = ("-pk",)


@admin.register(StratumCells)
class StratumCellsAdmin(ReadOnlyAdmin):
    """Counts of strata."""

    list_display = ("stratum", "instrument", "rule_set", "algorithm_version")
    list_select_related = ("stratum",)
    ordering = ("-pk",)
