"""Rules and alerts in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend import instruments
from backend.accounts.models import Clinic
from backend.tracking.models import Alert, AlertRule, Crossing
from backend.tracking.services.entries import LIVE_WITHIN_MINUTES
from backend.tracking.services.rating.crossings import Standing
from backend.web.moments import at_time

LATE_FROM = timedelta(minutes=LIVE_WITHIN_MINUTES)
UNITS = {
    timedelta(days=1): lambda n: ngettext("recorded {n} day ago", "recorded {n} days ago", n),
    timedelta(hours=1): lambda n: ngettext("recorded {n} hour ago", "recorded {n} hours ago", n),
    timedelta(minutes=1): lambda n: ngettext("recorded {n} minute ago", "recorded {n} minutes ago", n),
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert as the list shows it."""

    alert: Alert
    points: str
    scale: str
    rule: str
    rated: str
    late: str  # empty where it came in at once
    changed: str  # empty where the rating stands as it was
    lapsed: bool  # as it stands now, it would raise nothing
    raised: str
    escalated: str
    plan: str
    clinic: Clinic


def rule_words(rule: AlertRule) -> str:
    """Return what a rule looks for: "a total of at least 8"."""
    forms = {
        Crossing.TOTAL: _("a total of at least {points}"),
        Crossing.RISE: _("at least {points} above the patient’s own baseline"),
        Crossing.ITEM: _("question {item} answered with at least {points}"),
    }
    return forms[Crossing(rule.kind)].format(points=rule.points, item=rule.item)


def points_words(alert: Alert) -> str:
    """Return what the rule saw in the rating: a total, "4 above the baseline" or "2 on question 3"."""
    forms = {
        Crossing.TOTAL: "{points}",
        Crossing.RISE: _("{points} above the baseline"),
        Crossing.ITEM: _("{points} on question {item}"),
    }
    return forms[Crossing(alert.rule.kind)].format(points=alert.points, item=alert.rule.item)


def scale_of(rule: AlertRule) -> str:
    """Return what the instrument of a rule is called."""
    return instruments.spoken(instruments.get(rule.instrument)).title


def alert_line(alert: Alert, standing: Standing, clinic: Clinic, now: datetime) -> AlertLine:
    """Return an alert as the list shows it; its rule, rating and patient come with it, and the plan with the clinic."""
    zone, plan = clinic.time_zone, getattr(clinic, "alert_plan", None)
    return AlertLine(
        alert,
        points_words(alert),
        scale_of(alert.rule),
        rule_words(alert.rule),
        rated=at_time(alert.rating.effective_at, now, zone),
        late=late_words(alert, now, zone),
        changed=changed_words(alert, standing),
        lapsed=not standing.reaches,
        raised=at_time(alert.raised_at, now, zone),
        escalated=at_time(alert.escalated_at, now, zone) if alert.escalated_at else "",
        plan=plan.action_plan if plan else "",
        clinic=clinic,
    )


def changed_words(alert: Alert, standing: Standing) -> str:
    """Return what became of the rating since it raised an alert: "the rating was amended since: now 5 points"."""
    points = standing.points
    if standing.is_withdrawn:
        return _("the rating was withdrawn since")
    if points == alert.points:
        return ""
    if points is None:
        return _("ratings were amended since: the rule can no longer be read on this one")
    if alert.rule.kind != Crossing.RISE:
        form = ngettext(
            "the rating was amended since: now {points} point",
            "the rating was amended since: now {points} points",
            points,
        )
    elif points <= 0:
        form = _("ratings were amended since: now not above the baseline")
    elif standing.is_amended:
        form = ngettext(
            "the rating was amended since: now {points} point above the baseline",
            "the rating was amended since: now {points} points above the baseline",
            points,
        )
    else:
        form = ngettext(
            "the baseline has changed since: now {points} point above it",
            "the baseline has changed since: now {points} points above it",
            points,
        )
    return form.format(points=points)


def late_words(alert: Alert, now: datetime, zone: str) -> str:
    """Return how long ago a rating was made that arrived late, and when it did: "recorded 3 days ago"."""
    rating = alert.rating
    if rating.received_at - rating.effective_at < LATE_FROM:
        return ""
    ago = now - rating.effective_at
    unit = next((unit for unit in UNITS if ago >= unit), timedelta(minutes=1))
    return _("{recorded}, arrived {when}").format(
        recorded=UNITS[unit](ago // unit).format(n=ago // unit), when=at_time(rating.received_at, now, zone)
    )
