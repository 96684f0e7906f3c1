"""Times, scores and intervals as people read them."""

from backend.charts.model import Band
from backend.language import gettext as _
from backend.language import ngettext, pgettext, pgettext_noop

HOURS_PER_DAY = 24
DAYS_PER_WEEK = 7
_FIRST_DAY_HOURS = 20  # the day-1 check-in opens here; earlier times are told in hours and minutes
_SAME_DAY = 0.25  # days; a rating six hours off the whole day is still told by that day


def number(value: float) -> str:
    """Return a value with at most two decimals, a true minus sign and no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    if text == "-0":
        return "0"
    signed = text.replace("-", "−")
    return signed.replace(".", decimal_mark()) if "." in signed else signed


def decimal_mark() -> str:
    """Return what stands before the decimals."""
    return pgettext("decimal mark", ".")


def percent(share: float) -> str:
    """Return a share of one as a percentage with at most one decimal."""
    return f"{number(round(share * 100, 1))} %"


def human_time(hours: float, *, in_sentence: bool = False) -> str:
    """Return a time since the dose in the unit people would use: 45 min, 2 h, day 3, week 2, 20 min before.

    Days keep one decimal when a rating was more than six hours off: a bound must not claim more than was seen.
    `in_sentence`: for languages in which a day or a week then needs an article.
    """
    if hours < 0:
        return _("{time} before").format(time=_elapsed(-hours))
    if not told_in_days(hours):
        return _elapsed(hours) if hours < _FIRST_DAY_HOURS else _("{hours} h").format(hours=f"{hours:.0f}")
    days = _days(hours)
    if days % DAYS_PER_WEEK == 0:
        week = pgettext("in a sentence", "week {number}") if in_sentence else _("week {number}")
        return week.format(number=f"{days / DAYS_PER_WEEK:.0f}")
    day = pgettext("in a sentence", "day {number}") if in_sentence else _("day {number}")
    return day.format(number=number(days))


def told_in_days(hours: float) -> bool:
    """Tell whether `human_time` says a time in days or weeks, and so may round it."""
    return hours >= _FIRST_DAY_HOURS and (hours >= 2 * HOURS_PER_DAY or _days(hours) % 1 == 0)


def _days(hours: float) -> float:
    days = hours / HOURS_PER_DAY
    return float(round(days)) if abs(days - round(days)) <= _SAME_DAY else round(days, 1)


def _elapsed(hours: float) -> str:
    if hours < HOURS_PER_DAY:
        whole, minutes = divmod(round(hours * 60), 60)
        parts = [_("{hours} h").format(hours=whole)] if whole or not minutes else []
        return " ".join([*parts, _("{minutes} min").format(minutes=minutes)] if minutes else parts)
    days = number(round(hours / HOURS_PER_DAY, 1))
    return ngettext("{days} day", "{days} days", 1 if days == "1" else 2).format(days=days)


def told_apart(earlier: float, later: float) -> tuple[str, str]:
    """Return two times in words that differ, in plain hours where the friendlier words would be the same."""
    words = human_time(earlier, in_sentence=True), human_time(later, in_sentence=True)
    if words[0] != words[1]:
        return words
    return _("{hours} h").format(hours=number(earlier)), _("{hours} h").format(hours=number(later))


def onset_words(band: Band) -> str:
    """Say when relief began."""
    if band.open and band.after_hours > 0:
        return _("Start of relief not seen by {time}").format(time=human_time(band.after_hours, in_sentence=True))
    if band.open:
        return _("Start of relief not seen")
    after, by = told_apart(band.after_hours, band.by_hours)
    words = _("Relief began after {after}, by {by}") if band.after_hours > 0 else _("Relief began by {by}")
    return words.format(after=after, by=by)


def loss_words(band: Band) -> str:
    """Say when relief was lost."""
    if band.open and band.after_hours > 0:
        return _("Loss of relief not seen by {time}").format(time=human_time(band.after_hours, in_sentence=True))
    if band.open:
        return _("Loss of relief not seen")
    after, by = told_apart(band.after_hours, band.by_hours)
    words = _("Relief lost after {after}, by {by}") if band.after_hours > 0 else _("Relief lost by {by}")
    return words.format(after=after, by=by)


# What `plain` makes of every flag and reason, listed to be translated.
CODES = (
    pgettext_noop("code", "during acute effects"),
    pgettext_noop("code", "during administration"),
    pgettext_noop("code", "after rescue"),
    pgettext_noop("code", "late"),
    pgettext_noop("code", "offline"),
    pgettext_noop("code", "suspect time"),
    pgettext_noop("code", "amended"),
    pgettext_noop("code", "lookback overlaps dose"),
    pgettext_noop("code", "equal instants"),
    pgettext_noop("code", "unsettled baseline"),
    pgettext_noop("code", "no baseline"),
    pgettext_noop("code", "baseline below minimum"),
    pgettext_noop("code", "no rating after dose"),
    pgettext_noop("code", "too sleepy"),
    pgettext_noop("code", "not now"),
    pgettext_noop("code", "stopped"),
    pgettext_noop("code", "other"),
    pgettext_noop("code", "superseded"),
    pgettext_noop("code", "cancelled"),
)


def plain(code: str) -> str:
    """Return a flag or reason code as words: `during_acute_effects` reads "during acute effects"."""
    words = code.replace("_", " ").strip()
    return pgettext("code", words) if words else ""
