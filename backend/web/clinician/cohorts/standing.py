"""How a cohort shrinks from treated to followed, what stands open in it, and what another loss rule would change."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.analysis.cohorts.estimate import CohortEstimate
from backend.analysis.cohorts.response import RMDOR_HOURS
from backend.analysis.cohorts.telling.notes import reason_words
from backend.charts.words import HOURS_PER_DAY, human_time
from backend.tracking.cohorts import Cohort
from backend.tracking.models import Unit
from backend.web.check_in_names import called
from backend.web.clinician.cohorts.numbers import NOTHING, a_count, a_share, mean_days, shares, waiting_time
from backend.web.clinician.words import share

EARLY_AND_LATER_HOURS = (24.0, 168.0)  # "confirmed at the next check-in" can fall into the drug's own effect
COMPARED_HOURS = (168.0, 336.0, 672.0)


@dataclass(frozen=True, slots=True)
class Step:
    """How many are left at one step, of how many before it, and why others are not."""

    name: str
    count: SafeString
    of: int | None
    detail: str = ""


def steps(found: Cohort) -> list[Step]:
    """Return how many were treated, could be evaluated, responded, and were not seen to lose relief."""
    reasons = found.counts.reasons
    treated = found.n + sum(reasons.values())
    listed = ", ".join(f"{count} {reason_words(reason)}" for reason, count in reasons.items())
    left_out = _("not: {reasons}").format(reasons=listed) if reasons else ""
    courses = found.selection.unit == Unit.COURSE
    told = [
        Step(_("Courses given") if courses else _("Treatments given"), a_count(treated), None),
        Step(_("Can be evaluated"), a_count(found.n), treated, left_out),
    ]
    if found.estimate is None:
        return told
    responded, lost = found.estimate.onset_median.events, found.estimate.loss_median.events
    return [
        *told,
        Step(_("Responded"), a_count(responded), found.n, _("by the rules chosen")),
        Step(
            _("Relief not seen to end"),
            a_count(responded - lost),
            responded,
            ngettext("in {count} it was seen to end", "in {count} it was seen to end", lost).format(count=lost),
        ),
    ]


@dataclass(frozen=True, slots=True)
class Answered:
    """One check-in: how many were still followed when it was due, and answered it."""

    check_in: str
    answered: int
    due: int
    percent: str


def answered(found: Cohort) -> list[Answered]:
    """Return how much was answered at every check-in, in months that are over for everybody."""
    return [
        Answered(called(name), count, due, share(count / due) if due else "")
        for name, count, due in zip(found.check_in_names, found.answered, found.due, strict=True)
    ]


def followed_to_the_horizon(found: Cohort) -> bool:
    """Tell whether somebody was rated up to the end of the time over which the mean is taken."""
    return found.followed_hours >= RMDOR_HOURS


def early_and_later(found: Cohort) -> list[tuple[str, SafeString]]:
    """Return how many are in response at day 1 and day 7; without a check-in then, what its neighbours leave open."""
    estimate = found.estimate
    if estimate is None:
        return []
    return [
        (_("In response, {time}").format(time=_day(hours)), _in_response_at(estimate, hours, found.followed_hours))
        for hours in EARLY_AND_LATER_HOURS
    ]


def _day(hours: float) -> str:
    return _("day {number}").format(number=f"{hours / HOURS_PER_DAY:.0f}")


def _in_response_at(estimate: CohortEstimate, hours: float, followed_hours: float) -> SafeString:
    if followed_hours < hours:
        return NOTHING
    at = int((estimate.hours <= hours).sum()) - 1
    if estimate.hours[at] == hours:
        return a_share(estimate.in_response.estimate[at])
    ends = estimate.response.lower_after[at], estimate.response.upper_after[at]
    return shares(*ends)


@dataclass(frozen=True, slots=True)
class Estimand:
    """One number under both rules for a new treatment that was given because symptoms had returned."""

    name: str
    e1: SafeString
    e2: SafeString


def estimands(found: Cohort) -> list[Estimand]:
    """Return what E2 changes; nothing where nobody was treated again because symptoms had returned."""
    e1, e2 = found.estimate, found.estimate_e2
    if e1 is None or e2 is None:
        return []
    shown = [hours for hours in COMPARED_HOURS if hours <= found.followed_hours]
    rows = [
        Estimand(
            _("In response, {time}").format(time=human_time(hours)),
            *(_in_response_at(one, hours, found.followed_hours) for one in (e1, e2)),
        )
        for hours in shown
    ]
    medians = (waiting_time(one.loss_median.lower, one.loss_median.upper) for one in (e1, e2))
    rows.append(Estimand(_("Median loss"), *medians))
    if followed_to_the_horizon(found):
        name = _("Mean time in response, of {days} days").format(days=f"{RMDOR_HOURS / HOURS_PER_DAY:.0f}")
        rows.append(Estimand(name, *(mean_days(float(one.mean_duration.estimate)) for one in (e1, e2))))
    return rows
