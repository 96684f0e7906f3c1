"""The instruments as a clinic decides about them: when each is asked, and for whom, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.accounts.models import Clinic
from backend.accounts.services.clinic_rules import optional_instruments
from backend.charts.words import human_time
from backend.instruments import PRIMARY, Given, Instrument, get, known, spoken
from backend.tracking.models import Indication


@dataclass(frozen=True, slots=True)
class Scale:
    """One instrument in words; `only_for` names indications, empty where it is asked of everybody."""

    slug: str
    title: str
    label: str
    recall: str
    lowest: int
    highest: int
    questions: int
    when: str
    only_for: str
    is_fixed: bool
    is_asked: bool


def scales_at(clinic: Clinic) -> list[Scale]:
    """Return what is asked by itself at check-ins, the first question first, and whether this clinic asks it."""
    return [_scale(one, clinic) for one in known() if one.given is not None]


def optional_choices() -> list[tuple[str, str]]:
    """Return the slug and title of each that may be left out."""
    return [(slug, spoken(get(slug)).title) for slug in optional_instruments()]


def _scale(instrument: Instrument, clinic: Clinic) -> Scale:
    told, given = spoken(instrument), instrument.given
    assert given is not None  # noqa: S101 - asked for above
    only_for = ", ".join(str(Indication(one).label) for one in given.indications)
    return Scale(
        slug=told.slug,
        title=told.title,
        label=told.label or "",
        recall=told.recall,
        lowest=told.total_minimum,
        highest=told.total_maximum,
        questions=len(told.items),
        when=when(given),
        only_for=only_for,
        is_fixed=told.slug == PRIMARY,
        is_asked=told.slug not in clinic.left_out_instruments,
    )


def when(given: Given) -> str:
    """Say at which check-ins an instrument is asked."""
    if given.every_weeks is not None:
        before = ngettext(
            "Before the dose and every week", "Before the dose and every {count} weeks", given.every_weeks
        )
        after = ngettext("Every week", "Every {count} weeks", given.every_weeks)
        return (before if given.baseline else after).format(count=given.every_weeks)
    if given.from_hours is None:
        return _("Before the dose")
    if given.until_hours is not None:
        return _("At the check-ins in the first {hours} h").format(hours=f"{given.until_hours:g}")
    if given.from_hours > 0:
        return _("At every check-in from {time} on").format(time=human_time(given.from_hours, in_sentence=True))
    return _("Before the dose and at every check-in") if given.baseline else _("At every check-in after the dose")
