"""`manage.py rebuild`: recompute every outcome and cohort from the ratings and tell whether any stored one differed."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from backend.tracking.cohorts import check_kept
from backend.tracking.estimation.rebuilding import rebuild


class Command(BaseCommand):
    """Prove that stored and recomputed conclusions are the same."""

    help = "Recompute every outcome and cohort from ratings; exit 1 if any stored one differed."

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - what Django passes
        """Recompute, report and exit 1 on a difference."""
        found = rebuild()
        checked, differing = check_kept()
        differing += found.differing
        self.stdout.write(
            f"{found.treatments} treatments, {found.strata} strata recomputed; "
            f"{checked} kept estimates of cohorts worked out again; "
            f"{found.waiting} were waiting for their jobs; {differing} stored conclusions differed"
        )
        if differing:
            sys.exit(1)
