"""Treatments: reading those one may see; clinic staff record and correct them."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Patient
from backend.api.conventions.fields import Flag, Instant, Number, RowId, RowSerializer, StrictSerializer, Text
from backend.api.conventions.routes import ListRoute, RowRoute
from backend.api.conventions.versions import Overtaken, expected_version, tagged
from backend.api.conventions.writes import read, stored, writable
from backend.tracking.models import Treatment
from backend.tracking.services.refusals import Conflict
from backend.tracking.services.treating.treatments import correct_treatment, record_treatment


class StoredTreatment(RowSerializer):
    """A treatment as it stands."""

    dose_mg = Number()
    weight_kg = Number()

    class Meta:
        """Every column but those for jobs."""

        model = Treatment
        fields = (
            "id",
            "patient",
            "drug",
            "drug_name",
            "route",
            "dose_mg",
            "weight_kg",
            "indication",
            "state",
            "planned_at",
            "started_at",
            "ended_at",
            "redose_reason",
            "benzodiazepine_24h",
            "rescue_medication_at",
            "psychotherapy_same_day",
            "at_home",
            "protocol",
            "protocol_version",
            "lot",
            "version",
            "created_at",
        )


class TreatmentChanges(StrictSerializer):
    """What may be told of a treatment; which values and combinations make sense is for the service to say."""

    drug = Text(required=False)
    drug_name = Text(required=False, allow_blank=True)
    route = Text(required=False)
    dose_mg = Number(required=False, allow_null=True)
    weight_kg = Number(required=False, allow_null=True)
    indication = Text(required=False)
    state = Text(required=False)
    planned_at = Instant(required=False, allow_null=True)
    started_at = Instant(required=False, allow_null=True)
    ended_at = Instant(required=False, allow_null=True)
    redose_reason = Text(required=False, allow_blank=True)
    benzodiazepine_24h = Flag(required=False)
    rescue_medication_at = Instant(required=False, allow_null=True)
    psychotherapy_same_day = Flag(required=False)
    at_home = Flag(required=False)
    protocol = Text(required=False)
    lot = Text(required=False, allow_blank=True)


class NewTreatment(TreatmentChanges):
    """A treatment and whose it is."""

    patient = RowId()


class Treatments(ListRoute):
    """`treatments/`."""

    serializer_class = StoredTreatment

    def get_queryset(self) -> QuerySet[Treatment]:
        """Return those the person may see."""
        return Treatment.objects.visible_to(self.person)

    def post(self, request: Request) -> Response:
        """Store a treatment that is planned or has started; its check-ins follow from its protocol."""
        details = read(NewTreatment, request)
        mine = Patient.objects.treated_by(self.person).select_related("clinic")
        patient = writable(mine, details.pop("patient"), "patient")
        treatment = record_treatment(actor=self.person, patient=patient, details=details)
        answer = stored(StoredTreatment(treatment).data, location=reverse("api-treatment", args=[treatment.pk]))
        return tagged(answer, treatment.version)


class OneTreatment(RowRoute):
    """`treatments/{id}/`."""

    serializer_class = StoredTreatment

    def get_queryset(self) -> QuerySet[Treatment]:
        """Return those the person may see."""
        return Treatment.objects.visible_to(self.person)

    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """Show it, with the entity tag that a correction may ask for."""
        answer = super().get(request, *args, **kwargs)
        return tagged(answer, answer.data["version"])

    def patch(self, request: Request, pk: int) -> Response:
        """Correct, start or cancel it; fields that are left out stay. With `If-Match` only the version it names."""
        mine = Treatment.objects.filter(patient__in=Patient.objects.treated_by(self.person))
        treatment = get_object_or_404(mine.select_related("patient__clinic"), pk=pk)
        changes = read(TreatmentChanges, request)
        try:
            expected = expected_version(request, treatment.version)
            changed = correct_treatment(
                actor=self.person, treatment=treatment, changes=changes, expected_version=expected
            )
        except Conflict:
            raise Overtaken(mine.get(pk=pk).version) from None
        return tagged(Response(StoredTreatment(changed).data), changed.version)
