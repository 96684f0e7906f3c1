"""`manage.py sweep`: send due reminders and repair whatever lost messages left behind, without the broker."""

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from backend.tracking import estimation, reminders

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Remind whom it is time to remind, and estimate what is stale, once or every so many seconds."""

    help = "Send due reminders and bring every outcome and cohort up to date with its ratings, without the broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--every SECONDS`."""
        parser.add_argument("--every", type=_seconds, metavar="SECONDS", help="go on for ever, this long apart")

    def handle(self, *_args: Any, every: float | None, **_options: Any) -> None:  # noqa: ANN401 - what Django passes
        """Sweep once, or until the process is ended; a database that is away is waited for."""
        if every is None:
            self.stdout.write(f"reminded {reminders.run()}, repaired {estimation.sweep()}")
            return
        while True:
            begun = time.monotonic()
            try:
                reminders.run()
                estimation.sweep()
            except (OperationalError, InterfaceError):
                logger.exception("the database did not answer; the next sweep tries again")
            close_old_connections()
            time.sleep(max(0.0, every - (time.monotonic() - begun)))


def _seconds(word: str) -> float:
    seconds = float(word)
    if not seconds > 0:
        raise ValueError(word)
    return seconds
