"""What no stored counts tell is counted outcome by outcome: doses, later treatments, what failed before."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from backend.accounts.models import Clinic
from backend.analysis.cohorts.counts import Member
from backend.tracking import estimation
from backend.tracking.cohorts import Selection, cohort, one_by_one
from tests import make
from tests.tracking.cohorts.make import RELAPSED, again, treated, tried

pytestmark = pytest.mark.django_db


def n(person, **fields):
    found = cohort(person, Selection(**fields))
    return found.n + sum(found.counts.reasons.values())


def test_a_dose_is_chosen_per_weight_to_the_last_decimal(clinic, clinician):
    for dose, weight in (("40", "80"), ("40.01", "80"), ("28", None), (None, "80")):
        treated(clinic, clinician, 1, dose_mg=dose and Decimal(dose), weight_kg=weight and Decimal(weight))
    estimation.sweep()
    half, more = Decimal("0.5"), Decimal("0.51")
    assert n(clinician) == 4
    assert (n(clinician, dose_from=half), n(clinician, dose_to=half)) == (2, 1)
    assert (n(clinician, dose_from=half, dose_to=more), n(clinician, dose_from=more)) == (2, 0)


def test_a_protocol_is_chosen_and_any_that_asks_in_the_first_hours(clinic, clinician):
    treated(clinic, clinician, 1)
    treated(clinic, clinician, 2, protocol="hourly-bridged-weekly")
    treated(clinic, clinician, 3, protocol="weekly", drug="other", drug_name="sertraline", route="oral")
    estimation.sweep()
    assert [n(clinician, protocol=one) for one in ("hourly-weekly", "hourly-bridged-weekly", "weekly")] == [1, 2, 3]
    assert (n(clinician, protocol="hourly"), n(clinician, drug="either"), n(clinician, drug="other")) == (3, 3, 3)
    assert "+1 h" in cohort(clinician, Selection(protocol="hourly")).check_in_names


def test_a_later_treatment_is_counted_by_its_number(clinic, clinician):
    first, *_ = treated(clinic, clinician, 3)
    third = again(again(first, clinician), clinician, scores=RELAPSED)
    estimation.sweep()
    assert [n(clinician, number=number) for number in (1, 2, 3, 4)] == [3, 1, 1, 0]
    found = cohort(clinician, Selection(number=3))
    outcome = third.outcomes.get(unit="treatment", instrument="nrs-anxiety", rule_set="R50C-L50")
    assert found.counts.e1 == {Member.stored(outcome.grid_place, 0, 0).e1: 1}


def test_a_course_has_a_number_of_its_own(clinic, clinician):
    (first,) = treated(clinic, clinician, 1)
    second = again(first, clinician, days=3, scores={1: 3, 2: 3}, redose_reason="planned")
    again(second, clinician, days=120)
    estimation.sweep()
    assert [n(clinician, unit="course", number=number) for number in (1, 2, 3)] == [1, 1, 0]
    assert [n(clinician, number=number) for number in (1, 2, 3)] == [1, 1, 1]


def test_only_adequate_trials_that_failed_count_as_failed(clinic, clinician):
    patients = [one.patient for one in treated(clinic, clinician, 4)]
    tried(patients[1], clinician)
    tried(patients[1], clinician, stopped_because="side_effects")
    tried(patients[1], clinician, adequate="no")
    tried(patients[1], clinician, removed_at=make.DOSED_AT)
    for _ in range(3):
        tried(patients[2], clinician, stopped_because="lost_effect")
    estimation.sweep()
    assert [n(clinician, previous=one) for one in ("", "none", "1", "2+")] == [4, 2, 1, 1]


def test_what_is_counted_one_by_one_is_what_the_cells_hold(clinic, clinician, monkeypatch):
    """Patients are read a few at a time; a dose that everybody had chooses everybody."""
    given = {"dose_mg": Decimal(40), "weight_kg": Decimal(80)}
    treated(clinic, clinician, 3, **given)
    treated(clinic, clinician, 2, scores=RELAPSED, protocol="hourly-bridged-weekly", route="im", **given)
    treated(clinic, clinician, 1, scores={1: 4}, started_at=make.DOSED_AT + timedelta(days=40), **given)
    estimation.sweep()
    monkeypatch.setattr(one_by_one, "PATIENTS_AT_A_TIME", 2)
    stored, counted = (cohort(clinician, Selection(dose_from=one)) for one in (None, Decimal("0.1")))
    assert (counted.counts, counted.due, counted.answered) == (stored.counts, stored.due, stored.answered)
    assert counted.counts.reasons == {"no_baseline": 1}
    assert str(counted.estimate) == str(stored.estimate)


def test_days_that_cut_a_month_are_counted_one_by_one(clinic, clinician):
    for day in (1, 31):
        treated(clinic, clinician, 1, started_at=make.DOSED_AT.replace(month=1, day=day))
    treated(clinic, clinician, 1, started_at=make.DOSED_AT.replace(month=2))
    estimation.sweep()
    january = {"since": date(2026, 1, 1), "until": date(2026, 1, 31)}
    assert (n(clinician, **january), n(clinician, since=date(2026, 1, 2))) == (2, 2)
    assert n(clinician, since=date(2026, 1, 2), until=date(2026, 1, 30)) == 0


def test_nobody_sees_what_another_clinic_s_filters_choose(clinic, clinician, other_clinic):
    theirs = Clinic.objects.staffed_by(other_clinic).get()
    make.patient(at=theirs, sign_in=False)
    (first,) = treated(clinic, clinician, 1, dose_mg=Decimal(40), weight_kg=Decimal(80))
    make.patient(at=theirs, sign_in=False)
    again(first, clinician)
    tried(first.patient, clinician)
    estimation.sweep()
    for fields in ({"dose_from": Decimal("0.1")}, {"number": 2}, {"previous": "1"}, {"since": date(2026, 3, 2)}):
        assert (n(clinician, **fields), n(other_clinic, **fields)) == (1, 0)
