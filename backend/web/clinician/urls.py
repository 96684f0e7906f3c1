"""The addresses of the staff's pages, room by room."""

from django.urls import URLPattern, path

from backend.web.clinician.cohorts import page as cohorts
from backend.web.clinician.patient import page as patient
from backend.web.clinician.today import patients
from backend.web.clinician.treating import dose

TODAY = [
    path("patients/", patients.patients, name="patients"),
]

PATIENT = [
    path("patients/<int:patient_id>/", patient.patient, name="patient"),
]

TREATING = [
    path("patients/<int:patient_id>/treatments/<int:treatment_id>/start/", dose.dose_start, name="dose-start"),
]

COHORTS = [
    path("cohorts/", cohorts.cohorts, name="cohorts"),
]

CLINIC: list[URLPattern] = []

urlpatterns = [*TODAY, *PATIENT, *TREATING, *COHORTS, *CLINIC]
