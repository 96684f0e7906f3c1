"""The check-ins of a treatment, and saying that one will not be answered."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.conventions.fields import Key, RowSerializer, StrictSerializer, Text
from backend.api.conventions.pagination import PagesByNumber
from backend.api.conventions.routes import ListRoute, Route
from backend.api.conventions.writes import read, stored
from backend.tracking.models import CheckIn, Skip, Treatment
from backend.tracking.services.treating.check_ins import skip_check_in


class CheckInNow(RowSerializer):
    """A check-in and how it stands."""

    state = serializers.SerializerMethodField()
    reason = serializers.CharField()

    class Meta:
        """What a client needs to show it."""

        model = CheckIn
        fields = ("id", "name", "nominal_hours", "due_at", "opens_at", "closes_at", "state", "reason")

    def get_state(self, check_in: CheckIn) -> str:
        """Return upcoming, open, answered, missed or skipped."""
        return str(check_in.state_at(timezone.now()))


class NewSkip(StrictSerializer):
    """That a check-in will not be answered."""

    client_uuid = Key()
    reason = Text()


class StoredSkip(RowSerializer):
    """A skip as it was stored."""

    class Meta:
        """Every stored column."""

        model = Skip
        fields = ("id", "client_uuid", "patient", "check_in", "reason", "made_by", "made_at")


class CheckIns(ListRoute):
    """`treatments/{id}/check-ins/`, in the order of time."""

    serializer_class = CheckInNow
    pagination_class = PagesByNumber

    def get_queryset(self) -> QuerySet[CheckIn]:
        """Return the check-ins of a treatment one may see."""
        treatment = get_object_or_404(Treatment.objects.visible_to(self.person), pk=self.kwargs["pk"])
        return CheckIn.objects.with_answers().filter(treatment=treatment).select_related("treatment")


class Skips(Route):
    """`check-ins/{id}/skips/`."""

    def post(self, request: Request, pk: int) -> Response:
        """Store it once; sent again, or when the check-in had been skipped before, what was stored first stands."""
        mine = CheckIn.objects.recorded_by(self.person).select_related("treatment__patient")
        check_in = get_object_or_404(mine, pk=pk)
        skip, replayed = skip_check_in(actor=self.person, check_in=check_in, **read(NewSkip, request))
        return stored(StoredSkip(skip).data, replayed=replayed)
