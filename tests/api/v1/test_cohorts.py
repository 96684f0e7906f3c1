"""One cohort over the interface: its curves, who was counted, and the reason where there are none."""

import json
from datetime import timedelta

import pytest

from backend.tracking import estimation
from backend.tracking.cohorts import Selection, cohort
from tests import make
from tests.api.doors import fields_of, problem, with_session, with_token

pytestmark = pytest.mark.django_db

COHORTS = "/api/v1/cohorts/"
RELIEVED = {-1: 8, 1: 4, 2: 3, 3: 3, 168: 3, 336: 3}
RELAPSED = RELIEVED | {336: 8}


@pytest.fixture
def seven(clinic, clinician):
    """Three who stayed well, three who relapsed, one dosed again because symptoms returned."""
    for number in range(7):
        patient = make.patient(at=clinic, sign_in=False)
        treatment = make.treatment(of=patient, by=clinician)
        make.ratings(of=treatment, scores=RELAPSED if number % 2 else RELIEVED, by=clinician)
    later = treatment.started_at + timedelta(days=8)
    make.treatment(of=patient, by=clinician, started_at=later, redose_reason="symptoms_returned")
    estimation.sweep()


def asked(person, **selection):
    answer = with_token(person).get(COHORTS, selection)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content, parse_constant=pytest.fail)


def test_a_cohort_is_told_whole(seven, clinician):
    told = asked(clinician)
    assert (told["n"], told["reasons"], told["waiting"], told["no_curves_because"]) == (7, {}, 0, None)
    assert told["selection"]["instrument"] == "nrs-anxiety"
    assert "7 evaluable on nrs-anxiety" in told["population"]
    assert {one["name"] for one in told["check_ins"]} >= {"+1 h", "week 12"}
    assert told["quantiles"]["onset"] == {"lower": 0, "upper": 1, "events": 7, "ci": None}
    assert told["quantiles"]["loss"]["upper"] is None or told["quantiles"]["loss"]["upper"] > 168
    assert told["gap"]["onset"] < 1e-6
    assert told["clipped"] == 0
    assert told["rmdor"]["horizon_hours"] == 672
    assert told["rmdor"]["lower"] <= told["rmdor"]["upper"]


def test_curves_are_rows_of_the_file_s_columns(seven, clinician):
    told = asked(clinician)
    estimate = cohort(clinician, Selection()).estimate
    for name, rows in told["curves"].items():
        assert [one["estimate"] for one in rows] == getattr(estimate, name).estimate.tolist()
        assert set(rows[0]) == {"hours", "estimate", "lower", "upper", "ci_lower", "ci_upper", "n"}
        assert rows[0]["hours"] == 0
    assert set(told["curves"]) == {"onset", "loss", "in_response"}


def test_the_other_estimand_is_told_where_it_differs(seven, clinician):
    told = asked(clinician)
    assert told["curves_e2"]["loss"] != told["curves"]["loss"]
    assert told["quantiles_e2"]["loss"]["events"] == told["quantiles"]["loss"]["events"] + 1
    assert asked(clinician, to="2026-03-01")["curves_e2"] == {}


def test_a_small_cohort_has_a_reason_in_place_of_curves(treatment, clinician):
    make.ratings(of=treatment, scores=RELIEVED)
    estimation.sweep()
    told = asked(clinician)
    assert (told["n"], told["curves"], told["quantiles"], told["rmdor"]) == (1, {}, None, None)
    assert told["no_curves_because"].startswith("1 evaluable, expected 5")


def test_what_jobs_have_still_to_do_is_told(treatment, clinician):
    make.ratings(of=treatment, scores=RELIEVED)
    assert asked(clinician)["waiting"] == 1


def test_a_selection_is_told_as_it_was_understood(seven, clinician):
    chosen = {"route": "iv", "drug": "ketamine", "from": "2026-03-01", "to": "2026-03-31", "rule_set": "R30F-L30"}
    told = asked(clinician, **chosen)
    assert chosen.items() <= told["selection"].items()
    assert "route iv, drug ketamine, from 2026-03-01, to 2026-03-31" in told["population"]
    assert (told["n"], asked(clinician, route="oral")["n"]) == (7, 0)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("route", "nose"),
        ("instrument", "sleepy"),
        ("rule_set", "R50"),
        ("unit", "visit"),
        ("from", "yesterday"),
        ("to", "9999-12-31"),
        ("drugs", "ketamine"),
    ],
)
def test_what_cannot_be_selected_is_named(seven, clinician, name, given):
    assert fields_of(problem(with_token(clinician).get(COHORTS, {name: given}), 400)) == {name}


def test_a_clinic_sees_its_own_cohort_only(seven, other_clinic):
    assert asked(other_clinic)["n"] == 0


def test_who_works_nowhere_has_no_cohort(seven, patient):
    problem(with_session(patient.person).get(COHORTS), 404)


def test_groups_are_told_with_their_tests(seven, clinician):
    assert asked(clinician)["comparison"] is None
    told = asked(clinician, by="route", values="iv,im", indication="gad")["comparison"]
    assert [(one["value"], one["n"]) for one in told["groups"]] == [("im", 0), ("iv", 7)]
    assert told["groups"][1]["curves"] == asked(clinician)["curves"]
    assert [one["scores"] for one in told["tests"]] == ["sun", "finkelstein", "wilcoxon"] * 2
    assert {(one["group_a"], one["group_b"], one["z"]) for one in told["tests"]} == {("im", "iv", None)}


@pytest.mark.parametrize(
    ("asked_for", "field"),
    [({"by": "age"}, "by"), ({"by": "route", "values": "iv,up"}, "values"), ({"values": "iv"}, "values")],
)
def test_what_cannot_be_compared_is_named(seven, clinician, asked_for, field):
    assert fields_of(problem(with_token(clinician).get(COHORTS, asked_for), 400)) == {field}


def test_a_selection_by_dose_and_number_is_told_as_it_was_understood(seven, clinician):
    told = asked(clinician, dose_from="0.5", number="2", previous="none")
    assert (told["selection"]["dose_from"], told["selection"]["number"], told["n"]) == (0.5, 2, 0)
    assert "The 2. treatment of each patient (dose_from 0.5, previous none)" in told["population"]
