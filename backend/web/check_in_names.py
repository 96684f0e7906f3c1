"""What a check-in is called in tables, in the reader's language; facts keep the name its protocol gives it."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def called(name: str) -> str:
    """Return the name of a check-in: "+1 h", "day 3", "week 2", "arrival"."""
    unit, _space, number = name.partition(" ")
    if unit in {"day", "week"} and number.isdecimal():
        return (_("day {number}") if unit == "day" else _("week {number}")).format(number=number)
    before = {"evening before": pgettext("check-in", "evening before"), "arrival": pgettext("check-in", "arrival")}
    return before.get(name, name)
