"""Reminders: when they are due, how they are planned and sent, and the steps from a prompt to an answer."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from backend.tracking.reminders.planning import plan
from backend.tracking.reminders.sending import send_due

__all__ = ["run"]


def run(clock: Callable[[], datetime] = timezone.now) -> int:
    """Plan what is near and send what is due; return how many reminders were tried."""
    plan(clock())
    return send_due(clock)
