"""Rules of a clinic, the alerts they raise as ratings come in, and saying that one was seen and what was done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend import instruments
from backend.accounts import audit
from backend.accounts.models import AlertPlan, Clinic, Patient, Person
from backend.accounts.services.clinic_rules import is_asked
from backend.tracking.models import Alert, AlertRule, Crossing, Rating
from backend.tracking.reminders.alerting import drop_mails, plan_alert
from backend.tracking.services.rating.crossings import (
    LOOKED_AT,
    after,
    as_they_stand,
    before,
    nearest,
    reached,
    standings,
)
from backend.tracking.services.refusals import Conflict, Refused


@transaction.atomic
def add_rule(
    *, actor: Person, clinic: Clinic, instrument: str, kind: str, points: int, item: int | None = None
) -> AlertRule:
    """Store a rule of a clinic; `Refused` for one no answers could reach, or that is there already."""
    if kind not in Crossing.values:
        raise Refused("kind", f"kind is {kind!r}, expected one of {', '.join(Crossing.values)}")
    try:
        scale = instruments.get(instrument)
    except ValueError as problem:
        raise Refused("instrument", str(problem)) from problem
    if not is_asked(clinic, scale.slug):
        text = _("Patients of this clinic are not asked this scale, so the rule could not be met. Choose another one.")
        raise Refused("instrument", text)
    item = item if kind == Crossing.ITEM else None
    _refuse_out_of_reach(scale, kind, points, item)
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    same = {"clinic": clinic, "instrument": instrument, "kind": kind, "points": points, "item": item}
    if AlertRule.objects.filter(ended_at=None, **same).exists():
        raise Refused("points", _("The clinic has this rule already."))
    rule = AlertRule.objects.create(made_by=actor, **same)
    audit.record(actor, "alert_rule.made", rule, clinic=clinic, changes={"points": [None, points]})
    return rule


def _refuse_out_of_reach(scale: instruments.Instrument, kind: str, points: int, item: int | None) -> None:
    if kind == Crossing.ITEM and (item is None or not 1 <= item <= len(scale.items)):
        raise Refused(
            "item", _("Name one of its questions, from 1 to %(questions)s.") % {"questions": len(scale.items)}
        )
    highest = scale.answer_maximum if kind == Crossing.ITEM else scale.total_maximum
    if kind == Crossing.RISE:
        highest -= scale.total_minimum
    if not 1 <= points <= highest:
        raise Refused("points", _("Name points from 1 to %(highest)s.") % {"highest": highest})


@transaction.atomic
def end_rule(*, actor: Person, rule: AlertRule) -> None:
    """Let a rule raise no more alerts; one that ended before stays as it is."""
    now = timezone.now()
    if AlertRule.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=now):
        audit.record(actor, "alert_rule.ended", rule, clinic=rule.clinic, changes={"ended_at": [None, now.isoformat()]})


def raise_alerts(rating: Rating, now: datetime) -> list[Alert]:
    """Raise an alert for each rule of the clinic that a rating crosses, in the transaction that stores or amends it.

    It crosses a rule when it reaches it and the rating before it in the patient's series, by the time it was made,
    did not. A rating that came in late is judged at its own place in time. Without a plan nobody is alerted.
    """
    asked = _rules_on(rating)
    standing = as_they_stand(Rating.objects.filter(pk=rating.pk)).first() if asked else None
    if standing is None or all(reached(rule, standing) is None for rule in asked):
        return []
    plan = _plan_of(rating)
    return [] if plan is None else list(_raised(standing, asked, plan, now))


@transaction.atomic
def follow_amendment(*, actor: Person, rating: Rating, now: datetime) -> None:
    """Let alerts follow an amendment of a rating that `raise_alerts` has judged itself.

    An alert whose rule is no longer reached stays, and nobody is written to about it any more. The rating after the
    amended one is judged again, as it may be the one now that crosses the rule.
    """
    plan = _plan_of(rating)
    beside = Alert.objects.filter(
        acknowledged_at=None, rating__treatment=rating.treatment_id, rating__instrument=rating.instrument
    )
    alerts = list(beside.select_related("rule", "patient").order_by("pk"))  # of a rise also those the baseline moves
    stands = standings(alerts) if alerts else {}
    lapsed = [one for one in alerts if not stands[one.pk].reaches and drop_mails(one, now)]
    for alert in lapsed:
        audit.record(actor, "alert.mails_dropped", alert, patient=alert.patient, reason="its rating was amended")
    if plan is None:
        return
    asked = _rules_on(rating)
    following = list(after(rating)[:LOOKED_AT]) if asked else []
    for rule in asked:
        one = nearest(rule, following)
        if one and reached(rule, one) is not None:
            list(_raised(one, [rule], plan, now))
    if lapsed:
        _tell_of_what_was_only_listed(rating.patient, plan, now)


def _tell_of_what_was_only_listed(patient: Patient, plan: AlertPlan, now: datetime) -> None:
    """Write about the first alert that was quiet because of another one which tells nobody anything any more."""
    if _is_told_of(patient, plan, now):
        return
    quiet = list(Alert.objects.unacknowledged().filter(patient=patient, quiet=True).select_related("rule"))
    stands = standings(quiet) if quiet else {}
    standing = [one for one in quiet if stands[one.pk].reaches]
    if standing:
        first = min(standing, key=lambda one: (one.raised_at, one.pk))
        first.quiet = False
        first.save(update_fields=["quiet"])
        plan_alert(first, plan, now)


def _rules_on(rating: Rating) -> list[AlertRule]:
    """Return the rules of a clinic with a plan that look at the instrument of a rating."""
    rules = AlertRule.objects.filter(
        clinic=rating.patient.clinic_id, clinic__alert_plan__isnull=False, instrument=rating.instrument, ended_at=None
    )
    return list(rules.order_by("pk"))


def _plan_of(rating: Rating) -> AlertPlan | None:
    """Lock the plan: of two ratings at once one is judged after the other, and only the first is written about."""
    return AlertPlan.objects.select_for_update(of=("self",)).filter(clinic=rating.patient.clinic_id).first()


def _raised(rating: Rating, rules: list[AlertRule], plan: AlertPlan, now: datetime) -> Iterator[Alert]:
    earlier = list(before(rating)[:LOOKED_AT])
    for rule in rules:
        points, last = reached(rule, rating), nearest(rule, earlier)
        if points is None or (last is not None and reached(rule, last) is not None):
            continue
        quiet = _is_told_of(rating.patient, plan, now)
        alert, is_new = Alert.objects.get_or_create(
            rule=rule,
            rating=rating,
            defaults={"patient": rating.patient, "points": points, "quiet": quiet, "raised_at": now},
        )
        if is_new:
            audit.record(None, "alert.raised", alert, patient=rating.patient)
        if not alert.quiet and alert.acknowledged_at is None:
            plan_alert(alert, plan, now)  # of one raised before, what an amendment had dropped
        if is_new:
            yield alert


def _is_told_of(patient: Patient, plan: AlertPlan, now: datetime) -> bool:
    """Tell whether somebody is written to about a patient already, in the hours in which that is enough.

    An alert whose rating was amended below its rule since tells nobody anything.
    """
    since = now - timedelta(hours=plan.repeat_after_hours)
    told = list(Alert.objects.filter(patient=patient, quiet=False, raised_at__gt=since).select_related("rule"))
    return any(one.reaches for one in standings(told).values()) if told else False


@transaction.atomic
def acknowledge_alert(*, actor: Person, alert: Alert, what_was_done: str) -> Alert:
    """Store once that somebody saw an alert and what they did; nobody is written to about it any more.

    `Refused` without words; `Conflict` when somebody acknowledged it before.
    """
    done = what_was_done.strip()
    if not done:
        raise Refused("what_was_done", _("Say in a few words what was done, even if that is nothing."))
    now = timezone.now()
    drop_mails(alert, now)  # first, as whoever settles one locks them in this order
    waiting = Alert.objects.filter(pk=alert.pk, acknowledged_at=None)
    if not waiting.update(acknowledged_at=now, acknowledged_by=actor, what_was_done=done):
        raise Conflict
    audit.record(actor, "alert.acknowledged", alert, patient=alert.patient)
    return Alert.objects.get(pk=alert.pk)
