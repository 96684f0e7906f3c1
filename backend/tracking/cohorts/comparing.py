"""Groups of one selection against each other, at the check-ins that all of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

from django.db.models import QuerySet

from backend.accounts.models import Clinic, Person
from backend.accounts.refusals import Refused
from backend.analysis.cohorts.comparison import Comparison, compared
from backend.analysis.intervals.two_sample import TwoSample
from backend.analysis.schedule import PROTOCOLS
from backend.tracking.cohorts.cohort import Cohort, counted, waiting
from backend.tracking.cohorts.one_by_one import by_previous
from backend.tracking.cohorts.selection import FAILED_BEFORE, USUAL, Selection
from backend.tracking.cohorts.stored import Asked, kept
from backend.tracking.models import Drug, Indication, Route

# By what groups may be formed, and all values it may have.
GROUPED_BY: dict[str, tuple[str, ...]] = {
    "route": tuple(Route.values),
    "drug": tuple(Drug.values),
    "indication": tuple(Indication.values),
    "protocol": PROTOCOLS,
    "previous": FAILED_BEFORE,
    "number": ("1", "2", "3"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """One group: the value it shares, and its cohort at the common check-ins."""

    value: str
    cohort: Cohort


@dataclass(frozen=True, slots=True)
class Compared:
    """Groups in order of their values, and the tests of every pair: Sun's first, z above 0 says earlier in `group_a`.

    `fewer_check_ins`: whether some group was asked oftener than what all share. `waiting`: see `Cohort`.
    """

    selection: Selection
    by: str
    groups: tuple[Group, ...]
    tests: tuple[Comparison, ...]
    fewer_check_ins: bool
    waiting: int

    @property
    def check_in_names(self) -> tuple[str, ...]:
        """Return the check-ins that all groups share."""
        return self.groups[0].cohort.check_in_names if self.groups else ()


def compare(person: Person, selection: Selection, by: str, values: Sequence[str] = ()) -> Compared:
    """Compare groups by one of `GROUPED_BY`: those with the values named, else all in which anybody is.

    Groups under the smallest number have no estimate, and tests of them no result. What the selection says about
    `by` itself does not count. `Refused` names what cannot be compared.
    """
    _refuse_unknown(by, values)
    everybody = replace(selection, **{by: getattr(USUAL, by)})
    clinics = Clinic.objects.staffed_by(person)
    groups = _groups(everybody, by, values)
    stored = kept(asked_to_compare(clinics, everybody, by, *values))
    return Compared(
        selection=everybody,
        by=by,
        groups=tuple(Group(value, Cohort.from_json(groups[value], one)) for value, one in stored["groups"]),
        tests=tuple(_test(one) for one in stored["tests"]),
        fewer_check_ins=stored["fewer_check_ins"],
        waiting=waiting(clinics, everybody),
    )


def asked_to_compare(clinics: QuerySet[Clinic], everybody: Selection, by: str, *values: str) -> Asked:
    """Return the question whose answer is groups and tests as JSON; without values, of all in which anybody is."""
    groups = _groups(everybody, by, values)
    work_out = partial(_worked_out, groups=groups, is_named=bool(values))
    what = ("compare", by, *(groups if values else ()))
    return Asked.now(what, work_out, clinics, everybody, also=list(groups.values()))


def _groups(everybody: Selection, by: str, values: Sequence[str]) -> dict[str, Selection]:
    return {value: _of_group(everybody, by, value) for value in sorted(set(values)) or GROUPED_BY[by]}


def _refuse_unknown(by: str, values: Sequence[str]) -> None:
    if by not in GROUPED_BY:
        raise Refused("by", f"by is {by!r}, expected one of {', '.join(GROUPED_BY)}")
    for value in values:
        if value not in GROUPED_BY[by]:
            raise Refused("values", f"values has {value!r}, expected some of {', '.join(GROUPED_BY[by])}")


def _of_group(everybody: Selection, by: str, value: str) -> Selection:
    chosen: dict[str, Any] = {by: int(value) if by == "number" else value}
    return replace(everybody, **chosen)


def _worked_out(asked: Asked, *, groups: Mapping[str, Selection], is_named: bool) -> dict[str, Any]:
    """Return the groups' cohorts on the grid they share, and the tests of every pair, as JSON."""
    cohorts = _cohorts(asked, groups)
    if not is_named:
        cohorts = {value: one for value, one in cohorts.items() if one.n or one.counts.reasons}
    finest = [one.counts.hours for one in cohorts.values() if one.n]
    common = tuple(hour for hour in finest[0] if all(hour in one for one in finest)) if finest else None
    shown = {value: one if common is None else one.at_hours(common) for value, one in cohorts.items()}
    cells = {value: one.counts.cells() for value, one in shown.items()}
    tests = [
        one
        for first, second in combinations(sorted(shown), 2)
        for one in compared(asked.selection.instrument, (first, cells[first]), (second, cells[second]))
    ]
    return {
        "groups": [[value, one.as_json()] for value, one in sorted(shown.items())],
        "tests": [asdict(one) for one in tests],
        "fewer_check_ins": any(len(one) > len(common or ()) for one in finest),
    }


def _cohorts(asked: Asked, groups: Mapping[str, Selection]) -> dict[str, Cohort]:
    if not set(groups) <= set(FAILED_BEFORE):
        return {value: counted(asked, selection) for value, selection in groups.items()}
    rules = asked.selection.rule_set
    parts = by_previous(asked.clinics, asked.selection, [rules])
    return {value: Cohort.of(selection, parts[value][rules], asked.at) for value, selection in groups.items()}


def _test(stored: Mapping[str, Any]) -> Comparison:
    return Comparison(**{**stored, "test": TwoSample(**stored["test"])})
