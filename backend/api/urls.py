"""Every address under /api/."""

from django.urls import include, path, re_path

from backend.api.conventions.routes import NotHere
from backend.api.v1 import check_ins, claims, cohorts, definitions, outcomes, patients, ratings, treatments

v1 = [
    path("ratings/", ratings.Ratings.as_view(), name="api-ratings"),
    path("ratings/<int:pk>/", ratings.OneRating.as_view(), name="api-rating"),
    path("ratings/<int:pk>/amendments/", ratings.Amendments.as_view(), name="api-amendments"),
    path("treatments/", treatments.Treatments.as_view(), name="api-treatments"),
    path("treatments/<int:pk>/", treatments.OneTreatment.as_view(), name="api-treatment"),
    path("treatments/<int:pk>/check-ins/", check_ins.CheckIns.as_view(), name="api-check-ins"),
    path("treatments/<int:pk>/outcomes/", outcomes.TreatmentOutcomes.as_view(), name="api-treatment-outcomes"),
    path("courses/<int:pk>/outcomes/", outcomes.CourseOutcomes.as_view(), name="api-course-outcomes"),
    path("check-ins/<int:pk>/skips/", check_ins.Skips.as_view(), name="api-skips"),
    path("claims/", claims.ClaimsAnswered.as_view(), name="api-claims"),
    path("cohorts/", cohorts.CohortCurves.as_view(), name="api-cohorts"),
    path("patients/", patients.Patients.as_view(), name="api-patients"),
    path("patients/<int:pk>/", patients.OnePatient.as_view(), name="api-patient"),
    path("instruments/", definitions.Instruments.as_view(), name="api-instruments"),
    path("instruments/<slug:slug>/", definitions.OneInstrument.as_view(), name="api-instrument"),
    path("protocols/", definitions.Protocols.as_view(), name="api-protocols"),
]

urlpatterns = [
    path("v1/", include(v1)),
    re_path("", NotHere.as_view(), name="api-not-here"),
]
