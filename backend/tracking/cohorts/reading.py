"""Read what a selection counts: stored cells where months and kinds are whole, else the outcomes one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from backend.accounts.models import Clinic
from backend.analysis.cohorts.counts import Counts
from backend.analysis.schedule import protocol
from backend.tracking.cohorts.choosing import chosen, takes
from backend.tracking.cohorts.one_by_one import one_by_one
from backend.tracking.cohorts.parts import Part, Parts, last_day
from backend.tracking.cohorts.selection import Selection
from backend.tracking.models import Stratum, StratumCells


def strata_of(clinics: QuerySet[Clinic], selection: Selection) -> list[Stratum]:
    """Return the strata that a selection takes whole or in part."""
    rows = Stratum.objects.filter(chosen(selection), clinic__in=clinics, unit=selection.unit)
    if selection.since:
        rows = rows.filter(month__gte=selection.since.replace(day=1))
    if selection.until:
        rows = rows.filter(month__lte=selection.until)
    return list(rows.order_by("pk"))


def parts_of(
    clinics: QuerySet[Clinic], selection: Selection, strata: Sequence[Stratum], rule_sets: Sequence[str]
) -> Parts:
    """Return what a selection counts under each of several rule sets; `strata` may hold more than it takes."""
    found: Parts = {name: [] for name in rule_sets}
    whole, rest = _whole_and_rest([one for one in strata if takes(selection, one)], selection)
    if whole:
        _add_stored(found, whole, selection)
    for one in rest:
        counted = one_by_one(clinics, one, rule_sets)
        for name in found:
            found[name] += counted[name]
    return found


def _add_stored(found: Parts, whole: Sequence[Stratum], selection: Selection) -> None:
    by_pk = {one.pk: one for one in whole}
    rows = StratumCells.objects.filter(stratum__in=by_pk, instrument=selection.instrument, rule_set__in=found)
    for cells in rows.order_by("stratum"):
        stratum = by_pk[cells.stratum_id]
        counts = Counts.from_json(cells.counts, protocol(stratum.protocol).grid_hours)
        found[cells.rule_set].append(Part(stratum.protocol, stratum.month, counts))


def _whole_and_rest(strata: Sequence[Stratum], selection: Selection) -> tuple[list[Stratum], list[Selection]]:
    """Return the strata to take whole, and selections of what is left: the months that the days cut, or everything."""
    if not replace(selection, since=None, until=None).is_stored:
        return [], [selection]
    cut = sorted({one.month for one in strata if _is_cut(one.month, selection)})
    return [one for one in strata if one.month not in cut], [_in_month(month, selection) for month in cut]


def _is_cut(month: date, selection: Selection) -> bool:
    """Tell whether only some days of a month are selected."""
    first = bool(selection.since and selection.since > month)
    return first or bool(selection.until and selection.until < last_day(month))


def _in_month(month: date, selection: Selection) -> Selection:
    since, until = selection.since or month, selection.until or last_day(month)
    return replace(selection, since=max(month, since), until=min(last_day(month), until))
