"""Count outcomes one by one, for what no stored counts tell: doses, dates, later treatments, what failed before."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db.models import IntegerField, Max, Min, QuerySet, TextField, Value
from django.db.models.functions import Cast, Substr

from backend.accounts.models import Clinic, Patient
from backend.analysis.cohorts.counts import Counts, Member
from backend.analysis.schedule import protocol
from backend.tracking.cohorts.choosing import (
    Patients,
    chosen,
    failed_before,
    failed_word,
    of_dose,
    of_number,
    of_previous,
    started_within,
)
from backend.tracking.cohorts.parts import Part, Parts
from backend.tracking.cohorts.selection import FAILED_BEFORE, Selection
from backend.tracking.models import Outcome

PATIENTS_AT_A_TIME = 5000  # so that no read keeps a writer waiting for long
OF = "treatment__"

Row = tuple[str, str, str, int | None, str]  # rule set, protocol, month such as 2026-01, trials failed, JSON
Kind = tuple[str, str, str, str]  # trials failed in a word, rule set, protocol, month


def one_by_one(clinics: QuerySet[Clinic], selection: Selection, rule_sets: Sequence[str]) -> Parts:
    """Return what a selection counts under each of several rule sets."""
    found = _counted(clinics, selection, rule_sets, by_previous=False)
    return {name: [part for one in found.values() for part in one[name]] for name in rule_sets}


def by_previous(clinics: QuerySet[Clinic], selection: Selection, rule_sets: Sequence[str]) -> dict[str, Parts]:
    """Return the same of each of `FAILED_BEFORE`, at little more than the cost of all together."""
    return _counted(clinics, selection, rule_sets, by_previous=True)


def _counted(
    clinics: QuerySet[Clinic], selection: Selection, rule_sets: Sequence[str], *, by_previous: bool
) -> dict[str, Parts]:
    alike: Counter[Row] = Counter()
    for patients in _a_few_at_a_time(clinics):
        alike.update(_rows(clinics, selection, rule_sets, patients, by_previous=by_previous))
    kinds: dict[Kind, Counter[Member]] = {}
    for (rules, protocol_slug, month, failed, text), count in alike.items():  # each JSON is read once
        kind = (failed_word(failed), rules, protocol_slug, month)
        kinds.setdefault(kind, Counter())[Member.from_json(json.loads(text))] += count
    found: dict[str, Parts] = {word: {name: [] for name in rule_sets} for word in FAILED_BEFORE}
    for (word, rules, protocol_slug, month), members in sorted(kinds.items()):
        counts = Counts.weighted(members, protocol(protocol_slug).grid_hours)
        found[word][rules].append(Part(protocol_slug, date.fromisoformat(f"{month}-01"), counts))
    return found


def _a_few_at_a_time(clinics: QuerySet[Clinic]) -> Iterator[Patients]:
    ends = Patient.objects.filter(clinic__in=clinics).aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for first in range(ends["first"], ends["last"] + 1, PATIENTS_AT_A_TIME):
        yield Patients(first, first + PATIENTS_AT_A_TIME)


def _rows(
    clinics: QuerySet[Clinic], selection: Selection, rule_sets: Sequence[str], among: Patients, *, by_previous: bool
) -> Iterable[Row]:
    rows = Outcome.objects.filter(
        chosen(selection, OF),
        started_within(selection, OF),
        of_dose(selection, OF),
        unit=selection.unit,
        instrument=selection.instrument,
        rule_set__in=rule_sets,
        treatment__patient__gte=among.first,
        treatment__patient__lt=among.stop,
        treatment__patient__clinic__in=clinics,
    )
    first = selection.number == 1
    rows = rows.filter(stratum__isnull=False) if first else rows.filter(treatment__in=of_number(selection, among))
    if selection.previous:
        rows = rows.alias(failed=failed_before()).filter(of_previous(selection))
    failed = failed_before() if by_previous else Value(None, IntegerField())
    month = Substr(Cast("treatment__started_at", TextField()), 1, 7)
    return rows.values_list("rule_set", "treatment__protocol", month, failed, Cast("on_grid", TextField()))
