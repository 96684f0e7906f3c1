"""Cohort curves from stored cells: the same as from the ratings themselves, at a cost patients do not raise."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.analysis.cohorts.estimate import estimate_cohort
from backend.analysis.cohorts.population import populations
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from backend.instruments import get
from backend.tracking import estimation
from backend.tracking.cohorts import Selection, cohort, selection_from
from backend.tracking.services.refusals import Refused
from tests import make

pytestmark = pytest.mark.django_db
PLAN = protocol("hourly-weekly")


def treated(clinic, actor, simulated, *, started_at=make.DOSED_AT, **details):
    """Store simulated patients and their ratings through the services."""
    for code, rows in simulated.ratings.groupby("patient"):
        patient = make.patient(at=clinic, code=f"{uuid4()}-{code}", sign_in=False)
        treatment = make.treatment(of=patient, by=actor, started_at=started_at, **details)
        seen = rows[rows["hours"] <= (timezone.now() - started_at) / timedelta(hours=1)]
        make.ratings(of=treatment, scores=dict(zip(seen["hours"], seen["score"], strict=True)), by=actor)


def from_file(simulated):
    study = study_of(simulated.ratings, "nrs-anxiety")
    labelled = episodes_per_treatment(study, {"nrs-anxiety": Series.of(get("nrs-anxiety"))})
    (population,) = populations(study, labelled, rule_set("R50C-L50"), PLAN)
    return population, estimate_cohort(population.cells)


def test_curves_are_those_of_the_same_ratings_in_a_file(clinic, clinician):
    simulated = simulate(12, PLAN, seed=5)
    treated(clinic, clinician, simulated)
    estimation.sweep()
    found = cohort(clinician, Selection())
    population, estimate = from_file(simulated)
    assert (found.n, found.waiting) == (population.n, 0)
    assert found.counts.answered == tuple(population.answered.tolist())
    for name in ("onset", "loss", "in_response"):
        assert getattr(found.estimate, name).estimate.tolist() == getattr(estimate, name).estimate.tolist()
        assert (
            getattr(found.estimate, name).confidence.lower.tolist() == getattr(estimate, name).confidence.lower.tolist()
        )


def test_a_cohort_is_chosen_by_what_was_given_and_when(clinic, clinician):
    treated(clinic, clinician, simulate(6, PLAN, seed=1))
    april = datetime.fromisoformat("2026-04-20T09:00+00:00")
    treated(clinic, clinician, simulate(5, PLAN, seed=2), started_at=april, route="intranasal", drug="esketamine")
    estimation.sweep()

    def n(**fields):
        found = cohort(clinician, Selection(**fields))
        return found.n + sum(found.counts.reasons.values())

    assert (n(), n(route="iv"), n(drug="esketamine"), n(indication="ptsd")) == (11, 6, 5, 0)
    assert (n(since=date(2026, 4, 1)), n(until=date(2026, 3, 31)), n(unit="course")) == (5, 6, 11)
    assert (n(since=date(2026, 4, 20)), n(since=date(2026, 4, 21)), n(until=date(2026, 4, 19))) == (5, 0, 6)


@pytest.mark.parametrize("instrument", ["now4", "pcl5"])
def test_a_protocol_that_nobody_in_the_cohort_had_changes_nothing(clinic, clinician, instrument):
    """A patient rated weekly, on another scale, comes first in the clinic."""
    rated_weekly = make.treatment(of=make.patient(at=clinic), protocol="weekly")
    make.ratings(of=rated_weekly, scores={-1: 8, 168: 3})
    hourly = make.treatment(of=make.patient(at=clinic))
    make.rating(of=hourly, hours=1, instrument="now4", answers=[1, 1, 1, 1])
    estimation.sweep()
    found = cohort(clinician, Selection(instrument=instrument))
    assert found.check_in_names == tuple(one.name for one in PLAN.check_ins)


def test_days_on_which_nobody_had_another_protocol_keep_their_check_ins(clinic, clinician):
    for protocol_slug, day in (("weekly", 2), ("hourly-weekly", 20)):
        started_at = make.DOSED_AT.replace(day=day)
        treatment = make.treatment(of=make.patient(at=clinic), protocol=protocol_slug, started_at=started_at)
        make.ratings(of=treatment, scores={-1: 8, 168: 3})
    estimation.sweep()
    found = cohort(clinician, Selection(since=date(2026, 3, 10)))
    assert (found.n, found.check_in_names[0]) == (1, "+1 h")
    assert cohort(clinician, Selection()).check_in_names[0] == "week 1"


def test_only_the_first_treatment_of_a_patient_counts(clinic, clinician):
    patient = make.patient(at=clinic)
    for week in range(3):
        treatment = make.treatment(of=patient, started_at=make.DOSED_AT + timedelta(weeks=3 * week))
        make.ratings(of=treatment, scores={-1: 8, 1: 4, 2: 4})
    estimation.sweep()
    assert cohort(clinician, Selection()).n == 1


def test_a_treatment_recorded_late_takes_the_place_of_the_first(clinic, clinician):
    patient = make.patient(at=clinic)
    make.ratings(of=make.treatment(of=patient), scores={-1: 8, 1: 4, 2: 4})
    estimation.sweep()
    make.treatment(of=patient, started_at=make.DOSED_AT - timedelta(weeks=30), route="im")
    estimation.sweep()
    found = cohort(clinician, Selection())
    assert (found.n, found.counts.reasons) == (0, {"no_baseline": 1})
    assert cohort(clinician, Selection(route="iv")).counts.reasons == {}


def test_nobody_sees_the_cohort_of_another_clinic(clinic, clinician, other_clinic, patient):
    treated(clinic, clinician, simulate(5, PLAN, seed=1))
    estimation.sweep()
    for person in (other_clinic, patient.person):
        found = cohort(person, Selection())
        assert (found.n, found.counts.reasons, found.waiting) == (0, {}, 0)


def test_too_few_give_no_estimate(clinic, clinician):
    treated(clinic, clinician, simulate(4, PLAN, seed=1, noise=False))
    estimation.sweep()
    found = cohort(clinician, Selection(rule_set="R50F-L50"))
    assert (found.n, found.estimate) == (4, None)


def test_protocols_meet_at_the_check_ins_they_share(clinic, clinician):
    treated(clinic, clinician, simulate(6, PLAN, seed=1))
    treated(clinic, clinician, simulate(6, protocol("weekly"), seed=2), route="oral", protocol="weekly")
    estimation.sweep()
    assert cohort(clinician, Selection(route="iv")).check_in_names[0] == "+1 h"
    assert cohort(clinician, Selection()).check_in_names == tuple(f"week {week}" for week in range(1, 13))


def test_missing_is_only_what_was_due(clinic, clinician):
    recent = timezone.now() - timedelta(days=3)
    treated(clinic, clinician, simulate(5, PLAN, seed=1), started_at=recent)
    estimation.sweep()
    assert sum(cohort(clinician, Selection()).due) == 0


def test_more_patients_ask_no_more_queries(clinic, clinician):
    treated(clinic, clinician, simulate(5, PLAN, seed=1))
    estimation.sweep()
    with CaptureQueriesContext(connection) as few:
        cohort(clinician, Selection())
    treated(clinic, clinician, simulate(10, PLAN, seed=2), drug_name="generic")
    estimation.sweep()
    with CaptureQueriesContext(connection) as more:
        cohort(clinician, Selection())
    assert len(more) == len(few) <= 5


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("route", "air"),
        ("drug", "aspirin"),
        ("indication", "flu"),
        ("instrument", "sleepy"),
        ("rule_set", "R60"),
        ("unit", "week"),
        ("from", "yesterday"),
        ("to", "2026-13-01"),
    ],
)
def test_an_unknown_choice_names_its_parameter(name, given):
    with pytest.raises(Refused) as refused:
        selection_from({name: given})
    assert refused.value.field == name
