"""Telling those whom a clinic's plan names that there is something to look at: when, in which words, if at all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import RECORDING_ROLES, AlertPlan, Clinic, Person
from backend.tracking.models import Alert, Channel, Effect, Fate, Kind
from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.letters import Letter
from backend.tracking.reminders.planning import settle_waiting
from backend.tracking.reminders.ways import Way

TODAY = "/today/"  # below `settings.PUBLIC_URL`
OWNER, SECOND = range(2)  # the number of an effect: who is told
KEPT_DAYS = 7  # [design] a mail about something older than that comes too late to send somebody looking
AHEAD_DAYS = 15  # until the same hours come round again, even where clocks leave out the next ones


def plan_alert(alert: Alert, plan: AlertPlan, now: datetime) -> None:
    """Plan the mails about an alert: to the plan's owner, and some time after that to the second who is named.

    Outside the hours of the plan they are due when these begin. Of mails planned before, those that were dropped are
    wanted again. Of a demo clinic nobody is written to.
    """
    if plan.clinic.demo:
        return
    told_at = attended_from(plan, now)
    _store(alert, OWNER, plan.owner_id, told_at)
    if plan.second_id is not None:
        later = told_at + timedelta(minutes=plan.escalate_after_minutes)
        _store(alert, SECOND, plan.second_id, attended_from(plan, later))


def _store(alert: Alert, number: int, recipient_id: int, due_at: datetime) -> None:
    key = f"{Kind.ALERT}:{alert.pk}:{'second' if number == SECOND else 'owner'}"
    wanted = {"recipient_id": recipient_id, "due_at": due_at, "expires_at": due_at + timedelta(days=KEPT_DAYS)}
    again = {"state": Fate.WAITING, "settled_at": None, "claimed_until": None, "attempts": 0}
    if not Effect.objects.filter(dedupe_key=key, state=Fate.DROPPED).update(**again, **wanted):
        about = {"kind": Kind.ALERT, "patient_id": alert.patient_id, "alert": alert, "number": number}
        Effect.objects.get_or_create(dedupe_key=key, defaults=about | wanted)


def attended_from(plan: AlertPlan, moment: datetime) -> datetime:
    """Return an instant itself where it lies within the hours of a plan, else when these begin next.

    A time of day that comes twice as clocks go back begins them twice; one that is left out begins them later.
    """
    if plan.is_attended(moment):
        return moment
    there = moment.astimezone(ZoneInfo(plan.clinic.time_zone))
    days = (there.date() + timedelta(days=ahead) for ahead in range(AHEAD_DAYS))
    times = [plan.from_time.replace(fold=fold) for fold in (0, 1)]
    openings = (datetime.combine(day, time, there.tzinfo).astimezone(UTC) for day in days for time in times)
    return next(one for one in openings if one > moment and plan.is_attended(one))


def drop_mails(alert: Alert, now: datetime) -> int:
    """Want no more mails about an alert, as somebody acknowledged it; return how many were waiting."""
    return settle_waiting(Effect.objects.filter(alert=alert), Fate.DROPPED, now)


def alert_letter(effect: Effect, now: datetime) -> Letter | Fate:
    """Return the mail about an alert, or what becomes of one that is not to be sent.

    That is: once it was acknowledged, or when its reader no longer treats at the clinic. Its reader is whom the plan
    names now; where the plan has ended since, whom it named then.
    """
    person, alert = _reader(effect), effect.alert
    if person is None or alert is None or alert.acknowledged_at is not None or not person.is_active:
        return Fate.DROPPED
    if not Clinic.objects.staffed_by(person, RECORDING_ROLES).filter(pk=effect.patient.clinic_id).exists():
        return Fate.DROPPED
    if now >= effect.expires_at:
        return Fate.EXPIRED
    return Letter(person, _message(effect, person.language), (Way(Channel.EMAIL),), urgent=True)


def _reader(effect: Effect) -> Person | None:
    plan = AlertPlan.objects.select_related("owner", "second").filter(clinic=effect.patient.clinic_id).first()
    if plan is None:
        return effect.recipient
    named = plan.second if effect.number == SECOND else plan.owner
    if named is not None and named != effect.recipient:
        Effect.objects.filter(pk=effect.pk).update(recipient=named)
    return named


def _message(effect: Effect, language: str) -> Message:
    """Return the same words to everybody about everybody: a mailbox is read over shoulders."""
    with translation.override(language or settings.LANGUAGE_CODE):
        return Message(
            text=_("There is something to look at in Ebb."),
            more=_(
                "You get this because your clinic named you to be told. What it is about stands behind the sign-in."
            ),
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
