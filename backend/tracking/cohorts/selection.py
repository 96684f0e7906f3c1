"""Which treatments form a cohort and by what they are judged: read from texts, written back as texts, in words."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from backend import instruments
from backend.accounts.refusals import Refused
from backend.analysis.calendar import YEARS
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RULE_SETS
from backend.analysis.schedule import PROTOCOLS, protocol
from backend.charts.words import number
from backend.tracking.models import Drug, Indication, Route, Unit

EITHER = "either"  # ketamine or esketamine
HOURLY = "hourly"  # any protocol that asks in the first hours
FAILED_BEFORE = ("none", "1", "2+")
HIGHEST_NUMBER = 99

_DOSE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which treatments (or courses) form the cohort, and by what they are judged; empty means any.

    `since`, `until`: first and last day, UTC, on which the treatment started. `number`: which one of each patient,
    1 the index. `dose_from`, `dose_to`: mg per kg; whose weight is not known is then in no cohort. `previous`: how
    many adequate trials of other treatments are listed that had too little effect or lost it.
    """

    route: str = ""
    drug: str = ""
    indication: str = ""
    instrument: str = instruments.PRIMARY
    rule_set: str = DEFAULT_RULE_SET
    unit: str = Unit.TREATMENT
    since: date | None = None
    until: date | None = None
    protocol: str = ""
    dose_from: Decimal | None = None
    dose_to: Decimal | None = None
    number: int = 1
    previous: str = ""

    @property
    def depends(self) -> frozenset[str]:
        """Return what it follows from besides strata: treatments, lists of previous ones."""
        first = self.since is None or self.since.day == 1
        last = self.until is None or (self.until + timedelta(days=1)).day == 1
        of_each = self.dose_from is not None or self.dose_to is not None or self.number > 1 or not (first and last)
        return frozenset(["treatments"] * of_each + ["previous"] * bool(self.previous))

    @property
    def is_stored(self) -> bool:
        """Tell whether its counts are kept: nothing in it divides the months and kinds that jobs count."""
        return not self.depends

    @property
    def drugs(self) -> list[str]:
        """Return the drugs that are in it, none for any."""
        if self.drug == EITHER:
            return [Drug.KETAMINE, Drug.ESKETAMINE]
        return [self.drug] if self.drug else []

    @property
    def protocols(self) -> list[str]:
        """Return the protocols that are in it, none for any."""
        if self.protocol == HOURLY:
            return [slug for slug in PROTOCOLS if protocol(slug).check_ins[0].nominal < 24]  # noqa: PLR2004 - a day
        return [self.protocol] if self.protocol else []

    def as_params(self) -> dict[str, str]:
        """Return the texts that `selection_from` reads it from, without those that are as usual."""
        found = {name: _told(getattr(self, field)) for name, field in FIELDS.items()}
        usual = {name: _told(getattr(USUAL, field)) for name, field in FIELDS.items()}
        return {name: told for name, told in found.items() if told != usual[name]}

    def in_words(self) -> str:
        """Return what narrows it, for the label of a curve; nobody left out by choice is "All"."""
        return ", ".join(_narrowing(self)) or _("All")


# What the parameters of an address are called.
FIELDS = {
    "route": "route",
    "drug": "drug",
    "indication": "indication",
    "instrument": "instrument",
    "rule_set": "rule_set",
    "unit": "unit",
    "from": "since",
    "to": "until",
    "protocol": "protocol",
    "dose_from": "dose_from",
    "dose_to": "dose_to",
    "number": "number",
    "previous": "previous",
}
USUAL = Selection()


def selection_from(params: Mapping[str, str]) -> Selection:
    """Read a selection from texts by the names in `FIELDS`; `Refused` names the one that makes no sense."""
    outcome_slugs = [one.slug for one in instruments.known() if one.role == "outcome"]
    found = Selection(
        route=_one_of("route", params.get("route", ""), ["", *Route.values]),
        drug=_one_of("drug", params.get("drug", ""), ["", *Drug.values, EITHER]),
        indication=_one_of("indication", params.get("indication", ""), ["", *Indication.values]),
        instrument=_one_of("instrument", params.get("instrument") or instruments.PRIMARY, outcome_slugs),
        rule_set=_one_of("rule_set", params.get("rule_set") or DEFAULT_RULE_SET, list(RULE_SETS)),
        unit=_one_of("unit", params.get("unit") or Unit.TREATMENT, Unit.values),
        since=_day("from", params.get("from", "")),
        until=_day("to", params.get("to", "")),
        protocol=_one_of("protocol", params.get("protocol", ""), ["", *PROTOCOLS, HOURLY]),
        dose_from=_dose("dose_from", params.get("dose_from", "")),
        dose_to=_dose("dose_to", params.get("dose_to", "")),
        number=_count("number", params.get("number", "")),
        previous=_one_of("previous", params.get("previous", ""), ["", *FAILED_BEFORE]),
    )
    _refuse_backwards(found)
    return found


def _refuse_backwards(found: Selection) -> None:
    if found.since and found.until and found.until < found.since:
        raise Refused("to", _("This is before the first day."))
    if found.dose_from is not None and found.dose_to is not None and found.dose_to < found.dose_from:
        told = _("This is less than the lowest dose, {low} mg/kg.")
        raise Refused("dose_to", told.format(low=number(float(found.dose_from))))


def _told(given: object) -> str:
    return "" if given is None else str(given)


def _one_of(field: str, given: str, expected: list[str]) -> str:
    if given not in expected:
        raise Refused(field, _("Expected one of {values}.").format(values=", ".join(filter(None, expected))))
    return given


def _day(field: str, given: str) -> date | None:
    if not given:
        return None
    with suppress(ValueError):
        found = date.fromisoformat(given)
        if found.year in YEARS:
            return found
    raise Refused(field, _("Write a day such as 2026-01-31."))


def _dose(field: str, given: str) -> Decimal | None:
    if not given:
        return None
    if not _DOSE.fullmatch(given):
        told = _("Write mg/kg below 1000 with at most two decimals, such as {example}.")
        raise Refused(field, told.format(example=number(0.5)))
    return Decimal(given)


def _count(field: str, given: str) -> int:
    if not given:
        return 1
    if given.isascii() and given.isdecimal() and len(given) <= len(str(HIGHEST_NUMBER)) and int(given):
        return int(given)
    raise Refused(field, _("Write a number from 1 to {highest}.").format(highest=HIGHEST_NUMBER))


def _narrowing(selection: Selection) -> list[str]:
    drugs = {EITHER: _("ketamine or esketamine"), **{name: str(label) for name, label in Drug.choices}}
    named = [
        drugs.get(selection.drug, ""),
        str(Route(selection.route).label) if selection.route else "",
        str(Indication(selection.indication).label) if selection.indication else "",
        *_with_number(selection),
        *_with_dose(selection),
        *_with_previous(selection),
        *_with_protocol(selection),
        *_with_days(selection),
    ]
    return [one for one in named if one]


def _with_number(selection: Selection) -> list[str]:
    if selection.number == 1:
        return []
    words = _("course {number}") if selection.unit == Unit.COURSE else _("treatment {number}")
    return [words.format(number=selection.number)]


def _with_dose(selection: Selection) -> list[str]:
    low, high = (None if one is None else number(float(one)) for one in (selection.dose_from, selection.dose_to))
    if low is not None and high is not None:
        return [_("{low} to {high} mg/kg").format(low=low, high=high)]
    if low is not None:
        return [_("from {low} mg/kg").format(low=low)]
    return [] if high is None else [_("up to {high} mg/kg").format(high=high)]


def _with_previous(selection: Selection) -> list[str]:
    words = {
        "none": _("no failed treatment listed"),
        "1": _("one failed treatment listed"),
        "2+": _("two or more failed treatments listed"),
    }
    return [words[selection.previous]] if selection.previous else []


def _with_protocol(selection: Selection) -> list[str]:
    if selection.protocol == HOURLY:
        return [_("asked in the first hours")]
    return [_(protocol(selection.protocol).title)] if selection.protocol else []


def _with_days(selection: Selection) -> list[str]:
    since, until = selection.since, selection.until
    if since and until:
        return [_("{since} to {until}").format(since=since, until=until)]
    if since:
        return [_("from {since}").format(since=since)]
    return [_("until {until}").format(until=until)] if until else []
