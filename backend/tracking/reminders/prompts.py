"""Which prompts nobody answered: for the clinic, which can go and ask."""

from datetime import datetime

from backend.tracking.models import CheckIn
from backend.tracking.reminders.slots import HOURLY_REPEAT, LATER_REPEATS, is_hourly, jitter


def went_unanswered(check_in: CheckIn, now: datetime) -> bool:
    """Tell whether a check-in after a dose is open and not answered though its repeat has passed.

    Needs `with_answers()`.
    """
    if check_in.is_answered or check_in.skip_reason is not None or check_in.superseded:
        return False
    if check_in.nominal_hours is None or not check_in.opens_at <= now < check_in.closes_at:
        return False
    repeat = HOURLY_REPEAT if is_hourly(check_in) else LATER_REPEATS[0]
    return check_in.due_at + jitter(check_in) + repeat <= now
