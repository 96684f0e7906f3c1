"""Instants: as people tell them, in the zone they live in, and as devices write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

NEAR_DAYS = {
    -1: gettext_noop("yesterday at {time}"),
    0: gettext_noop("at {time}"),
    1: gettext_noop("tomorrow at {time}"),
}


def at_time(moment: datetime, now: datetime, zone: str) -> str:
    """Return "at 15:10", "tomorrow at 15:10" or "on Saturday 29 November at 15:10"."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    time, days = f"{there:%H:%M}", (there.date() - today).days
    if days in NEAR_DAYS:  # lists have hundreds of these: nothing is formatted or translated in vain
        return _(NEAR_DAYS[days]).format(time=time)
    this_year = there.year == today.year
    form = pgettext("form of a date", "l j F") if this_year else pgettext("form of a date", "l j F Y")
    return _("on {day} at {time}").format(day=formatted(there, form), time=time)


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
