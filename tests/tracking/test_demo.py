"""The demo clinic as jobs conclude it: every situation is there, and curves find the truth again."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import F, Min

from backend.accounts.models import AlertPlan, AuditEntry, Clinic, Patient, Person
from backend.tracking import doorbell, estimation
from backend.tracking.asking import due_check_in, questions
from backend.tracking.cohorts import Selection, cohort
from backend.tracking.demo.clinic import open_clinic
from backend.tracking.demo.finished import finished
from backend.tracking.demo.seeding import seed_finished, seed_named
from backend.tracking.demo.shapes import SHAPES
from backend.tracking.demo.watching import watch
from backend.tracking.models import (
    Alert,
    Amendment,
    CheckIn,
    Effect,
    Note,
    Observation,
    Outcome,
    Rating,
    Skip,
    Stratum,
    Treatment,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)
SEED, FINISHED = 1, 100


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The clinic as seeded at `NOW`, stored once for all tests here; each of them runs inside its transaction."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(doorbell, "circuit", doorbell.Circuit())
        opened = seeded(FINISHED)
        yield opened
        transaction.set_rollback(True)


def drawn(number):
    return [finished(place, seed=SEED, now=NOW) for place in range(number)]


def seeded(number):
    opened = open_clinic(seed=SEED, now=NOW)
    seed_named(opened, now=NOW)
    seed_finished(opened, drawn(number))
    return opened


def patient(code):
    return Patient.objects.get(code=code)


def outcomes(code, *, unit="treatment"):
    """What the primary series says by default, one treatment or course after another."""
    rows = Outcome.objects.filter(treatment__patient__code=code, unit=unit, instrument="nrs-anxiety")
    return rows.filter(rule_set="R50C-L50").order_by("treatment__started_at")


# Every situation


@pytest.mark.parametrize(
    ("code", "unit", "expected"),
    [
        ("demo-001", "treatment", ["responding"]),
        ("demo-004", "treatment", ["responding"]),
        ("demo-005", "treatment", []),
        ("demo-006", "treatment", ["lost"]),
        ("demo-007", "treatment", ["no_response"]),
        ("demo-008", "treatment", ["responding", "responding"]),
        ("demo-009", "treatment", ["responding"]),
        ("demo-010", "treatment", ["pending"]),
        ("demo-011", "treatment", ["not_evaluable"]),
        ("demo-012", "treatment", ["not_evaluable"]),
        ("demo-013", "course", ["responding"]),
        ("demo-020", "treatment", ["lost"]),
        ("demo-021", "treatment", []),
    ],
)
def test_a_patient_made_by_hand_is_concluded_to_be_as_the_story_says(demo, code, unit, expected):
    assert [one.status for one in outcomes(code, unit=unit)] == expected


def test_who_cannot_be_evaluated_has_a_low_starting_rating_or_none(demo):
    reasons = [outcomes(code).get().reason for code in ("demo-011", "demo-012")]
    assert reasons == ["baseline_below_minimum", "no_baseline"]


def test_a_dose_for_returned_symptoms_is_a_loss_in_one_estimand_only(demo):
    first = outcomes("demo-008").first()
    assert first.loss_upper_hours == float("inf")
    assert first.loss_upper_e2_hours == 19 * 24  # until the next dose


@pytest.mark.parametrize(
    ("code", "flag"), [("demo-016", "after_rescue"), ("demo-018", "amended"), ("demo-019", "offline")]
)
def test_ratings_to_look_at_twice_are_flagged(demo, code, flag):
    assert flag in outcomes(code).get().flags.split(";")


def test_one_rating_was_corrected_and_one_withdrawn(demo):
    assert list(Amendment.objects.order_by("pk").values_list("kind", flat=True)) == ["correct", "withdraw"]


def test_somebody_missed_check_ins_and_skipped_others(demo):
    rows = CheckIn.objects.with_answers().filter(treatment__patient__code="demo-017")
    states = Counter(one.state_at(NOW) for one in rows)
    assert states["skipped"] == 3
    assert states["missed"] >= 3
    assert states["answered"] == 6


@pytest.mark.parametrize(
    ("code", "due"),
    [("demo-001", "week 2"), ("demo-002", "+2 h"), ("demo-003", None), ("demo-004", None), ("demo-005", None)],
)
def test_those_who_sign_in_find_what_was_promised(demo, code, due):
    check_in = due_check_in(patient(code), NOW)
    assert (check_in and check_in.name) == due


def test_a_week_is_asked_about_in_full(demo):
    check_in = due_check_in(patient("demo-001"), NOW)
    assert [one.slug for one in questions(check_in)] == ["nrs-anxiety", "now4", "gad7", "phq8", "pgic"]


def test_a_course_goes_on(demo):
    states = Counter(patient("demo-003").treatments.values_list("state", flat=True))
    assert states == {"started": 7, "planned": 1}
    assert outcomes("demo-003", unit="course").count() == 1


def test_a_dose_of_tomorrow_has_its_starting_rating(demo):
    treatment = patient("demo-015").treatments.get()
    assert NOW < treatment.planned_at < NOW + timedelta(days=1)
    assert set(treatment.ratings.values_list("instrument", flat=True)) == {
        "nrs-anxiety",
        "now4",
        "gad7",
        "phq8",
        "pcl5",
    }
    assert not treatment.check_ins.with_answers().get(name="arrival").is_answered


def test_whoever_has_no_sign_in_was_rated_through_the_clinic(demo):
    (entered_by, respondent) = patient("demo-020").ratings.values_list("entered_by", "respondent").distinct().get()
    assert (entered_by, respondent) == (demo.clinician.pk, "patient")


def test_somebody_is_about_to_take_a_dose_at_home(demo):
    treatment = patient("demo-022").treatments.get()
    assert list(Treatment.objects.to_take_at_home(NOW)) == [treatment]
    assert due_check_in(patient("demo-022"), NOW) is None


def test_staff_watched_sprays_and_put_one_look_right_and_struck_another_out(demo):
    looks = Observation.objects.filter(treatment__patient__code="demo-003")
    assert looks.standing().count() == 7 * 4
    assert looks.exclude(replaces=None).get().struck is False
    assert Observation.objects.filter(treatment__patient__code="demo-006", struck=True).count() == 1
    assert all(one.text for one in Note.objects.filter(patient__code="demo-003"))


def test_what_staff_saw_is_written_down_once(demo):
    before = (Observation.objects.count(), Note.objects.count())
    watch(demo, now=NOW)
    assert (Observation.objects.count(), Note.objects.count()) == before


def test_every_route_and_indication_is_there_and_one_comparator(demo):
    given = set(Treatment.objects.started().values_list("drug", "drug_name", "route", "indication", "protocol"))
    assert {one[:3] for one in given} == {(one.drug, one.drug_name, one.route) for one in SHAPES}
    for shape in SHAPES:
        assert {one[3] for one in given if one[2] == shape.route} == {"gad", "sad", "ptsd"}
    assert {one[4] for one in given if one[0] == "other"} == {"weekly"}


def test_one_alert_waits_in_a_clinic_whose_plan_names_its_owner(demo):
    alert = Alert.objects.unacknowledged().get()
    assert (alert.patient.code, alert.points, alert.quiet) == ("demo-023", 9, False)
    plan = AlertPlan.objects.get(clinic=demo.clinic)
    assert (plan.owner.email, plan.second) == ("owner@example.org", demo.clinician)
    assert not Effect.objects.filter(alert=alert).exists()  # those addresses are made up


# Facts first, then jobs


def test_every_fact_has_its_audit_row(demo):
    told = Counter(AuditEntry.objects.values_list("action", flat=True))
    assert told["rating.logged"] == Rating.objects.count()
    assert told["check_in.skipped"] == Skip.objects.count()
    assert told["patient.invited"] == Patient.objects.count()
    assert (
        told["treatment.started"] + told["treatment.planned"] + told["treatment.cancelled"] == Treatment.objects.count()
    )


def test_nothing_waits_for_a_job(demo):
    assert not Treatment.objects.needing_estimate().exists()
    assert not Stratum.objects.needing_count().exists()
    assert estimation.sweep() == 0


def test_ratings_came_in_when_they_were_made_or_were_kept_on_a_phone(demo):
    timings = Counter(Rating.objects.values_list("timing", flat=True))
    assert timings.keys() == {"live", "offline"}
    assert timings["offline"] < 0.1 * timings.total()
    assert not Rating.objects.filter(received_at__gt=NOW).exists()
    assert not Rating.objects.filter(received_at__lt=F("effective_at")).exists()


def test_nobody_has_a_name_or_address_that_could_be_somebodys(demo):
    assert all(one.email.endswith("@example.org") and one.name.startswith("Demo ") for one in Person.objects.all())
    assert all(code.startswith("demo-") for code in Patient.objects.values_list("code", flat=True))


# The truth


def in_relief(everybody, hours):
    return sum(one.truth.in_relief(hours) for one in everybody) / len(everybody)


@pytest.mark.parametrize(
    ("route", "landmarks"),
    [("iv", (4, 24, 168, 336, 504, 672)), ("intranasal", (4, 24, 168, 336)), ("im", (4, 24, 168))],
)
def test_curves_find_the_truth_again(demo, route, landmarks):
    """Bounds are wide: thirty to fifty patients with noise, of whom those made by hand were not drawn."""
    drawn_alike = [one for one in drawn(FINISHED) if one.shape.route == route and one.evaluable]
    found = cohort(demo.clinician, Selection(route=route, rule_set="R50F-L50"))
    hours = list(found.estimate.hours)
    estimate = [found.estimate.in_response.estimate[hours.index(at)] for at in landmarks]
    assert estimate == pytest.approx([in_relief(drawn_alike, at) for at in landmarks], abs=0.16)


def test_tablets_take_weeks(demo):
    found = cohort(demo.clinician, Selection(route="oral"))
    onset = dict(zip(found.estimate.hours, found.estimate.onset.estimate, strict=True))
    assert onset[168] < 0.05
    assert onset[8 * 168] > 0.2


# Later


def test_running_again_changes_nothing(demo):
    models = (Patient, Treatment, CheckIn, Rating, Skip, Amendment, Outcome, AuditEntry)
    before = [model.objects.count() for model in models]
    seed_named(open_clinic(seed=SEED, now=NOW), now=NOW + timedelta(minutes=5))
    assert seed_finished(demo, drawn(FINISHED)) == 0
    assert [model.objects.count() for model in models] == before
    assert Clinic.objects.filter(demo=True).count() == 1


@pytest.mark.parametrize("days", [1, 5, 30])
def test_on_a_later_day_there_is_something_to_answer_again(demo, days):
    later = NOW + timedelta(days=days, hours=1)
    seed_named(demo, now=later)
    assert due_check_in(patient("demo-001"), later) is not None
    assert due_check_in(patient("demo-002"), later).name == "+2 h"
    treatments = Treatment.objects.count()
    seed_named(demo, now=later + timedelta(hours=1))
    assert Treatment.objects.count() == treatments
    assert Treatment.objects.filter(state="started").aggregate(first=Min("started_at"))["first"] < NOW
