"""Instants as people tell them, in the zone they live in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted

_DAYS = {-1: "yesterday ", 0: "", 1: "tomorrow "}


def at_time(moment: datetime, now: datetime, zone: str) -> str:
    """Return "at 15:10", "tomorrow at 15:10" or "on Saturday 29 November at 15:10"."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (there.date() - today).days
    year = "" if there.year == today.year else f" {there.year}"
    day = _DAYS.get(days, f"on {formatted(there, 'l j F')}{year} ")
    return f"{day}at {there:%H:%M}"


def stamp(moment: datetime, zone: str) -> str:
    """Return "24 Nov 2026, 15:10", as tables have it."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{formatted(there, 'j M Y')}, {there:%H:%M}"
