"""Which two groups an address asks for, and the form that asks."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import Person
from backend.accounts.refusals import Refused
from backend.tracking.cohorts import GROUPED_BY, Compared, Selection, compare
from backend.tracking.pictures import group_words
from backend.web.clinician.cohorts.filters import Filters

USUAL_BY = "route"
BY = {
    "route": gettext_lazy("Route"),
    "drug": gettext_lazy("Drug"),
    "indication": gettext_lazy("Indication"),
    "previous": gettext_lazy("Earlier treatments"),
    "number": gettext_lazy("First or later"),
    "protocol": gettext_lazy("Protocol"),
}
GROUPS = ("a", "b")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two different values of one of `GROUPED_BY`, among those of a selection."""

    by: str
    a: str
    b: str

    def as_params(self, selection: Selection) -> dict[str, str]:
        """Return the address that brings this comparison again; what tells the groups apart is no filter."""
        params = selection.as_params() | {"by": self.by, "a": self.a, "b": self.b}
        return {name: given for name, given in params.items() if name != self.by}

    def compared(self, person: Person, selection: Selection) -> Compared:
        """Return the comparison."""
        return compare(person, selection, self.by, [self.a, self.b])


def by_of(asked: dict[str, str]) -> str:
    """Return by what the groups are to differ; the usual where that makes no sense, which `pair_of` refuses."""
    by = asked.get("by", USUAL_BY)
    return by if by in GROUPED_BY else USUAL_BY


def pair_of(asked: dict[str, str]) -> Pair | None:
    """Return the two groups asked for, None where one is not named yet; `Refused` names what makes no sense."""
    by = asked.get("by", USUAL_BY)
    if by not in GROUPED_BY:
        raise Refused("by", _("Groups can differ by: {names}.").format(names=", ".join(GROUPED_BY)))
    for name in GROUPS:
        if asked.get(name) and asked[name] not in GROUPED_BY[by]:
            raise Refused(name, _("Expected one of {values}.").format(values=", ".join(GROUPED_BY[by])))
    a, b = (asked.get(name, "") for name in GROUPS)
    if a and a == b:
        raise Refused("b", _("Choose another group than the first."))
    return Pair(by, a, b) if a and b else None


def largest(person: Person, selection: Selection, by: str, named: str) -> Pair | None:
    """Return the largest two groups, or the one named and the largest other; None where there is nobody to compare."""
    found = compare(person, selection, by)
    in_order = sorted(found.groups, key=lambda one: (one.value != named, -one.cohort.n))
    values = [one.value for one in in_order if one.cohort.n or one.value == named][: len(GROUPS)]
    return Pair(by, *values) if len(values) == len(GROUPS) else None


class PairFilters(Filters):
    """The filters of a cohort, and which two groups; what tells the groups apart is no filter."""

    def __init__(self, asked: dict[str, str]) -> None:
        super().__init__(asked)
        by = by_of(asked)
        choices = [(value, group_words(by, value, asked.get("unit", ""))) for value in GROUPED_BY[by]]
        del self.fields[by]
        for name, label in zip(GROUPS, (_("One group"), _("The other group")), strict=True):
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)

    @property
    def pair(self) -> list[forms.BoundField]:
        """Return the fields of the two groups."""
        return [self[name] for name in GROUPS]

    @property
    def more(self) -> list[forms.BoundField]:
        """Return every filter: here they all unfold."""
        return [self[name] for name in self.fields if name not in GROUPS]
