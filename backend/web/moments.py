"""Instants: as people tell them, in the zone they live in, and as devices write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def at_time(moment: datetime, now: datetime, zone: str) -> str:
    """Return "at 15:10", "tomorrow at 15:10" or "on Saturday 29 November at 15:10"."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    words = {-1: _("yesterday at {time}"), 0: _("at {time}"), 1: _("tomorrow at {time}")}
    this_year, other_year = pgettext("form of a date", "l j F"), pgettext("form of a date", "l j F Y")
    told = words.get((there.date() - today).days, _("on {day} at {time}"))
    date = formatted(there, this_year if there.year == today.year else other_year)
    return told.format(day=date, time=f"{there:%H:%M}")


def stamp(moment: datetime, zone: str) -> str:
    """Return "24 Nov 2026, 15:10", as tables have it."""
    there = moment.astimezone(ZoneInfo(zone))
    date = formatted(there, pgettext("form of a date", "j M Y"))
    return f"{date}, {there:%H:%M}"


def day(moment: datetime, zone: str) -> str:
    """Return "24 November 2026"."""
    return formatted(moment.astimezone(ZoneInfo(zone)), pgettext("form of a date", "j F Y"))


def instant(written: object) -> datetime | None:
    """Return an instant with its offset, as a device wrote it; None for anything else."""
    try:
        moment = parse_datetime(written) if isinstance(written, str) else None
    except ValueError:  # such as a 31st of June
        return None
    return moment if moment is not None and moment.utcoffset() is not None else None
