"""Patients of the clinics one works at, by the clinic's own reference."""

from django.db.models import QuerySet
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import RECORDING_ROLES, Clinic, Patient
from backend.accounts.refusals import Refused
from backend.accounts.services.patients import invite_patient
from backend.api.conventions.fields import RowId, RowSerializer, StrictSerializer, Text
from backend.api.conventions.routes import ListRoute, RowRoute
from backend.api.conventions.writes import read, stored, writable


class StoredPatient(RowSerializer):
    """A patient without name and address, which no program needs."""

    class Meta:
        """What identifies them at their clinic."""

        model = Patient
        fields = ("id", "clinic", "code", "time_zone", "created_at")


class NewPatient(StrictSerializer):
    """A patient without a sign-in; an invitation goes out from the clinic's pages."""

    clinic = RowId(required=False)
    code = Text(max_length=64)
    time_zone = Text(required=False, max_length=64)


class Patients(ListRoute):
    """`patients/`."""

    serializer_class = StoredPatient

    def get_queryset(self) -> QuerySet[Patient]:
        """Return those the person may see."""
        return Patient.objects.visible_to(self.person)

    def post(self, request: Request) -> Response:
        """Store a patient; who treats at one clinic only need not name it."""
        fields = read(NewPatient, request)
        clinic = self._clinic(fields.pop("clinic", None))
        patient = invite_patient(actor=self.person, clinic=clinic, **fields)
        return stored(StoredPatient(patient).data, location=reverse("api-patient", args=[patient.pk]))

    def _clinic(self, named: int | None) -> Clinic:
        mine = Clinic.objects.staffed_by(self.person, RECORDING_ROLES)
        if named is not None:
            return writable(mine, named, "clinic")
        found = list(mine[:2])
        if len(found) > 1:
            raise Refused("clinic", "clinic is missing, expected which of yours the patient is treated at")
        return found[0] if found else writable(mine, 0, "clinic")


class OnePatient(RowRoute):
    """`patients/{id}/`."""

    serializer_class = StoredPatient

    def get_queryset(self) -> QuerySet[Patient]:
        """Return those the person may see."""
        return Patient.objects.visible_to(self.person)
