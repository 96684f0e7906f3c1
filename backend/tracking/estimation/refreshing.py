"""Bring the stored outcomes of one treatment and of its course up to the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from backend.accounts.models import Patient
from backend.analysis.cohorts.counts import bits
from backend.analysis.conclude import ALGORITHM_VERSION, Conclusion, conclude
from backend.analysis.outcomes.rules import RuleSet
from backend.tracking.estimation.reading import UnitFacts, read, started_of
from backend.tracking.models import Outcome, Stratum, Treatment, Unit, courses_of

ATTEMPTS = 5  # times that new facts may arrive while an estimate is being made; then the sweep takes over
Key = tuple[object, ...]
KEY = ("treatment_id", "unit", "instrument", "rule_set")
ON_GRID = ("grid_place", "grid_due", "grid_answered")
CONCLUDED = tuple(field.name for field in fields(Conclusion) if field.name != "member")
UPDATED = (
    *(name for name in CONCLUDED if name not in KEY),
    *ON_GRID,
    "stratum",
    "ratings_version",
    "algorithm_version",
    "computed_at",
)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: `strata` whose counts no longer hold, `differing` outcomes that were not as stored."""

    strata: frozenset[int] = frozenset()
    differing: int = 0


def refresh(treatment_id: int) -> Refreshed:
    """Compute the outcomes of a treatment and of its course from their facts, and store them.

    Conclusions are stored only while the facts they come from are still the latest; otherwise it starts again.
    """
    for _ in range(ATTEMPTS):
        treatment = Treatment.objects.get(pk=treatment_id)
        units = read(treatment)
        outcomes = outcomes_from(units, timezone.now())
        stored = _store(treatment, units, outcomes)
        if stored is not None:
            return stored
    return Refreshed()


def fresh_outcomes(treatment: Treatment, unit: Unit = Unit.TREATMENT) -> QuerySet[Outcome]:
    """Return the outcomes of a treatment, or of the course it opens, computing first what is older than its facts."""
    course = next((one for one in courses_of(started_of(treatment)) if treatment in one), [])
    members = course if unit == Unit.COURSE else [one for one in course if one == treatment]
    stale = Treatment.objects.filter(pk__in=[one.pk for one in members]).with_other_outcomes(ALGORITHM_VERSION)
    for primary_key in stale.values_list("pk", flat=True):
        refresh(primary_key)
    return Outcome.objects.filter(treatment=treatment, unit=unit)


def outcomes_from(units: Sequence[UnitFacts], now: datetime) -> list[Outcome]:
    """Return what should be stored for these units, strata not yet set."""
    return [
        _outcome(one, found, now) for one in units for found in conclude(one.facts, per_course=one.unit == Unit.COURSE)
    ]


def without_flagged(unit: UnitFacts, rules: RuleSet) -> list[Outcome]:
    """Return what would follow if ratings worth a second look had not been given; to look at, never to store."""
    per_course = unit.unit == Unit.COURSE
    found = conclude(unit.facts, per_course=per_course, exclude_flagged=True, under=[rules])
    return [_outcome(unit, one, timezone.now()) for one in found]


def _outcome(unit: UnitFacts, found: Conclusion, now: datetime) -> Outcome:
    return Outcome(
        treatment=unit.opens,
        unit=unit.unit,
        ratings_version=unit.version,
        algorithm_version=ALGORITHM_VERSION,
        computed_at=now,
        grid_place=found.member.place,
        grid_due=bits(found.member.due),
        grid_answered=bits(found.member.answered),
        **{name: getattr(found, name) for name in CONCLUDED},
    )


@transaction.atomic
def _store(treatment: Treatment, units: Sequence[UnitFacts], outcomes: Sequence[Outcome]) -> Refreshed | None:
    """Store outcomes and drop those that no longer follow; None if the facts have changed since they were read."""
    Patient.objects.lock(treatment.patient_id)
    versions = {pk: version for one in units for pk, version in one.versions.items()}
    current = Treatment.objects.filter(pk__in=versions).values_list("pk", "ratings_version")
    if dict(current) != versions:
        return None
    strata = {one.unit: _stratum(one) for one in units if one.is_index}
    for one in outcomes:
        one.stratum = strata.get(Unit(one.unit))
    before = {_key(one): one for one in _concerned(treatment, versions)}
    after = {_key(one): one for one in outcomes}
    changed = {key for key in before.keys() | after.keys() if _counted(before.get(key)) != _counted(after.get(key))}
    sides = [*before.items(), *after.items()]
    touched = {one.stratum_id for key, one in sides if key in changed and one.stratum_id is not None}
    Outcome.objects.filter(pk__in=[one.pk for key, one in before.items() if key not in after]).delete()
    Outcome.objects.bulk_create(
        outcomes, update_conflicts=True, unique_fields=["treatment", *KEY[1:]], update_fields=UPDATED
    )
    made_from = Treatment.objects.filter(pk=treatment.pk, ratings_version=treatment.ratings_version)
    made_from.update(needs_estimate=False)
    for pk in sorted(touched):
        Stratum.objects.filter(pk=pk).update(outcomes_version=F("outcomes_version") + 1)
    return Refreshed(frozenset(touched), _differing(before, after))


def _concerned(treatment: Treatment, versions: dict[int, int]) -> list[Outcome]:
    """Return the stored outcomes that these units replace: the treatment's own and any of its course's members."""
    own = Q(treatment=treatment, unit=Unit.TREATMENT)
    of_course = Q(treatment__in=[treatment.pk, *versions], unit=Unit.COURSE)
    return list(Outcome.objects.filter(own | of_course))


def _stratum(unit: UnitFacts) -> Stratum:
    treatment = unit.opens
    stratum, _ = Stratum.objects.get_or_create(
        clinic_id=treatment.patient.clinic_id,
        month=unit.facts.doses[0].started_at.date().replace(day=1),
        route=treatment.route,
        drug=treatment.drug,
        drug_name=treatment.drug_name,
        indication=treatment.indication,
        protocol=treatment.protocol,
        unit=unit.unit,
    )
    return stratum


def _key(outcome: Outcome) -> Key:
    return tuple(str(getattr(outcome, name)) for name in KEY)


def _counted(outcome: Outcome | None) -> tuple[object, ...]:
    """Return what of an outcome shows in the counts of its stratum."""
    return (None,) if outcome is None else (outcome.stratum_id, *(getattr(outcome, name) for name in ON_GRID))


def _differing(before: Mapping[Key, Outcome], after: Mapping[Key, Outcome]) -> int:
    """Count the stored outcomes that are not what was computed from the same facts, are missing or too many."""
    versions = {_unit(one): _versions(one) for one in after.values()}
    same_facts = {_unit(one) for one in before.values() if versions.get(_unit(one)) == _versions(one)}
    keys = {key for side in (before, after) for key, one in side.items() if _unit(one) in same_facts}
    return sum(_content(before.get(key)) != _content(after.get(key)) for key in keys)


def _unit(outcome: Outcome) -> tuple[int, str]:
    return outcome.treatment_id, str(outcome.unit)


def _versions(outcome: Outcome) -> tuple[int, int]:
    return outcome.ratings_version, outcome.algorithm_version


def _content(outcome: Outcome | None) -> tuple[object, ...]:
    names = (*CONCLUDED, *ON_GRID, "stratum_id")
    return () if outcome is None else tuple(getattr(outcome, name) for name in names)
