"""The claims are answered with what the clinics of a person have seen, and about whom is said."""

from decimal import Decimal

import pytest

from backend.tracking import estimation
from backend.tracking.cohorts import Selection, claims, cohort
from tests.tracking.cohorts.make import RELAPSED, RELIEVED, UNCHANGED, treated, tried

pytestmark = pytest.mark.django_db
COMPARATOR = {"drug": "other", "drug_name": "sertraline", "route": "oral", "protocol": "weekly"}


def rows_of(found, claim):
    return [one for one in found.rows if one.claim == claim]


@pytest.fixture
def clinic_s(clinic, clinician):
    """Six relieved, of whom two relapse, two of the others after failed trials; five on another drug, unchanged."""
    some = treated(clinic, clinician, 4, dose_mg=Decimal(40), weight_kg=Decimal(80))
    treated(clinic, clinician, 2, scores=RELAPSED, route="im", dose_mg=Decimal(40), weight_kg=Decimal(80))
    treated(clinic, clinician, 5, scores=UNCHANGED, **COMPARATOR)
    for one in some[:2] * 2:
        tried(one.patient, clinician)
    estimation.sweep()


def test_relief_within_hours_is_told_under_two_rule_sets(clinic_s, clinician):
    found = rows_of(claims(clinician, Selection()), "within_hours")
    assert [(one.rule_set, one.hours, one.n, one.estimate) for one in found] == [
        ("R30F-L30", 1, 6, 1),
        ("R30F-L30", 4, 6, 1),
        ("R50C-L50", 1, 6, 1),
        ("R50C-L50", 4, 6, 1),
    ]


def test_weeks_are_told_with_what_is_not_known_between_check_ins(clinic_s, clinician):
    *shares, loss, mean = rows_of(claims(clinician, Selection()), "for_weeks")
    estimate = cohort(clinician, Selection(drug="either", protocol="hourly")).estimate
    assert [one.hours for one in shares] == [24, 168, 336, 672]
    assert (shares[0].estimate, shares[0].estimate_lower, shares[0].estimate_upper) == (None, 1, 1)
    assert [one.estimate for one in shares[1:]] == [1, pytest.approx(4 / 6), pytest.approx(4 / 6)]
    assert (loss.estimate_lower, loss.ci_lower) == (estimate.loss_median.lower, None)
    assert mean.estimate == float(estimate.mean_duration.estimate)
    assert mean.ci_upper == float(estimate.mean_duration_confidence.upper)


def test_the_comparator_is_told_at_the_check_ins_both_have(clinic_s, clinician):
    found = rows_of(claims(clinician, Selection()), "unlike_ssris")
    told = {(one.group, one.measure, one.hours): (one.n, one.estimate) for one in found}
    assert told["at_common_check_ins", "onset", 168] == (6, 1)
    assert told["comparator", "onset", 168] == (5, 0)
    assert {hours for _, measure, hours in told if measure == "in_response"} == {168, 336, 672}


def test_a_subgroup_too_small_says_so(clinic_s, clinician):
    found = rows_of(claims(clinician, Selection()), "others_failed")
    assert {(one.n, one.why, one.estimate_lower) for one in found} == {(2, "too_few", None)}


def test_a_large_enough_subgroup_is_told(clinic, clinician):
    for one in treated(clinic, clinician, 5) * 2:
        tried(one.patient, clinician)
    treated(clinic, clinician, 3, scores=UNCHANGED)
    estimation.sweep()
    found = rows_of(claims(clinician, Selection()), "others_failed")
    assert {(one.n, one.why) for one in found} == {(5, "")}
    assert [one.estimate for one in found[:2]] == [1, 1]


def test_claims_about_a_dose_are_those_about_everybody_where_all_had_it(clinic_s, clinician):
    """The one are counted treatment by treatment, the other from cells."""
    everybody, dosed = (claims(clinician, Selection(dose_from=one)) for one in (None, Decimal("0.5")))
    assert dosed.rows == everybody.rows


def test_whom_the_claims_are_about_narrows_what_was_asked(clinic_s, clinician):
    found = claims(clinician, Selection(route="im", rule_set="R30C-L30"))
    assert (found.about.drug, found.about.protocol, found.about.route) == ("either", "hourly", "im")
    assert (found.comparator.drug, found.comparator.protocol, found.comparator.route) == ("other", "weekly", "")
    assert {(one.n, one.why) for one in rows_of(found, "within_hours")} == {(2, "too_few")}
    assert {one.rule_set for one in rows_of(found, "for_weeks")} == {"R30C-L30"}


def test_where_nobody_was_asked_so_late_there_is_no_number(clinic, clinician):
    treated(clinic, clinician, 5, scores={hours: score for hours, score in RELIEVED.items() if hours <= 168})
    estimation.sweep()
    found = claims(clinician, Selection())
    assert [one.why for one in rows_of(found, "for_weeks")] == [
        "",
        "",
        "nobody_rated_so_late",
        "nobody_rated_so_late",
        "",
        "nobody_rated_so_late",
    ]
    weekly = claims(clinician, Selection(protocol="weekly"))
    assert {one.n for one in rows_of(weekly, "within_hours")} == {0}


def test_a_protocol_that_asks_weekly_tells_nothing_of_the_first_hours(clinic, clinician):
    treated(clinic, clinician, 5, protocol="weekly")
    estimation.sweep()
    found = claims(clinician, Selection(protocol="weekly"))
    assert {(one.n, one.why, one.estimate_lower) for one in rows_of(found, "within_hours")} == {
        (5, "no_check_in_by_then", None)
    }


def test_nobody_sees_the_claims_of_another_clinic(clinic_s, other_clinic):
    assert {(one.n, one.why) for one in claims(other_clinic, Selection()).rows} == {(0, "too_few")}
