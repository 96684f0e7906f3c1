"""Curve data in, SVG text out: the pictures that pages, the API and the offline report share."""

from backend.charts.cohort import cohort_svg
from backend.charts.model import (
    Band,
    CohortCurve,
    CohortPicture,
    Dose,
    Miss,
    Point,
    ResponseCurve,
    Session,
    SessionsPicture,
    Window,
)
from backend.charts.parts.frame import stylesheet
from backend.charts.response import response_svg
from backend.charts.sessions import sessions_svg

__all__ = [
    "Band",
    "CohortCurve",
    "CohortPicture",
    "Dose",
    "Miss",
    "Point",
    "ResponseCurve",
    "Session",
    "SessionsPicture",
    "Window",
    "cohort_svg",
    "response_svg",
    "sessions_svg",
    "stylesheet",
]
