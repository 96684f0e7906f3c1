"""Telling those whom a clinic's plan names that there is something to look at: when, in which words, if at all."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import RECORDING_ROLES, AlertPlan, Clinic
from backend.tracking.models import Alert, Channel, Effect, Fate, Kind
from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.letters import Letter
from backend.tracking.reminders.planning import settle_waiting
from backend.tracking.reminders.ways import Way

TODAY = "/today/"  # below `settings.PUBLIC_URL`
OWNER, SECOND = range(2)  # the number of an effect: who is told
KEPT_DAYS = 7  # [design] a mail about something older than that comes too late to send somebody looking
A_WEEK = 8  # days until the same hours come round again, today's own included


def plan_alert(alert: Alert, plan: AlertPlan, now: datetime) -> None:
    """Plan the mails about an alert: to the plan's owner, and some time after that to the second who is named.

    Outside the hours of the plan they are due when these begin. Of a demo clinic nobody is written to.
    """
    if plan.clinic.demo:
        return
    told_at = attended_from(plan, now)
    _store(alert, OWNER, plan.owner_id, told_at)
    if plan.second_id is not None:
        later = told_at + timedelta(minutes=plan.escalate_after_minutes)
        _store(alert, SECOND, plan.second_id, attended_from(plan, later))


def _store(alert: Alert, number: int, recipient_id: int, due_at: datetime) -> None:
    Effect.objects.create(
        kind=Kind.ALERT,
        dedupe_key=f"{Kind.ALERT}:{alert.pk}:{'second' if number == SECOND else 'owner'}",
        patient_id=alert.patient_id,
        alert=alert,
        recipient_id=recipient_id,
        number=number,
        due_at=due_at,
        expires_at=due_at + timedelta(days=KEPT_DAYS),
    )


def attended_from(plan: AlertPlan, moment: datetime) -> datetime:
    """Return an instant itself where it lies within the hours of a plan, else when these begin next."""
    if plan.is_attended(moment):
        return moment
    there = moment.astimezone(ZoneInfo(plan.clinic.time_zone))
    days = (there.date() + timedelta(days=ahead) for ahead in range(A_WEEK))
    openings = (datetime.combine(day, plan.from_time, there.tzinfo) for day in days)
    return next(one for one in openings if one > moment and str(one.isoweekday()) in plan.days)


def drop_mails(alert: Alert, now: datetime) -> None:
    """Want no more mails about an alert that somebody acknowledged."""
    settle_waiting(Effect.objects.filter(alert=alert), Fate.DROPPED, now)


def alert_letter(effect: Effect, now: datetime) -> Letter | Fate:
    """Return the mail about an alert, or what becomes of one that is not to be sent.

    That is: once it was acknowledged, or when its reader no longer treats at the clinic.
    """
    person, alert = effect.recipient, effect.alert
    if person is None or alert is None or alert.acknowledged_at is not None or not person.is_active:
        return Fate.DROPPED
    if not Clinic.objects.staffed_by(person, RECORDING_ROLES).filter(pk=effect.patient.clinic_id).exists():
        return Fate.DROPPED
    if now >= effect.expires_at:
        return Fate.EXPIRED
    return Letter(person, _message(effect, person.language), (Way(Channel.EMAIL),), urgent=True)


def _message(effect: Effect, language: str) -> Message:
    """Return the same words to everybody about everybody: a mailbox is read over shoulders."""
    with translation.override(language or settings.LANGUAGE_CODE):
        return Message(
            text=_("There is something to look at in Ebb."),
            more=_("You get this because your clinic’s plan names you. What it is about stands behind the sign-in."),
            path=TODAY,
            tag=effect.dedupe_key,
        )


def note_escalation(effect: Effect, now: datetime) -> None:
    """Write down that an alert has been passed on to the second person of the plan."""
    alert = effect.alert
    if alert is None or effect.number != SECOND:
        return
    if Alert.objects.filter(pk=alert.pk, escalated_at=None).update(escalated_at=now):
        audit.record(None, "alert.escalated", alert, patient=effect.patient)
