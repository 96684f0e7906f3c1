"""Ebb as it ran nine days ago: the web application in a process whose clock is that far behind."""

from datetime import datetime, timedelta

from django.utils import timezone

BEHIND = timedelta(days=9)
now = timezone.now


def behind() -> datetime:
    return now() - BEHIND


timezone.now = behind  # before anything of Ebb is loaded, so that nothing has taken the other one

from backend.config.wsgi import application  # noqa: E402 - the clock first

__all__ = ["application"]
