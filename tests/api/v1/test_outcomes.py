"""Outcomes over the interface: the columns of outcomes.csv, never older than the ratings."""

from datetime import timedelta

import pytest

from backend.analysis.cli.main import main
from backend.analysis.outcomes.rules import RULE_SETS
from backend.api.v1.outcomes import FreshOutcome
from backend.tracking.models import Outcome, Treatment
from tests import make
from tests.api.doors import fields_of, problem, with_session, with_token

pytestmark = pytest.mark.django_db

RELIEVED = {-1: 8, 1: 4, 2: 3, 3: 3, 168: 3, 336: 7}


def of_treatment(treatment):
    return f"/api/v1/treatments/{treatment.pk}/outcomes/"


def of_course(treatment):
    return f"/api/v1/courses/{treatment.pk}/outcomes/"


@pytest.fixture
def rated(treatment):
    make.ratings(of=treatment, scores=RELIEVED)
    return treatment


def primary(client, address):
    (told,) = client.get(address, {"rule_set": "R50C-L50"}).json()["results"]
    return told


def test_an_outcome_is_told_with_both_ends_of_every_span_and_what_it_was_made_from(rated, clinician):
    told = primary(with_token(clinician), of_treatment(rated))
    assert (told["patient"], told["treatment"], told["instrument"]) == (rated.patient_id, rated.pk, "nrs-anxiety")
    assert (told["status"], told["reason"], told["baseline"], told["n_ratings"]) == ("lost", "", 8, 5)
    assert (told["onset_lower_hours"], told["onset_upper_hours"]) == (0, 1)
    assert (told["loss_lower_hours"], told["loss_upper_hours"]) == (168, 336)
    rated.refresh_from_db()
    stored = Outcome.objects.get(treatment=rated, unit="treatment", rule_set="R50C-L50")
    assert (told["ratings_version"], told["input_sha256"]) == (rated.ratings_version, stored.input_sha256)
    assert {"rule_set_version", "instrument_version", "algorithm_version", "computed_at", "sentence"} <= told.keys()


def test_the_columns_are_those_of_the_file(tmp_path):
    file = tmp_path / "ratings.csv"
    file.write_text("patient,treatment,hours,score\na,1,-1,8\na,1,1,3\na,1,2,3\n")
    assert main(["outcomes", str(file), "--out", str(tmp_path / "out")]) == 0
    columns = (tmp_path / "out/outcomes.csv").read_text().splitlines()[0].split(",")
    assert list(FreshOutcome.Meta.fields[: len(columns)]) == columns


def test_what_was_not_seen_is_null(treatment, clinician):
    make.ratings(of=treatment, scores={-1: 8, 1: 4, 2: 3})
    told = primary(with_token(clinician), of_treatment(treatment))
    assert (told["onset_upper_hours"], told["loss_lower_hours"], told["loss_upper_hours"]) == (1, 2, None)


def test_all_rule_sets_unless_one_is_named(rated, clinician):
    told = with_token(clinician).get(of_treatment(rated)).json()
    assert {one["rule_set"] for one in told["results"]} == set(RULE_SETS)
    assert told["next"] is told["previous"] is None


@pytest.mark.parametrize("name", ["R99", "", "\0"])
def test_an_unknown_rule_set_is_named(rated, clinician, name):
    assert fields_of(problem(with_token(clinician).get(of_treatment(rated), {"rule_set": name}), 400)) == {"rule_set"}


def test_no_number_is_older_than_the_ratings(rated, clinician):
    client = with_token(clinician)
    before = primary(client, of_treatment(rated))
    make.amendment(of=rated.ratings.order_by("effective_at").last(), score=2)
    after = primary(client, of_treatment(rated))
    assert (before["loss_upper_hours"], after["loss_upper_hours"]) == (336, None)
    assert after["ratings_version"] == before["ratings_version"] + 1


def test_a_treatment_that_has_not_started_has_no_outcomes(patient, clinician):
    planned = make.treatment(of=patient, planned_at=make.DOSED_AT)
    assert with_token(clinician).get(of_treatment(planned)).json()["results"] == []


def test_a_course_goes_by_the_treatment_that_opens_it(rated, patient, clinician):
    second = make.treatment(
        of=patient, started_at=rated.started_at + timedelta(days=7), redose_reason="planned", by=clinician
    )
    client = with_token(clinician)
    told = primary(client, of_course(rated))
    assert (told["unit"], told["treatment"]) == ("course", rated.pk)
    assert primary(client, of_treatment(second))["unit"] == "treatment"
    problem(client.get(of_course(second)), 404)


@pytest.mark.parametrize("address", [of_treatment, of_course])
def test_outcomes_of_others_look_like_none_at_all(rated, stranger, other_clinic, patient, address):
    absent = with_token(other_clinic).get(address(Treatment(pk=100_000)))
    for door in (with_session(stranger.person), with_token(other_clinic)):
        foreign = door.get(address(rated))
        problem(foreign, 404)
        assert foreign.content == absent.content
    assert with_session(patient.person).get(address(rated)).status_code == 200
