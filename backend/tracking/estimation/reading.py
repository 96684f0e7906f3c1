"""Read the facts that the outcomes of one treatment, or of its course, follow from."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.analysis.facts import Dose, Facts, Rated
from backend.tracking.models import Progress, Rating, Treatment, Unit, courses_of


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Facts about one unit, the treatment that it is stored with, and the version of each treatment in it."""

    unit: Unit
    opens: Treatment
    versions: dict[int, int]
    facts: Facts
    is_index: bool  # the first of its patient: the one that cohorts count

    @property
    def version(self) -> int:
        """Return the version of the facts: of a course, the sum over its treatments."""
        return sum(self.versions.values())


def read(treatment: Treatment) -> list[UnitFacts]:
    """Return the facts about a started treatment and about its course; versions are read before ratings.

    A rating that arrives in between then makes the conclusion older than its facts, never newer.
    """
    started = started_of(treatment)
    course = next((course for course in courses_of(started) if treatment in course), None)
    if course is None:
        return []
    ratings = _ratings(course)
    itself = next(one for one in course if one.pk == treatment.pk)
    return [
        unit_facts(Unit.TREATMENT, [itself], started, ratings),
        unit_facts(Unit.COURSE, course, started, ratings),
    ]


def facts_of(treatment: Treatment, unit: Unit) -> Facts | None:
    """Return the facts about a treatment, or the course it opens; None if it has not started or opens none."""
    return next((one.facts for one in read(treatment) if one.unit == unit and one.opens == treatment), None)


def started_of(treatment: Treatment) -> list[Treatment]:
    """Return the started treatments of a treatment's patient by time."""
    return list(Treatment.objects.started().filter(patient=treatment.patient_id).order_by("started_at"))


def _ratings(course: Sequence[Treatment]) -> list[Rated]:
    rows = Rating.objects.filter(treatment__in=course).with_last_amendment().order_by("pk")
    return [rated(one) for one in rows]


def rated(rating: Rating) -> Rated:
    """Return a rating as its last amendment leaves it; needs `with_last_amendment()`."""
    return Rated(
        treatment=rating.treatment_id,
        check_in=rating.check_in_id,
        instrument=rating.instrument,
        at=rating.effective_at,
        total=rating.total_now,
        timing=rating.timing,
        amended=rating.amended_kind is not None,
    )


def unit_facts(
    unit: Unit, doses: Sequence[Treatment], started: Sequence[Treatment], ratings: Sequence[Rated]
) -> UnitFacts:
    """Return the facts of one unit: its doses among the started treatments of their patient, all by time."""
    after = started.index(doses[-1]) + 1
    members = {one.pk for one in doses}
    return UnitFacts(
        unit=unit,
        opens=doses[0],
        versions={one.pk: one.ratings_version for one in doses},
        facts=Facts(
            doses=tuple(map(_dose, doses)),
            following=_dose(started[after]) if after < len(started) else None,
            ratings=tuple(one for one in ratings if one.treatment in members),
            protocol=doses[0].protocol,
        ),
        is_index=doses[0] == started[0],
    )


def _dose(treatment: Treatment) -> Dose:
    if treatment.started_at is None:
        raise ValueError(f"treatment {treatment.pk} has not started, expected a {Progress.STARTED} one")
    return Dose(
        treatment=treatment.pk,
        started_at=treatment.started_at,
        ended_at=treatment.ended_at,
        redose_reason=treatment.redose_reason,
        benzodiazepine_24h=treatment.benzodiazepine_24h,
        rescue_medication_at=treatment.rescue_medication_at,
    )
