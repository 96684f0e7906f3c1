"""The addresses of the staff's pages, room by room."""

from django.urls import path

from backend.web.clinician.clinic import alert_plan, quality, room, settings, staff
from backend.web.clinician.cohorts import compare, downloads
from backend.web.clinician.cohorts import page as cohorts
from backend.web.clinician.enrolling import enrol, enrolment, invitation, kiosk
from backend.web.clinician.patient import amend, notes, report
from backend.web.clinician.patient import page as patient
from backend.web.clinician.patient.observations import correcting, sheet
from backend.web.clinician.patient.observations import pages as observations
from backend.web.clinician.today import alerts, patients, today
from backend.web.clinician.treating import cancel, correct, dose, plan

TODAY = [
    path("today/", today.today, name="today"),
    path("today/list/", today.today_list, name="today-list"),
    path("alerts/<int:alert_id>/acknowledge/", alerts.alert_acknowledge, name="alert-acknowledge"),
    path("patients/", patients.patients, name="patients"),
]

PATIENT = [
    path("patients/<int:patient_id>/", patient.patient, name="patient"),
    path("patients/<int:patient_id>/report/", report.report, name="report"),
    path("patients/<int:patient_id>/report.pdf", report.report_pdf, name="report-pdf"),
    path("patients/<int:patient_id>/notes/", notes.notes, name="notes"),
    path("patients/<int:patient_id>/ratings/<int:rating_id>/amend/", amend.amend, name="amend"),
    path(
        "patients/<int:patient_id>/treatments/<int:treatment_id>/observations/",
        observations.observations,
        name="observations",
    ),
    path(
        "patients/<int:patient_id>/treatments/<int:treatment_id>/observations/<int:observation_id>/",
        correcting.observation,
        name="observation",
    ),
    path(
        "patients/<int:patient_id>/treatments/<int:treatment_id>/monitoring/",
        sheet.monitoring_sheet,
        name="monitoring-sheet",
    ),
]

ENROLLING = [
    path("patients/new/", enrol.enrol, name="enrol"),
    path("patients/<int:patient_id>/enrolment/", enrolment.enrolment, name="enrolment"),
    path("patients/<int:patient_id>/invitation/", invitation.invitation, name="invitation"),
    path("patients/<int:patient_id>/kiosk/<int:check_in_id>/", kiosk.kiosk, name="kiosk"),
]

TREATING = [
    path("patients/<int:patient_id>/treatments/new/", plan.plan, name="plan"),
    path("patients/<int:patient_id>/treatments/<int:treatment_id>/", correct.treatment, name="treatment"),
    path("patients/<int:patient_id>/treatments/<int:treatment_id>/cancel/", cancel.cancel, name="cancel"),
    path("patients/<int:patient_id>/treatments/<int:treatment_id>/start/", dose.dose_start, name="dose-start"),
]

COHORTS = [
    path("cohorts/", cohorts.cohorts, name="cohorts"),
    path("cohorts/compare/", compare.comparison, name="compare"),
    path("cohorts/figure/<slug:name>.svg", downloads.figure_svg, name="figure-svg"),
    path("cohorts/figure/<slug:name>.csv", downloads.figure_csv, name="figure-csv"),
    path("cohorts/figure/<slug:name>.json", downloads.figure_json, name="figure-json"),
]

CLINIC = [
    path("clinics/", room.clinics, name="clinics"),
    path("clinics/<int:clinic_id>/", settings.clinic, name="clinic"),
    path("clinics/<int:clinic_id>/staff/", staff.staff, name="staff"),
    path("clinics/<int:clinic_id>/staff/<int:membership_id>/", staff.member, name="member"),
    path("clinics/<int:clinic_id>/alerts/", alert_plan.alert_plan, name="alert-plan"),
    path("clinics/<int:clinic_id>/quality/", quality.quality, name="quality"),
    path("clinics/<int:clinic_id>/quality.csv", quality.quality_csv, name="quality-csv"),
]

urlpatterns = [*TODAY, *PATIENT, *ENROLLING, *TREATING, *COHORTS, *CLINIC]
