"""Count the outcomes of a stratum into the cells that cohort curves follow from."""

from itertools import groupby

from django.db import transaction

from backend.analysis.cohorts.counts import Counts, Member
from backend.analysis.conclude import ALGORITHM_VERSION
from backend.analysis.schedule import protocol
from backend.tracking.models import Outcome, Stratum, StratumCells


def uncounted(treatment_id: int) -> frozenset[int]:
    """Return the strata that a treatment's outcomes are in and whose counts come from older outcomes."""
    mine = Stratum.objects.needing_count().filter(outcomes__treatment=treatment_id)
    return frozenset(mine.values_list("pk", flat=True))


def count(stratum_id: int) -> None:
    """Bring the cells of one stratum up to its outcomes; older counts never replace newer ones."""
    stratum = Stratum.objects.get(pk=stratum_id)
    cells = cells_of(stratum)
    with transaction.atomic():
        older = Stratum.objects.filter(pk=stratum.pk, counted_version__lt=stratum.outcomes_version)
        if older.update(counted_version=stratum.outcomes_version):
            store(stratum, cells)


def cells_of(stratum: Stratum) -> list[StratumCells]:
    """Return the cells that follow from the outcomes of a stratum as they are now."""
    hours = protocol(stratum.protocol).grid_hours
    rows = Outcome.objects.filter(stratum=stratum).order_by("instrument", "rule_set")
    listed = rows.values_list("instrument", "rule_set", "grid_place", "grid_due", "grid_answered")
    return [
        StratumCells(
            stratum=stratum,
            instrument=instrument,
            rule_set=rules,
            algorithm_version=ALGORITHM_VERSION,
            counts=Counts.of((Member.stored(*one[2:]) for one in group), hours).as_json(),
        )
        for (instrument, rules), group in groupby(listed, key=lambda row: row[:2])
    ]


def store(stratum: Stratum, cells: list[StratumCells]) -> None:
    """Replace the cells of a stratum."""
    StratumCells.objects.filter(stratum=stratum).delete()
    StratumCells.objects.bulk_create(cells)
