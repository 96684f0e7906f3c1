"""What was once estimated is kept under everything that it follows from, so that it is found again and never stale."""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import OperationalError
from django.db.models import Count, Q, QuerySet, Subquery, Sum, Value
from django.utils import timezone

from backend.accounts.models import Clinic
from backend.analysis.conclude import ALGORITHM_VERSION
from backend.tracking.cohorts.parts import check_ins_over
from backend.tracking.cohorts.reading import strata_of
from backend.tracking.cohorts.selection import Selection
from backend.tracking.models import CohortCurve, PreviousTreatment, Stratum, Treatment

FORMAT = 1  # goes up with every change of what is kept, or of how it is estimated

Json = dict[str, Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about some clinics at one moment; `strata` are all that the answer can follow from.

    `what`: what is asked of the selection, such as cohort; `work_out` answers it; `depends`: see `Selection.depends`.
    """

    what: tuple[str, ...]
    work_out: Callable[["Asked"], Json]
    clinics: QuerySet[Clinic]
    selection: Selection
    at: datetime
    strata: tuple[Stratum, ...]
    depends: frozenset[str]

    @classmethod
    def now(
        cls,
        what: tuple[str, ...],
        work_out: Callable[["Asked"], Json],
        clinics: QuerySet[Clinic],
        selection: Selection,
        *,
        within: Selection | None = None,
        also: Sequence[Selection] = (),
    ) -> Self:
        """Ask at this moment. `within`: what holds all that is asked for; `also`: what is asked for besides."""
        strata = tuple(strata_of(clinics, within or selection))
        depends = frozenset[str]().union(*(one.depends for one in (selection, *also)))
        return cls(what, work_out, clinics, selection, timezone.now(), strata, depends)

    def clinic_ids(self) -> list[int]:
        """Return the clinics the answer is about; strata tell them all unless more is looked at."""
        if self.depends:
            return sorted(self.clinics.values_list("pk", flat=True))
        return sorted({one.clinic_id for one in self.strata})

    def key(self) -> str:
        """Return the name of the answer: another one as soon as anything that it follows from is another."""
        over = {(one.protocol, str(one.month), check_ins_over(one.protocol, one.month, self.at)) for one in self.strata}
        follows_from = [
            [FORMAT, ALGORITHM_VERSION, *self.what, self.selection.as_params()],
            [(one.pk, one.counted_version) for one in self.strata],
            sorted(over),
            _treatments(self.clinics, with_trials="previous" in self.depends) if "treatments" in self.depends else [],
            _trials() if self.depends == {"previous"} else [],
        ]
        return hashlib.sha256(json.dumps(follows_from).encode()).hexdigest()


def kept(asked: Asked) -> Json:
    """Return the kept answer, else work it out and keep it.

    What changes while it is worked out makes it newer than its key says, and that key is never asked for again:
    every number in a key only goes up.
    """
    key = asked.key()
    found = CohortCurve.objects.filter(key=key).values_list("estimates", flat=True).first()
    if found is not None:
        return dict(found)
    worked_out = asked.work_out(asked)
    keep(key, asked, worked_out)
    return worked_out


def keep(key: str, asked: Asked, estimates: Json) -> None:
    """Keep an answer under a key that was made before anything was read for it."""
    row = CohortCurve(
        key=key,
        clinics=asked.clinic_ids(),
        selection={"asked": asked.what, **asked.selection.as_params()},
        estimates=estimates,
        computed_at=timezone.now(),
    )
    try:
        CohortCurve.objects.bulk_create([row], ignore_conflicts=True)
    except OperationalError:  # the database is busy or read-only: the reader has the answer all the same
        logger.warning("a cohort's estimates could not be kept", exc_info=True)


def _treatments(clinics: QuerySet[Clinic], *, with_trials: bool) -> list[Any]:
    """Return numbers that go up with every change of treatments and their outcomes, which strata tell only some of.

    `with_trials`: those of `_trials` too, in the same query.
    """
    rows = Treatment.objects.filter(patient__clinic__in=clinics).values("patient__clinic").order_by()
    changed = rows.annotate(
        n=Count("pk"),
        corrected=Sum("version"),
        rated=Sum("ratings_version"),
        waiting=Count("pk", filter=Q(needs_estimate=True)),
    )
    numbers = ["patient__clinic", "n", "corrected", "rated", "waiting"]
    if with_trials:
        last = PreviousTreatment.objects.order_by("-pk").values("pk")[:1]
        changed = changed.annotate(last_trial=Subquery(last), trials_removed=_trials_removed())
        numbers += ["last_trial", "trials_removed"]
    return sorted(map(list, changed.values_list(*numbers)))


def _trials() -> list[Any]:
    """Return numbers of which one goes up with every change of a list of previous treatments; none is deleted."""
    return list(PreviousTreatment.objects.order_by("-pk").values_list("pk", _trials_removed())[:1])


def _trials_removed() -> Subquery:
    removed = PreviousTreatment.objects.filter(removed_at__isnull=False).order_by().values(every=Value(1))
    return Subquery(removed.annotate(count=Count("pk")).values("count"))
