"""Cohorts of the clinics a person works at: their curves, groups compared, and what they say to the claims."""

from backend.tracking.cohorts.checking import check_kept
from backend.tracking.cohorts.claiming import Claims, claims, claims_about
from backend.tracking.cohorts.cohort import Cohort, cohort
from backend.tracking.cohorts.comparing import GROUPED_BY, Compared, Group, compare
from backend.tracking.cohorts.selection import EITHER, FAILED_BEFORE, FIELDS, HOURLY, Selection, selection_from

__all__ = [
    "EITHER",
    "FAILED_BEFORE",
    "FIELDS",
    "GROUPED_BY",
    "HOURLY",
    "Claims",
    "Cohort",
    "Compared",
    "Group",
    "Selection",
    "check_kept",
    "claims",
    "claims_about",
    "cohort",
    "compare",
    "selection_from",
]
