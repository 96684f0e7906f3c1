"""A cohort's medians and means in words, for reports and pages alike."""

import math

from backend.analysis.arrays import Floats
from backend.analysis.cohorts.estimate import Interval, Median
from backend.analysis.cohorts.response import MeanDuration
from backend.charts.words import HOURS_PER_DAY, decimal_mark, human_time
from backend.language import gettext as _

UNKNOWN = "–"


def median_words(median: Median) -> str:
    """Return the interval in which a median lies."""
    lower = human_time(median.lower, in_sentence=True)
    if math.isinf(median.upper):
        return _("not reached by {time}").format(time=lower) if median.lower else _("not reached")
    upper = human_time(median.upper, in_sentence=True)
    return (_("after {after}, by {by}") if median.lower else _("by {by}")).format(after=lower, by=upper)


def median_interval_words(median: Median) -> str:
    """Return the 95 % interval of a median, which small numbers do not have."""
    if median.confidence is None:
        return UNKNOWN
    ends = [_("not reached") if math.isinf(end) else human_time(end) for end in median.confidence]
    return _("{lower} to {upper}").format(lower=ends[0], upper=ends[1])


def days_words(span: Interval | MeanDuration) -> str:
    """Return both ends of a mean duration, in days."""
    return _("{lower} to {upper}").format(lower=days(span.lower), upper=days(span.upper))


def days(hours: float | Floats) -> str:
    """Return a number of days with one decimal."""
    return f"{hours / HOURS_PER_DAY:.1f}".replace(".", decimal_mark())
