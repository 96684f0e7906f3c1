"""What was concluded from the ratings of a treatment or of a course, never older than they are."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied

from backend.accounts.reading import note_reading
from backend.analysis.outcomes.rules import RULE_SETS
from backend.api.conventions.fields import RowSerializer
from backend.api.conventions.routes import ListRoute
from backend.tracking.anchoring import withheld_from
from backend.tracking.estimation import fresh_outcomes
from backend.tracking.models import Outcome, Treatment, Unit
from backend.tracking.services.refusals import Refused

WITHHELD = "Your results can be read again once the +4 h check-in of this treatment has closed."


class FreshOutcome(RowSerializer):
    """The columns of outcomes.csv; null is "not seen" for an upper end of a span, and else "not known"."""

    patient = serializers.PrimaryKeyRelatedField[Any](source="treatment.patient", read_only=True)

    class Meta:
        """The columns in the order of outcomes.csv, then in words, then what it was computed from."""

        model = Outcome
        fields = (
            "patient",
            "treatment",
            "instrument",
            "rule_set",
            "status",
            "reason",
            "baseline",
            "n_ratings",
            "onset_lower_hours",
            "onset_upper_hours",
            "loss_lower_hours",
            "loss_upper_hours",
            "loss_lower_e2_hours",
            "loss_upper_e2_hours",
            "duration_lower_hours",
            "duration_upper_hours",
            "best_improvement_percent",
            "flags",
            "unit",
            "sentence",
            "ratings_version",
            "rule_set_version",
            "instrument_version",
            "algorithm_version",
            "input_sha256",
            "computed_at",
        )


class TreatmentOutcomes(ListRoute):
    """`treatments/{id}/outcomes/?rule_set=`."""

    serializer_class = FreshOutcome
    query_parameters = ListRoute.query_parameters | {"rule_set"}
    unit = Unit.TREATMENT

    def get_queryset(self) -> QuerySet[Outcome]:
        """Return the outcomes under the rule set asked for, or under each."""
        asked = self.request.query_params.get("rule_set")
        if asked is not None and asked not in RULE_SETS:
            raise Refused("rule_set", f"rule_set is {asked!r}, expected one of {', '.join(RULE_SETS)}")
        treatment = get_object_or_404(
            Treatment.objects.visible_to(self.person).select_related("patient"), pk=self.kwargs["pk"]
        )
        if withheld_from(self.person, timezone.now()).filter(pk=treatment.patient_id).exists():
            raise PermissionDenied(WITHHELD)
        note_reading(reader=self.person, patients=[treatment.patient])
        outcomes = fresh_outcomes(treatment, self.unit).select_related("treatment")
        return outcomes if asked is None else outcomes.filter(rule_set=asked)


class CourseOutcomes(TreatmentOutcomes):
    """`courses/{id}/outcomes/?rule_set=`, by the id of the treatment that opens the course."""

    unit = Unit.COURSE

    def get_queryset(self) -> QuerySet[Outcome]:
        """Return the outcomes; a treatment that opens no course is no course."""
        outcomes = super().get_queryset()
        if not outcomes.exists():
            raise Http404
        return outcomes
