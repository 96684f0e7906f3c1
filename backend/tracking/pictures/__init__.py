"""Stored facts and conclusions as pictures: of a treatment, a course, all treatments of a patient, or a cohort."""

from backend.tracking.pictures.cohorts import cohort_pictures, comparison_pictures, group_words
from backend.tracking.pictures.response import Judged, Terms, response_curve, response_picture
from backend.tracking.pictures.sessions import by_date, overlaid

__all__ = [
    "Judged",
    "Terms",
    "by_date",
    "cohort_pictures",
    "comparison_pictures",
    "group_words",
    "overlaid",
    "response_curve",
    "response_picture",
]
