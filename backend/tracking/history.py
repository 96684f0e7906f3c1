"""What is known of one patient, read once for a whole page: treatments, conclusions up to date, ratings, check-ins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Prefetch

from backend.accounts.models import Patient
from backend.analysis.conclude import ALGORITHM_VERSION
from backend.analysis.outcomes.rules import RuleSet
from backend.tracking.estimation.reading import UnitFacts, rated, unit_facts
from backend.tracking.estimation.refreshing import refresh, without_flagged
from backend.tracking.models import Amendment, CheckIn, Outcome, Progress, Rating, Treatment, Unit, courses_of


@dataclass(frozen=True, slots=True)
class Log:
    """What was rated after some treatments, each rating with its amendments, and when there was occasion to."""

    ratings: Sequence[Rating]
    check_ins: Sequence[CheckIn]

    @classmethod
    def of(cls, treatments: Iterable[Treatment]) -> Self:
        """Read the log of treatments."""
        by_pk = {one.pk: one for one in treatments}
        amendments = Amendment.objects.select_related("made_by").order_by("pk")
        rows = Rating.objects.filter(treatment__in=by_pk).with_last_amendment().order_by("effective_at", "pk")
        ratings = list(rows.prefetch_related(Prefetch("amendments", amendments)))
        check_ins = list(CheckIn.objects.with_answers().filter(treatment__in=by_pk).order_by("due_at", "number"))
        for rating in ratings:
            rating.treatment = by_pk[rating.treatment_id]
        for check_in in check_ins:
            check_in.treatment = by_pk[check_in.treatment_id]
        return cls(ratings, check_ins)

    def of_one(self, treatment: Treatment) -> "Log":
        """Return the part about one treatment."""
        return Log(
            [one for one in self.ratings if one.treatment_id == treatment.pk],
            [one for one in self.check_ins if one.treatment_id == treatment.pk],
        )


@dataclass(frozen=True, slots=True)
class History:
    """The treatments of a patient, the latest first, and what was concluded of them under one rule set."""

    patient: Patient
    rules: RuleSet
    treatments: Sequence[Treatment]
    outcomes: Sequence[Outcome]

    @classmethod
    def of(cls, patient: Patient, rules: RuleSet) -> Self:
        """Read the history of a patient; conclusions that are older than their facts are made anew first."""
        treatments = list(Treatment.objects.filter(patient=patient))
        for one in treatments:
            one.patient = patient
        treatments.sort(key=lambda one: one.dosed_at or one.created_at, reverse=True)
        outcomes = _outcomes(patient, rules)
        stale = _stale(treatments, outcomes)
        for one in stale:
            refresh(one.pk)
        return cls(patient, rules, treatments, _outcomes(patient, rules) if stale else outcomes)

    @property
    def started(self) -> list[Treatment]:
        """Return the treatments that have started, by time."""
        return [one for one in reversed(self.treatments) if one.state == Progress.STARTED]

    @property
    def series(self) -> set[str]:
        """Return the instruments that something was concluded from."""
        return {one.instrument for one in self.outcomes}

    def course_opened_by(self, treatment: Treatment) -> list[Treatment]:
        """Return the treatments of the course that a treatment opens; none where it continues one."""
        return next((one for one in courses_of(self.started) if one[0] == treatment), [])

    def opener_of(self, treatment: Treatment) -> Treatment | None:
        """Return the treatment that opened the course which this one continues; None where it continues none."""
        courses = (one for one in courses_of(self.started) if treatment in one[1:])
        return next((one[0] for one in courses), None)

    def members(self, treatment: Treatment, unit: Unit) -> list[Treatment]:
        """Return what a unit is made of: the treatment itself, or the course it opens."""
        return self.course_opened_by(treatment) if unit == Unit.COURSE else [treatment]

    def outcome(self, treatment: Treatment, unit: Unit, instrument: str) -> Outcome | None:
        """Return what was concluded of a treatment, or of the course it opens, in one series."""
        asked = (treatment.pk, unit, instrument)
        return next((one for one in self.outcomes if (one.treatment_id, one.unit, one.instrument) == asked), None)

    def facts(self, treatment: Treatment, unit: Unit, log: Log) -> UnitFacts:
        """Return the facts about a unit, from a log that covers all of it."""
        members = self.members(treatment, unit)
        ours = {one.pk for one in members}
        ratings = sorted((one for one in log.ratings if one.treatment_id in ours), key=lambda one: one.pk)
        return unit_facts(unit, members, self.started, [rated(one) for one in ratings])

    def outcome_without_flagged(self, treatment: Treatment, unit: Unit, instrument: str, log: Log) -> Outcome | None:
        """Return what would be concluded if flagged ratings had not been given; it is stored nowhere."""
        found = without_flagged(self.facts(treatment, unit, log), self.rules)
        return next((one for one in found if one.instrument == instrument), None)


def _outcomes(patient: Patient, rules: RuleSet) -> list[Outcome]:
    rows = Outcome.objects.filter(treatment__patient=patient, rule_set=rules.name)
    return list(rows.defer("sentence", "input_sha256").order_by("pk"))


def _stale(treatments: Sequence[Treatment], outcomes: Sequence[Outcome]) -> list[Treatment]:
    """Return the treatments whose conclusions are missing, older than their facts, or should not be there."""
    made: dict[int, set[tuple[int, int]]] = {}
    for one in outcomes:
        if one.unit == Unit.TREATMENT:
            made.setdefault(one.treatment_id, set()).add((one.ratings_version, one.algorithm_version))
    return [
        one
        for one in treatments
        if made.get(one.pk, set())
        != ({(one.ratings_version, ALGORITHM_VERSION)} if one.state == Progress.STARTED else set())
    ]
