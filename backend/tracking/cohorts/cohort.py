"""One cohort: who is counted, its curves with their uncertainty, and what is missing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from django.db.models import Exists, OuterRef, QuerySet

from backend.accounts.models import Clinic, Patient, Person
from backend.analysis.cohorts import keeping
from backend.analysis.cohorts.counts import Counts, merged
from backend.analysis.cohorts.estimate import CohortEstimate, estimate_cohort
from backend.analysis.outcomes.rules import RuleSet, rule_set
from backend.analysis.schedule import DEFAULT_PROTOCOL, PROTOCOLS, protocol
from backend.tracking.cohorts.choosing import chosen, started_within
from backend.tracking.cohorts.parts import Part
from backend.tracking.cohorts.reading import parts_of
from backend.tracking.cohorts.selection import Selection
from backend.tracking.cohorts.stored import Asked, kept
from backend.tracking.models import Treatment


@dataclass(frozen=True, slots=True)
class Cohort:
    """What a selection shows; the estimates are None where the cohort is too small.

    `counts` are on the check-ins that all protocols in it share. `due`, `answered`: one a check-in, of those months
    in which it is over for everybody. `waiting`: treatments whose jobs have not run yet.
    """

    selection: Selection
    counts: Counts
    estimate: CohortEstimate | None
    estimate_e2: CohortEstimate | None
    due: tuple[int, ...]
    answered: tuple[int, ...]
    waiting: int = 0

    @property
    def n(self) -> int:
        """Return how many evaluable treatments or courses there are."""
        return self.counts.n

    @property
    def check_in_names(self) -> tuple[str, ...]:
        """Return the names of the check-ins that the counts are on."""
        names = {one.nominal: one.name for slug in PROTOCOLS for one in protocol(slug).check_ins}
        return tuple(names[hours] for hours in self.counts.hours[1:-1])

    @property
    def check_ins_followed(self) -> int:
        """Return how many check-ins there are up to the last one that anybody answered."""
        return max((number for number, count in enumerate(self.counts.answered, start=1) if count), default=0)

    @property
    def followed_hours(self) -> float:
        """Return the time of the last check-in that anybody answered, hours; 0 where nobody did."""
        return self.counts.hours[self.check_ins_followed]

    @property
    def rules(self) -> RuleSet:
        """Return the rule set it is judged by."""
        return rule_set(self.selection.rule_set)

    @classmethod
    def of(cls, selection: Selection, parts: Sequence[Part], now: datetime) -> Self:
        """Estimate a cohort from its parts."""
        none = Counts.of((), protocol(DEFAULT_PROTOCOL).grid_hours)
        over = merged(one.over(now) for one in parts) or none
        return cls.estimated(selection, merged(one.counts for one in parts) or none, over)

    @classmethod
    def estimated(cls, selection: Selection, counts: Counts, over: Counts) -> Self:
        """Estimate a cohort from counts; `over`: the same without the check-ins that are still to come."""
        return cls(
            selection=selection,
            counts=counts,
            estimate=estimate_cohort(counts.cells()),
            estimate_e2=estimate_cohort(counts.cells(redose_is_loss=True)) if counts.e1 != counts.e2 else None,
            due=over.due,
            answered=over.answered,
        )

    def at_hours(self, hours: tuple[float, ...]) -> "Cohort":
        """Return it at fewer times, all of them also in its grid, estimated anew; empty ones fit any grid."""
        if hours == self.counts.hours:
            return self
        both = (self.counts, replace(self.counts, due=self.due, answered=self.answered))
        counts, over = (one.coarsened(hours) if self.n else one.without_grid(hours) for one in both)
        return Cohort.estimated(self.selection, counts, over)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON, without the selection and what is still waiting."""
        estimates = {"estimate": self.estimate, "estimate_e2": self.estimate_e2}
        return {
            "hours": list(self.counts.hours[:-1]),
            "counts": self.counts.as_json(),
            "due": list(self.due),
            "answered": list(self.answered),
            **{name: None if one is None else keeping.as_json(one) for name, one in estimates.items()},
        }

    @classmethod
    def from_json(cls, selection: Selection, stored: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        estimate, estimate_e2 = (
            None if stored[name] is None else keeping.from_json(stored[name]) for name in ("estimate", "estimate_e2")
        )
        return cls(
            selection=selection,
            counts=Counts.from_json(stored["counts"], (*stored["hours"], math.inf)),
            estimate=estimate,
            estimate_e2=estimate_e2,
            due=tuple(stored["due"]),
            answered=tuple(stored["answered"]),
        )


def cohort(person: Person, selection: Selection) -> Cohort:
    """Return the cohort of the clinics a person works at."""
    clinics = Clinic.objects.staffed_by(person)
    found = Cohort.from_json(selection, kept(asked_for_cohort(clinics, selection)))
    return replace(found, waiting=waiting(clinics, selection))


def asked_for_cohort(clinics: QuerySet[Clinic], selection: Selection) -> Asked:
    """Return the question whose answer is a cohort as JSON."""
    return Asked.now(("cohort",), lambda asked: counted(asked, selection).as_json(), clinics, selection)


def counted(asked: Asked, selection: Selection) -> Cohort:
    """Estimate the cohort of a selection that lies within the strata of what was asked."""
    parts = parts_of(asked.clinics, selection, asked.strata, [selection.rule_set])
    return Cohort.of(selection, parts[selection.rule_set], asked.at)


def waiting(clinics: QuerySet[Clinic], selection: Selection) -> int:
    """Return how many treatments of the selection have outcomes older than their ratings."""
    mine = Exists(Patient.objects.filter(pk=OuterRef("patient"), clinic__in=clinics))  # not to look at every patient
    started = Treatment.objects.filter(chosen(selection), started_within(selection)).started()
    return started.needing_estimate().filter(mine).count()
