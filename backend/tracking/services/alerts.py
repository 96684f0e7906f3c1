"""Rules of a clinic, the alerts they raise as ratings come in, and saying that one was seen and what was done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from backend import instruments
from backend.accounts import audit
from backend.accounts.models import AlertPlan, Clinic, Person
from backend.tracking.models import Alert, AlertRule, Amendment, Crossing, Rating
from backend.tracking.reminders.alerting import drop_mails, plan_alert
from backend.tracking.services.refusals import Conflict, Refused

LOOKED_BACK = 5  # ratings, to find one that the rule can be read on


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
    rules = AlertRule.objects.filter(
        clinic=rating.patient.clinic_id, clinic__alert_plan__isnull=False, instrument=rating.instrument, ended_at=None
    )
    asked = list(rules.order_by("pk"))
    standing = _as_it_stands(Rating.objects.filter(pk=rating.pk)).first() if asked else None
    if standing is None or all(_reached(rule, standing) is None for rule in asked):
        return []
    # Of two ratings at once one is judged after the other, and only the first is written about.
    plan = AlertPlan.objects.select_for_update(of=("self",)).filter(clinic=rating.patient.clinic_id).first()
    return [] if plan is None else list(_raised(standing, asked, plan, now))


def _raised(rating: Rating, rules: list[AlertRule], plan: AlertPlan, now: datetime) -> Iterator[Alert]:
    before = list(_before(rating)[:LOOKED_BACK])
    for rule in rules:
        points = _reached(rule, rating)
        earlier = next((one for one in before if _points(rule, one) is not None), None)
        if points is None or (earlier is not None and _reached(rule, earlier) is not None):
            continue
        recent = Alert.objects.filter(
            patient=rating.patient, raised_at__gt=now - timedelta(hours=plan.repeat_after_hours)
        )
        alert, is_new = Alert.objects.get_or_create(
            rule=rule,
            rating=rating,
            defaults={"patient": rating.patient, "points": points, "quiet": recent.exists(), "raised_at": now},
        )
        if not is_new:
            continue
        audit.record(None, "alert.raised", alert, patient=rating.patient)
        if not alert.quiet:
            plan_alert(alert, plan, now)
        yield alert


def _as_it_stands(ratings: QuerySet[Rating]) -> QuerySet[Rating]:
    """Return those of some ratings that nobody withdrew, with the answers of their last amendments."""
    last = Amendment.objects.filter(rating=OuterRef("pk")).order_by("-pk").values("answers")[:1]
    mine = Rating.objects.standing().filter(pk__in=ratings.values("pk"))
    return mine.annotate(amended_answers=Subquery(last)).select_related("treatment", "patient")


def _before(rating: Rating) -> QuerySet[Rating]:
    """Return the ratings before one in the patient's series, the last one first."""
    earlier = Q(effective_at__lt=rating.effective_at) | Q(effective_at=rating.effective_at, pk__lt=rating.pk)
    series = Rating.objects.filter(earlier, patient=rating.patient_id, instrument=rating.instrument)
    return _as_it_stands(series).order_by("-effective_at", "-pk")


def _reached(rule: AlertRule, rating: Rating) -> int | None:
    """Return the points by which a rating reaches a rule, None where it does not."""
    points = _points(rule, rating)
    return points if points is not None and points >= rule.points else None


def _points(rule: AlertRule, rating: Rating) -> int | None:
    """Return what a rating has in the points that a rule looks at; None where that cannot be told."""
    amended: list[int | None] | None = getattr(rating, "amended_answers", None)
    if rule.kind == Crossing.ITEM:
        answers: list[int | None] = amended or rating.answers
        return answers[rule.item - 1] if rule.item else None
    total = rating.total if amended is None else rating.amended_total
    if total is None or rule.kind == Crossing.TOTAL:
        return total
    baseline = _baseline(rating)
    return None if baseline is None else total - baseline


def _baseline(rating: Rating) -> int | None:
    """Return the last total before the dose of a rating's treatment, within its window; before the dose, its own."""
    started_at = rating.treatment.started_at
    window = instruments.get(rating.instrument).baseline_window_hours
    if started_at is None or window is None:
        return None
    at = min(started_at, rating.effective_at)
    before = Rating.objects.complete().filter(
        treatment=rating.treatment_id,
        instrument=rating.instrument,
        effective_at__gte=started_at + timedelta(hours=window[0]),
        effective_at__lte=at,
    )
    last = before.order_by("-effective_at", "-pk").first()
    return None if last is None else last.total_now


@transaction.atomic
def acknowledge_alert(*, actor: Person, alert: Alert, what_was_done: str) -> Alert:
    """Store once that somebody saw an alert and what they did; nobody is written to about it any more.

    `Refused` without words; `Conflict` when somebody acknowledged it before.
    """
    done = what_was_done.strip()
    if not done:
        raise Refused("what_was_done", _("Say in a few words what was done, even if that is nothing."))
    now = timezone.now()
    waiting = Alert.objects.filter(pk=alert.pk, acknowledged_at=None)
    if not waiting.update(acknowledged_at=now, acknowledged_by=actor, what_was_done=done):
        raise Conflict
    audit.record(actor, "alert.acknowledged", alert, patient=alert.patient)
    drop_mails(alert, now)
    return Alert.objects.get(pk=alert.pk)
