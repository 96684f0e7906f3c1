"""The claims in words: what patients are told, what each number answers, what has been published, what to mind."""

import math

from backend.analysis.cohorts.claims import FELT_BETTER, HALVED_AND_CONFIRMED, Claim, Group, Row, Why
from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.analysis.cohorts.telling.wording import UNKNOWN, days
from backend.analysis.outcomes.rules import rule_set
from backend.charts.words import HOURS_PER_DAY, human_time
from backend.language import gettext as _
from backend.language import ngettext


def said(claim: Claim) -> str:
    """Return what clinics tell patients."""
    return {
        "within_hours": _("“You may feel better within 1 to 4 hours.”"),
        "for_weeks": _("“Relief lasts for weeks after a single session.”"),
        "unlike_ssris": _("“Unlike SSRIs, which take weeks.”"),
        "others_failed": _("“For those whom conventional medicines have not helped.”"),
    }[claim]


def literature(claim: Claim) -> tuple[str, ...]:
    """Return what has been published, each with its source."""
    return {
        "within_hours": (
            _("Relief at the first rating, 1 hour after a dose under the skin, in GAD and SAD (Glue 2017, 2020)."),
            _("Relief at the first rating, 2 hours after an infusion, in depression (Murrough 2013)."),
            _("Pooled before 12 hours: standardised mean difference −1.17 (Hartland 2023)."),
            _("A study that first rates after one hour can tell nothing about the minutes before it."),
        ),
        "for_weeks": (
            _("Not typical: days to one or two weeks."),
            _("Half of those who responded to 0.5 mg/kg had lost it by day 14 (Salloum 2019, depression)."),
            _("27.5 days at the median, but after six infusions (Feder 2021, PTSD)."),
        ),
        "unlike_ssris": (_("No published comparison is used here."),),
        "others_failed": (_("Response to placebo is large: 53 % on a visual analogue scale (Taylor 2018, SAD)."),),
    }[claim]


def caveats() -> tuple[str, ...]:
    """Return what must be said beside all of it."""
    return (
        _("Relief seen in an open clinic is not efficacy: nobody was blinded, and relief after placebo is common."),
        _("Groups were not drawn by lot: who was given what, and by which route, may explain a difference."),
        _("“Better” in a leaflet is a looser test than “halved and confirmed at the next check-in”."),
    )


def measured(row: Row) -> str:
    """Return what a number answers, in plain words."""
    if row.measure == "loss_median":
        return _("Half of all treated had responded and lost it again")
    if row.measure == "mean_duration":
        return _("Mean time in response in the first {days} days").format(days=f"{_hours(row) / HOURS_PER_DAY:.0f}")
    at = human_time(_hours(row), in_sentence=True)
    if row.measure == "onset":
        return _("{response} by the check-in at {time}").format(response=_response(row), time=at)
    return _("In response at {time}").format(time=at)


def group_words(group: Group) -> str:
    """Return whose number it is; empty for everybody the claims are about."""
    return {
        "cohort": "",
        "at_common_check_ins": _("Ketamine and esketamine, weekly check-ins only"),
        "comparator": _("Other treatment, weekly check-ins"),
        "others_failed": _("Two or more adequate trials failed before"),
    }[group]


def why_words(why: Why, n: int) -> str:
    """Return why there is no number; empty where there is one."""
    return {
        "": "",
        "too_few": _("n = {n}, too few; an estimate needs {smallest}.").format(n=n, smallest=SMALLEST_COHORT),
        "nobody_rated_so_late": _("Nobody has been rated so late yet."),
        "no_check_in_by_then": _("No check-in tells: the protocols of this group do not ask so early."),
    }[why]


def found_words(row: Row) -> str:
    """Return the number itself: the estimate, or both ends where only those are known."""
    if row.why or row.estimate_lower is None or row.estimate_upper is None:
        return UNKNOWN
    if row.estimate is None or row.measure == "loss_median":
        return _span(row, row.estimate_lower, row.estimate_upper)
    return _one(row, row.estimate)


def interval_words(row: Row) -> str:
    """Return the 95 % interval; there is none of few events, and none worth telling where all were alike."""
    if row.ci_lower is None or row.ci_upper is None or row.ci_lower == row.ci_upper:
        return UNKNOWN
    return _span(row, row.ci_lower, row.ci_upper)


def _response(row: Row) -> str:
    if row.rule_set == FELT_BETTER:
        return _("Felt better (30 % down)")
    if row.rule_set == HALVED_AND_CONFIRMED:
        return _("Halved, and confirmed at the next check-in")
    return _("Responded ({rules})").format(rules=rule_set(row.rule_set).name)


def _hours(row: Row) -> float:
    return 0.0 if row.hours is None else row.hours


def _one(row: Row, found: float) -> str:
    if row.measure == "loss_median":
        return _("not reached") if math.isinf(found) else human_time(found)
    if row.measure == "mean_duration":
        return ngettext("{days} day", "{days} days", 1 if found == HOURS_PER_DAY else 2).format(days=days(found))
    return f"{100 * found:.0f} %"


def _span(row: Row, lower: float, upper: float) -> str:
    if row.measure == "loss_median" and math.isinf(upper):
        at = human_time(lower, in_sentence=True)
        return _("not reached by {time}").format(time=at) if lower else _("not reached")
    if row.measure == "mean_duration":
        return _("{lower} to {upper} days").format(lower=days(lower), upper=days(upper))
    if row.measure == "loss_median":
        return _("{lower} to {upper}").format(lower=human_time(lower), upper=human_time(upper))
    return _("{lower} to {upper} %").format(lower=f"{100 * lower:.0f}", upper=f"{100 * upper:.0f}")
