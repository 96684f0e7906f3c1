"""Times, scores and intervals as people read them."""

from backend.charts.model import Band

HOURS_PER_DAY = 24
DAYS_PER_WEEK = 7
_FIRST_DAY_HOURS = 20  # the day-1 check-in opens here; earlier times are told in hours and minutes
_SAME_DAY = 0.25  # days; a rating six hours off the whole day is still told by that day


def number(value: float) -> str:
    """Return a value with at most two decimals, a true minus sign and no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def percent(share: float) -> str:
    """Return a share of one as a percentage with at most one decimal."""
    return f"{number(round(share * 100, 1))} %"


def human_time(hours: float) -> str:
    """Return a time since the dose in the unit people would use: 45 min, 2 h, day 3, week 2, 20 min before.

    Days keep one decimal when a rating was more than six hours off: a bound must not claim more than was seen.
    """
    if hours < 0:
        return f"{_elapsed(-hours)} before"
    if hours < _FIRST_DAY_HOURS:
        return _elapsed(hours)
    days = hours / HOURS_PER_DAY
    days = float(round(days)) if abs(days - round(days)) <= _SAME_DAY else round(days, 1)
    if days % 1 and hours < 2 * HOURS_PER_DAY:
        return f"{hours:.0f} h"
    if days % DAYS_PER_WEEK == 0:
        return f"week {days / DAYS_PER_WEEK:.0f}"
    return f"day {number(days)}"


def _elapsed(hours: float) -> str:
    if hours < HOURS_PER_DAY:
        whole, minutes = divmod(round(hours * 60), 60)
        parts = [f"{whole} h"] if whole or not minutes else []
        return " ".join([*parts, f"{minutes} min"] if minutes else parts)
    days = number(round(hours / HOURS_PER_DAY, 1))
    return f"{days} day" if days == "1" else f"{days} days"


def told_apart(earlier: float, later: float) -> tuple[str, str]:
    """Return two times in words that differ, in plain hours where the friendlier words would be the same."""
    words = human_time(earlier), human_time(later)
    if words[0] != words[1]:
        return words
    return f"{number(earlier)} h", f"{number(later)} h"


def onset_words(band: Band) -> str:
    """Say when relief began."""
    if band.open:
        return "Start of relief not seen" + _up_to(band)
    after, by = told_apart(band.after_hours, band.by_hours)
    return f"Relief began after {after}, by {by}" if band.after_hours > 0 else f"Relief began by {by}"


def loss_words(band: Band) -> str:
    """Say when relief was lost."""
    if band.open:
        return "Loss of relief not seen" + _up_to(band)
    after, by = told_apart(band.after_hours, band.by_hours)
    return f"Relief lost after {after}, by {by}" if band.after_hours > 0 else f"Relief lost by {by}"


def _up_to(band: Band) -> str:
    return f" by {human_time(band.after_hours)}" if band.after_hours > 0 else ""


def plain(code: str) -> str:
    """Return a flag or reason code as words: `during_acute_effects` reads "during acute effects"."""
    return code.replace("_", " ").strip()
