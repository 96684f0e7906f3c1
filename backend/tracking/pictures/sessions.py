"""The treatments of one patient in one picture: over each other from the dose on, or one after another by date."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backend import instruments
from backend.charts import Dose, Session, SessionsPicture
from backend.tracking.history import History, Log
from backend.tracking.models import Treatment, Unit
from backend.tracking.pictures.response import AN_HOUR, Terms, misses_of, points_of, titled

MOST_OVERLAID = 6  # as many as can be told apart
MONTHS_FROM_DAYS = 75  # a shorter calendar names weeks
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all sessions of a picture share."""

    history: History
    log: Log
    instrument: str
    terms: Terms

    def session(self, treatment: Treatment, origin: datetime) -> Session:
        """Return one treatment, in hours since the origin."""
        log = self.log.of_one(treatment)
        facts = self.history.facts(treatment, Unit.TREATMENT, log).facts
        return Session(
            name=f"{self.day(treatment)}: {titled(treatment)}",
            points=points_of(facts, self.instrument, with_flagged=self.terms.with_flagged, origin=origin),
            misses=misses_of(log.check_ins, origin),
        )

    def day(self, treatment: Treatment) -> str:
        """Return on which day a treatment was given, where the patient lives."""
        return formatted(self.local(started(treatment)), pgettext("form of a date", "j M Y"))

    def local(self, moment: datetime) -> datetime:
        """Return an instant by the patient's clock."""
        return moment.astimezone(ZoneInfo(self.history.patient.time_zone))

    def picture(
        self, sessions: list[Session], doses: list[Dose], notes: list[str], dates: list[tuple[float, str]]
    ) -> SessionsPicture:
        """Return the picture; no dates: sessions over each other."""
        scale = instruments.spoken(instruments.get(self.instrument))
        without = [] if self.terms.with_flagged else [_("Flagged ratings are left out.")]
        return SessionsPicture(
            title=self.history.patient.code,
            instrument=scale.title,
            minimum=scale.total_minimum,
            maximum=scale.total_maximum,
            sessions=tuple(sessions),
            doses=tuple(doses),
            dates=tuple(dates),
            notes=(*notes, *([scale.label] if scale.label else []), *without),
        )


def overlaid(history: History, log: Log, *, instrument: str, terms: Terms) -> SessionsPicture:
    """Return the last sessions over each other, each in hours since its own dose."""
    sheet, shown = _Sheet(history, log, instrument, terms), history.started[-MOST_OVERLAID:]
    sessions = [sheet.session(one, started(one)) for one in shown]
    notes = [_("Hours, days and weeks count from each treatment’s own dose; treatments stand slightly side by side.")]
    if len(history.started) > MOST_OVERLAID:
        words = _("The last %(count)d of %(all)d treatments are shown.")
        notes.append(words % {"count": MOST_OVERLAID, "all": len(history.started)})
    return sheet.picture(sessions, [Dose(0.0, _("dose"))], notes, [])


def by_date(history: History, log: Log, *, instrument: str, terms: Terms) -> SessionsPicture:
    """Return all sessions one after another, on the patient's calendar."""
    sheet, origin = _Sheet(history, log, instrument, terms), started(history.started[0])
    sessions = [sheet.session(one, origin) for one in history.started]
    doses = [Dose((started(one) - origin) / AN_HOUR, titled(one)) for one in history.started]
    last = max([one.hours for session in sessions for one in session.points] + [doses[-1].hours])
    dates = _dates(sheet.local(origin), sheet.local(origin + last * AN_HOUR))
    return sheet.picture(sessions, doses, [_("The hours after a dose lie close together on a calendar.")], dates)


def started(treatment: Treatment) -> datetime:
    """Return time zero of a treatment that has one."""
    if treatment.started_at is None:
        raise ValueError(f"treatment {treatment.pk} has not started, expected a started one")
    return treatment.started_at


def _dates(first: datetime, last: datetime) -> list[tuple[float, str]]:
    """Return which days a calendar names between two instants of one zone, in hours since the first."""
    weekly = last - first < timedelta(days=MONTHS_FROM_DAYS)
    form = pgettext("form of a date", "j M") if weekly else pgettext("form of a date", "M Y")
    days = [first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1)]
    named = days[::DAYS_A_WEEK] if weekly else [one for one in days if one.day == 1]
    midnights = (datetime.combine(one, time(), first.tzinfo) for one in named)
    return [((one - first.astimezone(UTC)) / AN_HOUR, formatted(one, form)) for one in midnights]
