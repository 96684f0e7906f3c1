"""A patient's check-ins as a calendar (RFC 5545) behind an address that nobody can guess: no name, no reason."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from backend.accounts.models import Patient
from backend.tracking import links
from backend.tracking.models import CheckIn, Progress
from backend.tracking.reminders.claiming import may_be_reminded

REFRESH_HOURS = 1
TAKES = timedelta(minutes=5)


def address(patient: Patient) -> str:
    """Return where a patient's calendar can be subscribed to; whoever knows it can answer the check-ins in it."""
    return f"{settings.PUBLIC_URL}/calendar/{patient.calendar_secret}.ics"


def patient_at(secret: str) -> Patient | None:
    """Return whose calendar has this secret in its address."""
    if not secret.isprintable():  # PostgreSQL cannot even be asked for a NUL
        return None
    patients = Patient.objects.select_related("person").filter(person__is_active=True)
    return patients.filter(calendar_secret=secret).first()


def feed(patient: Patient, now: datetime) -> bytes:
    """Return the check-ins that are still to be answered, each due at an instant; none once consent is withdrawn."""
    calendar = Calendar()
    calendar.add("prodid", "-//Ebb//Check-ins//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("refresh-interval", timedelta(hours=REFRESH_HOURS), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH_HOURS}H")
    with translation.override((patient.person and patient.person.language) or settings.LANGUAGE_CODE):
        calendar.add("x-wr-calname", "Ebb")
        for check_in in _upcoming(patient, now) if may_be_reminded(patient) else []:
            calendar.add_component(_event(check_in, now))
    return bytes(calendar.to_ical())


def _upcoming(patient: Patient, now: datetime) -> list[CheckIn]:
    """Return open and coming check-ins; those after a dose only once its start says when they are."""
    timed = Q(nominal_hours__isnull=True) | Q(treatment__state=Progress.STARTED)
    return list(CheckIn.objects.unsettled(patient).filter(timed, closes_at__gt=now).order_by("due_at", "pk"))


def _event(check_in: CheckIn, now: datetime) -> Event:
    link = settings.PUBLIC_URL + links.path(check_in)
    event = Event()
    event.add("uid", f"check-in-{check_in.pk}@ebb")
    event.add("dtstamp", now)
    event.add("dtstart", check_in.due_at)
    event.add("dtend", check_in.due_at + TAKES)
    event.add("summary", _("Check-in"))
    event.add("description", link)
    event.add("url", link)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event
