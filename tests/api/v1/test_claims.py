"""The claims over the interface: each with this clinic's numbers, beside what has been published."""

import json

import pytest

from backend.tracking import estimation
from backend.tracking.cohorts import Selection, claims
from tests.api.doors import fields_of, problem, with_session, with_token
from tests.tracking.cohorts.make import RELAPSED, treated

pytestmark = pytest.mark.django_db

CLAIMS = "/api/v1/claims/"
PROMISED = {"claim", "estimate_lower", "estimate_upper", "ci_lower", "ci_upper", "n", "literature"}


@pytest.fixture
def six(clinic, clinician):
    treated(clinic, clinician, 4)
    treated(clinic, clinician, 2, scores=RELAPSED)
    estimation.sweep()


def asked(person, **selection):
    answer = with_token(person).get(CLAIMS, selection)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content, parse_constant=pytest.fail)


def test_every_claim_has_its_numbers_and_its_literature(six, clinician):
    told = asked(clinician)
    assert {one["claim"] for one in told["results"]} == {"within_hours", "for_weeks", "unlike_ssris", "others_failed"}
    assert all(set(one) >= PROMISED and one["literature"] for one in told["results"])
    assert len(told["caveats"]) == 3
    assert [one["estimate"] for one in told["results"]] == [one.estimate for one in claims(clinician, Selection()).rows]


def test_what_is_not_reached_is_null_and_what_is_missing_has_a_reason(six, clinician):
    told = {(one["group"], one["measure"]): one for one in asked(clinician)["results"]}
    loss = told["cohort", "loss_median"]
    assert (loss["n"], loss["estimate_upper"], loss["no_number_because"]) == (6, None, None)
    assert loss["estimate_lower"] >= 336
    assert told["comparator", "onset"]["no_number_because"].startswith("n = 0, too few")


def test_whom_each_group_holds_is_told(six, clinician):
    groups = asked(clinician, route="iv", **{"from": "2026-03-01"})["groups"]
    assert (groups["cohort"]["drug"], groups["cohort"]["route"], groups["cohort"]["from"]) == (
        "either",
        "iv",
        "2026-03-01",
    )
    assert (groups["comparator"]["drug"], groups["comparator"]["route"]) == ("other", None)
    assert groups["others_failed"]["previous"] == "2+"


def test_what_cannot_be_selected_is_named(six, clinician):
    for name, given in (("dose_from", "much"), ("previous", "some"), ("by", "route")):
        assert fields_of(problem(with_token(clinician).get(CLAIMS, {name: given}), 400)) == {name}


def test_a_clinic_sees_its_own_numbers_only(six, other_clinic, patient):
    assert {one["n"] for one in asked(other_clinic)["results"]} == {0}
    problem(with_session(patient.person).get(CLAIMS), 404)
