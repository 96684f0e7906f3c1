"""Recompute every conclusion from the facts and count the stored ones that were not the same."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from backend.analysis.conclude import ALGORITHM_VERSION
from backend.tracking.estimation.counting import cells_of, store
from backend.tracking.estimation.refreshing import refresh
from backend.tracking.estimation.sweeping import keys
from backend.tracking.models import Outcome, Progress, Stratum, StratumCells, Treatment


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many were recomputed, how many had only been waiting for a job, and how many stored ones differed."""

    treatments: int
    strata: int
    waiting: int
    differing: int


def rebuild() -> Rebuilt:
    """Recompute and store every outcome, then the cells of every stratum."""
    waiting = frozenset(Treatment.objects.with_other_outcomes(ALGORITHM_VERSION).values_list("pk", flat=True))
    uncounted = frozenset(Stratum.objects.needing_count().values_list("pk", flat=True))
    concluded = Exists(Outcome.objects.filter(treatment=OuterRef("pk")))
    treatments = differing = 0
    for primary_key in keys(Treatment.objects.filter(Q(state=Progress.STARTED) | concluded)):
        refreshed = refresh(primary_key)
        uncounted |= refreshed.strata
        differing += 0 if primary_key in waiting else refreshed.differing
        treatments += 1
    strata = 0
    for primary_key in keys(Stratum.objects.all()):
        differing += _recount(primary_key, told=primary_key in uncounted)
        strata += 1
    return Rebuilt(treatments, strata, len(waiting), differing)


@transaction.atomic
def _recount(stratum_id: int, *, told: bool) -> int:
    """Store the cells of a stratum anew; return how many stored ones differed although nothing had changed."""
    stratum = Stratum.objects.select_for_update().get(pk=stratum_id)
    stored = {_key(one): one.counts for one in StratumCells.objects.filter(stratum=stratum)}
    computed = cells_of(stratum)
    wanted = {_key(one): one.counts for one in computed}
    if stored != wanted:
        store(stratum, computed)
    Stratum.objects.filter(pk=stratum_id).update(counted_version=stratum.outcomes_version)
    if told:
        return 0
    return sum(stored.get(key) != wanted.get(key) for key in stored.keys() | wanted.keys())


def _key(cells: StratumCells) -> tuple[str, str]:
    return cells.instrument, cells.rule_set
