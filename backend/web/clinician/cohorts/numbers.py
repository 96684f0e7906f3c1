"""A cohort's numbers as its pages print them: words to read, with the unrounded value for whoever compares."""

import math

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backend.analysis.cohorts.estimate import Interval, Median
from backend.analysis.cohorts.response import MeanDuration
from backend.analysis.cohorts.telling.wording import UNKNOWN, days
from backend.charts.words import human_time
from backend.web.clinician.words import share, unrounded

NOTHING = SafeString(UNKNOWN)


def datum(number: float | None, words: str) -> SafeString:
    """Return words with the number that they round: `inf` for not seen, empty for unknown."""
    return format_html('<data value="{}">{}</data>', unrounded(number), words)


def a_count(number: int) -> SafeString:
    """Return how many."""
    return datum(number, str(number))


def a_share(number: float | None) -> SafeString:
    """Return a probability as a whole percentage."""
    return NOTHING if number is None else datum(number, share(number))


def shares(lower: float | None, upper: float | None) -> SafeString:
    """Return an interval of probabilities."""
    return NOTHING if lower is None or upper is None else between(a_share(lower), a_share(upper))


def between(lower: SafeString, upper: SafeString) -> SafeString:
    """Return both ends of an interval."""
    return format_html(_("{lower} to {upper}"), lower=lower, upper=upper)


def a_time(hours: float, *, in_sentence: bool = False) -> SafeString:
    """Return one end of a waiting time."""
    return datum(hours, _("not reached") if math.isinf(hours) else human_time(hours, in_sentence=in_sentence))


def waiting_time(lower: float, upper: float) -> SafeString:
    """Return the interval in which a quantile lies."""
    after = a_time(lower, in_sentence=True)
    if math.isinf(upper):
        open_end = format_html(_("not reached by {time}"), time=after) if lower else _("not reached")
        return datum(upper, open_end)
    by = a_time(upper, in_sentence=True)
    return format_html(_("after {after}, by {by}") if lower else _("by {by}"), after=after, by=by)


def median_interval(median: Median) -> SafeString:
    """Return the 95 % interval of a median, which small numbers do not have."""
    return NOTHING if median.confidence is None else between(*map(a_time, median.confidence))


def mean_days(hours: float) -> SafeString:
    """Return a mean time in days, its value in hours."""
    return datum(hours, _("{days} days").format(days=days(hours)))


def days_between(lower: float, upper: float) -> SafeString:
    """Return both ends of a mean time, in days."""
    return format_html(_("{interval} days"), interval=between(*(datum(end, days(end)) for end in (lower, upper))))


def span_in_days(span: Interval | MeanDuration) -> SafeString:
    """Return both ends of what is known of a mean time, in days."""
    return days_between(float(span.lower), float(span.upper))
