"""The addresses of the pages."""

from django.urls import path

from backend.web.clinician import cohorts, patient, patients
from backend.web.patient import check_ins, home

urlpatterns = [
    path("", home.home, name="home"),
    path("check-ins/<int:check_in_id>/", check_ins.check_in, name="check-in"),
    path("check-ins/<int:check_in_id>/skip/", check_ins.skip, name="skip"),
    path("treatments/<int:treatment_id>/outcome/", home.outcome, name="outcome"),
    path("patients/", patients.patients, name="patients"),
    path("patients/<int:patient_id>/", patient.patient, name="patient"),
    path("cohorts/", cohorts.cohorts, name="cohorts"),
]
