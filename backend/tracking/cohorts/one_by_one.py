"""Count outcomes one by one, for what no stored counts tell: doses, dates, later treatments, what failed before."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Min, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from backend.accounts.models import Clinic, Patient
from backend.analysis.cohorts.counts import Alike, Counts
from backend.analysis.schedule import PROTOCOLS, protocol
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

PATIENTS_AT_A_TIME = 10_000  # so that no read keeps a writer waiting for long
OF = "treatment__"

KIND = ("rule_set", "treatment__protocol", "month", "failed")
MOST_CHECK_INS = max(len(protocol(slug).check_ins) for slug in PROTOCOLS)
LONGEST_HOURS = max(protocol(slug).check_ins[-1].closes for slug in PROTOCOLS)

Row = tuple[
    Any, ...
]  # the columns of `KIND`, a place, how many there, and for how many each check-in was due, answered
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
    kinds: dict[Kind, list[Alike]] = {}
    for patients in _a_few_at_a_time(clinics):
        for row in _rows(clinics, selection, rule_sets, patients, by_previous=by_previous):
            rules, protocol_slug, month, failed, place, count, *each = row
            alike = Alike(place, count, tuple(each[:MOST_CHECK_INS]), tuple(each[MOST_CHECK_INS:]))
            kinds.setdefault((failed_word(failed), rules, protocol_slug, month), []).append(alike)
    found: dict[str, Parts] = {word: {name: [] for name in rule_sets} for word in FAILED_BEFORE}
    for (word, rules, protocol_slug, month), listed in sorted(kinds.items()):
        counts = Counts.of_alike(listed, protocol(protocol_slug).grid_hours)
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
) -> Iterator[Row]:
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
    each = {
        f"{column}_{number}": _how_many(column, number)
        for column in ("grid_due", "grid_answered")
        for number in range(MOST_CHECK_INS)
    }
    by_kind = rows.annotate(month=_month(timezone.now()), failed=failed).values(*KIND, "grid_place")
    grouped = by_kind.annotate(count=Count("pk"), **each)
    return iter(grouped.values_list(*KIND, "grid_place", "count", *each))


def _month(now: datetime) -> Case:
    """Return the month of a treatment; those in which every check-in is over are one, the latest of them."""
    first = (now - timedelta(hours=LONGEST_HOURS)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    over = When(treatment__started_at__lt=first, then=Value(f"{first - timedelta(days=1):%Y-%m}"))
    return Case(over, default=Substr(Cast("treatment__started_at", TextField()), 1, 7))


def _how_many(column: str, number: int) -> Sum:
    """Return for how many rows a bit is set."""
    return Sum(F(column).bitrightshift(number).bitand(1), output_field=IntegerField())
