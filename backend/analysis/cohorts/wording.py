"""A cohort's medians and means in words, for reports and pages alike."""

import math

from backend.analysis.cohorts.estimate import Interval, Median
from backend.analysis.cohorts.response import MeanDuration
from backend.charts.words import HOURS_PER_DAY, human_time

UNKNOWN = "–"


def median_words(median: Median) -> str:
    """Return the interval in which a median lies."""
    if math.isinf(median.upper):
        return f"not reached by {human_time(median.lower)}" if median.lower else "not reached"
    by = f"by {human_time(median.upper)}"
    return f"after {human_time(median.lower)}, {by}" if median.lower else by


def median_interval_words(median: Median) -> str:
    """Return the 95 % interval of a median, which small numbers do not have."""
    if median.confidence is None:
        return UNKNOWN
    return " to ".join("not reached" if math.isinf(end) else human_time(end) for end in median.confidence)


def days_words(span: Interval | MeanDuration) -> str:
    """Return both ends of a mean duration, in days."""
    return f"{span.lower / HOURS_PER_DAY:.1f} to {span.upper / HOURS_PER_DAY:.1f}"
