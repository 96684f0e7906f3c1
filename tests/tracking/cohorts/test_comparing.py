"""Groups are compared at the check-ins they share, as the command line compares them."""

from dataclasses import replace

import pytest

from backend.analysis.cohorts.comparison import comparisons
from backend.analysis.cohorts.counts import Counts
from backend.analysis.cohorts.population import populations
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from backend.instruments import get
from backend.tracking import estimation
from backend.tracking.cohorts import GROUPED_BY, Selection, cohort, compare
from backend.tracking.services.refusals import Refused
from tests.tracking.cohorts.make import RELAPSED, UNCHANGED, again, treated, tried
from tests.tracking.test_cohorts import treated as treated_as_simulated

pytestmark = pytest.mark.django_db
PLAN = protocol("hourly-weekly")


def test_tests_are_those_of_the_same_ratings_in_a_file(clinic, clinician):
    simulated = simulate(12, PLAN, seed=5)
    rows = simulated.ratings
    route = {code: ("iv", "im")[at % 2] for at, code in enumerate(rows["patient"].unique())}
    for name in ("iv", "im"):
        some = rows[rows["patient"].map(route) == name]
        treated_as_simulated(clinic, clinician, replace(simulated, ratings=some), route=name)
    estimation.sweep()
    study = study_of(rows, "nrs-anxiety")
    study = replace(study, treatments=study.treatments.assign(route=study.treatments["patient"].map(route)))
    labelled = episodes_per_treatment(study, {"nrs-anxiety": Series.of(get("nrs-anxiety"))})
    expected = comparisons(populations(study, labelled, rule_set("R50C-L50"), PLAN, by="route"))
    found = compare(clinician, Selection(), "route")
    assert [group.value for group in found.groups] == ["im", "iv"]
    assert list(found.tests) == expected
    assert [one.test.scores for one in found.tests][:3] == ["sun", "finkelstein", "wilcoxon"]


def test_groups_asked_differently_meet_at_the_check_ins_they_share(clinic, clinician):
    treated(clinic, clinician, 5)
    treated(clinic, clinician, 5, scores=UNCHANGED, protocol="weekly", drug="other", drug_name="x", route="oral")
    estimation.sweep()
    found = compare(clinician, Selection(), "drug")
    assert found.fewer_check_ins
    assert found.check_in_names == tuple(f"week {week}" for week in range(1, 13))
    assert {one.cohort.check_in_names for one in found.groups} == {found.check_in_names}
    onset = next(one.test for one in found.tests if (one.event, one.test.scores) == ("onset", "sun"))
    assert onset.z > 2  # earlier in the first group, ketamine
    alike = compare(clinician, Selection(), "drug", ["ketamine", "esketamine"])
    assert not alike.fewer_check_ins
    assert [(one.value, one.cohort.n) for one in alike.groups] == [("esketamine", 0), ("ketamine", 5)]


def test_a_group_too_small_is_listed_without_result(clinic, clinician):
    treated(clinic, clinician, 5)
    treated(clinic, clinician, 4, scores=RELAPSED, route="im")
    estimation.sweep()
    found = compare(clinician, Selection(), "route")
    assert [(one.value, one.cohort.n, one.cohort.estimate is None) for one in found.groups] == [
        ("im", 4, True),
        ("iv", 5, False),
    ]
    assert {(one.n_a, one.n_b, one.test.z, one.test.p) for one in found.tests} == {(4, 5, None, None)}


@pytest.mark.parametrize("by", GROUPED_BY)
def test_each_group_is_the_cohort_of_its_own_selection(clinic, clinician, by):
    first, second, *_ = treated(clinic, clinician, 3)
    treated(clinic, clinician, 2, scores=RELAPSED, route="im", indication="sad", protocol="hourly-bridged-weekly")
    tried(first.patient, clinician)
    again(second, clinician)
    estimation.sweep()
    found = compare(clinician, Selection(), by)
    assert len(found.groups) == (1 if by == "drug" else 2)
    for group in found.groups:
        assert _members(group.cohort.counts) == _members(cohort(clinician, group.cohort.selection).counts)
        assert str(getattr(group.cohort.selection, by)) == group.value


def test_what_cannot_be_compared_is_named(clinician):
    for by, values, field in (("colour", (), "by"), ("route", ("air",), "values")):
        with pytest.raises(Refused) as refused:
            compare(clinician, Selection(), by, values)
        assert refused.value.field == field


def test_nobody_compares_the_groups_of_another_clinic(clinic, clinician, other_clinic):
    treated(clinic, clinician, 1)
    estimation.sweep()
    assert compare(other_clinic, Selection(), "route").groups == ()


def _members(counts: Counts) -> tuple[int, dict[str, int]]:
    return counts.n, counts.reasons
