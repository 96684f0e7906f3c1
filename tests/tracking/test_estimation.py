"""Outcomes follow from stored ratings: by jobs, by the sweep, on reading, and again whenever facts change."""

from datetime import timedelta
from math import inf

import pytest
from django.core.management import call_command

from backend.analysis.conclude import ALGORITHM_VERSION
from backend.tracking import estimation, tasks
from backend.tracking.models import Outcome, Stratum, StratumCells, Treatment
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

pytestmark = pytest.mark.django_db
DOSED_AT = make.DOSED_AT
LOST = {-1: 8, 1.1: 6, 2.05: 4, 3: 3, 4: 3, 168: 4, 336: 6}


def primary(treatment, unit="treatment", rules="R50C-L50"):
    return Outcome.objects.get(treatment=treatment, unit=unit, instrument="nrs-anxiety", rule_set=rules)


def stale():
    return set(Treatment.objects.needing_estimate())


@pytest.fixture
def lost(patient):
    treatment = make.treatment(of=patient)
    make.ratings(of=treatment, scores=LOST)
    return treatment


def test_the_job_stores_what_the_ratings_say_and_what_it_came_from(lost):
    tasks.estimate_treatment(lost.pk)
    found = primary(lost)
    assert (found.status, found.baseline, found.n_ratings) == ("lost", 8, 6)
    assert (found.onset_lower_hours, found.onset_upper_hours) == (1.1, 2.05)
    assert (found.loss_lower_hours, found.loss_upper_hours) == (168, 336)
    lost.refresh_from_db()
    assert found.ratings_version == lost.ratings_version
    assert (found.algorithm_version, found.rule_set_version, found.instrument_version) == (ALGORITHM_VERSION, 1, 1)
    assert len(found.input_sha256) == 64


def test_a_new_rating_makes_the_outcome_stale_until_the_job_has_run(lost):
    tasks.estimate_treatment(lost.pk)
    assert stale() == set()
    make.rating(of=lost, hours=3.5, score=9)
    assert stale() == {lost}
    tasks.estimate_treatment(lost.pk)
    assert stale() == set()


def test_running_a_job_twice_changes_nothing(lost):
    tasks.estimate_treatment(lost.pk)
    before = list(Outcome.objects.order_by("pk").values())
    tasks.estimate_treatment(lost.pk)
    after = list(Outcome.objects.order_by("pk").values())
    assert [one | {"computed_at": None} for one in after] == [one | {"computed_at": None} for one in before]


def test_an_outcome_not_seen_is_open_and_one_not_known_is_empty(patient):
    treatment = make.treatment(of=patient)
    make.ratings(of=treatment, scores={-1: 8, 1: 8, 2: 7})
    tasks.estimate_treatment(treatment.pk)
    found = primary(treatment)
    assert (found.status, found.onset_lower_hours, found.onset_upper_hours) == ("no_response", 2, inf)
    assert (found.loss_lower_hours, found.loss_upper_hours) == (None, None)


def test_a_treatment_nobody_rated_is_not_evaluable_and_says_why(patient):
    treatment = make.treatment(of=patient)
    tasks.estimate_treatment(treatment.pk)
    assert (primary(treatment).status, primary(treatment).reason) == ("not_evaluable", "no_baseline")
    assert stale() == set()


def test_a_planned_treatment_has_no_outcome_yet(patient):
    treatment = make.treatment(of=patient, planned_at=DOSED_AT)
    make.rating(of=treatment, hours=-1, score=8)
    assert stale() == {treatment}
    tasks.estimate_treatment(treatment.pk)
    assert stale() == set()
    assert not Outcome.objects.exists()


def test_amendments_count_and_the_original_stays(lost):
    rating = lost.ratings.get(effective_at=DOSED_AT + timedelta(hours=168))
    make.amendment(of=rating, score=7)
    tasks.estimate_treatment(lost.pk)
    assert (primary(lost).loss_lower_hours, primary(lost).loss_upper_hours) == (4, 168)
    assert primary(lost).flags == "late;amended"
    make.amendment(of=rating, kind="withdraw")
    tasks.estimate_treatment(lost.pk)
    assert (primary(lost).loss_lower_hours, primary(lost).loss_upper_hours) == (4, 336)


def test_the_next_treatment_ends_follow_up_wherever_it_is_recorded(lost, clinician):
    tasks.estimate_treatment(lost.pk)
    again = make.treatment(of=lost.patient, started_at=DOSED_AT + timedelta(days=9), redose_reason="symptoms_returned")
    assert stale() == {lost, again}
    estimation.sweep()
    assert (primary(lost).status, primary(lost).loss_upper_e2_hours) == ("responding", 9 * 24)
    correct_treatment(actor=clinician, treatment=again, changes={"state": "cancelled"})
    estimation.sweep()
    assert primary(lost).status == "lost"
    assert not Outcome.objects.filter(treatment=again).exists()


def test_a_course_has_an_outcome_of_its_own_at_its_first_treatment(patient, clinician):
    first = make.treatment(of=patient)
    second = make.treatment(of=patient, started_at=DOSED_AT + timedelta(days=3), redose_reason="planned")
    make.ratings(of=first, scores={-1: 8, 1: 7, 2: 4, 3: 4})
    make.ratings(of=second, scores={1: 3, 168: 3, 336: 7})
    estimation.sweep()
    assert (primary(first, "course").loss_lower_hours, primary(first, "course").loss_upper_hours) == (168, 336)
    assert not Outcome.objects.filter(treatment=second, unit="course").exists()
    correct_treatment(actor=clinician, treatment=second, changes={"redose_reason": "symptoms_returned"})
    estimation.sweep()
    assert primary(first, "course").loss_upper_hours == inf
    assert primary(second, "course").reason == "no_baseline"


def test_reading_computes_what_is_stale(lost):
    assert estimation.fresh_outcomes(lost).get(instrument="nrs-anxiety", rule_set="R50C-L50").status == "lost"
    make.rating(of=lost, hours=0.5, score=2)
    make.rating(of=lost, hours=1.0, score=2)
    found = estimation.fresh_outcomes(lost).get(instrument="nrs-anxiety", rule_set="R50C-L50")
    assert found.onset_upper_hours == 0.5


def test_the_job_counts_what_was_computed_on_reading_before_it(lost):
    estimation.fresh_outcomes(lost)
    assert Stratum.objects.needing_count().exists()
    tasks.estimate_treatment(lost.pk)
    assert not Stratum.objects.needing_count().exists()


def test_the_sweep_repairs_what_no_message_announced(lost):
    assert estimation.sweep() > 0
    assert stale() == set()
    assert not Stratum.objects.needing_count().exists()
    assert estimation.sweep() == 0


def test_deleting_every_conclusion_loses_nothing(lost):
    estimation.sweep()
    kept = Outcome.objects.order_by("treatment", "unit", "rule_set").values("status", "input_sha256", "grid_place")
    before, cells = list(kept), sorted(map(str, StratumCells.objects.values_list("counts", flat=True)))
    Outcome.objects.all().delete()
    Stratum.objects.all().delete()
    estimation.sweep()
    assert list(kept) == before
    assert sorted(map(str, StratumCells.objects.values_list("counts", flat=True))) == cells


def test_rebuilding_proves_that_stored_and_recomputed_are_the_same(lost, capsys):
    estimation.sweep()
    call_command("rebuild")
    assert "0 stored conclusions differed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda: Outcome.objects.filter(rule_set="R50C-L50").update(onset_upper_hours=1.5), id="outcome"),
        pytest.param(lambda: StratumCells.objects.filter(rule_set="R50C-L50").update(counts={}), id="cells"),
    ],
)
def test_rebuilding_finds_and_repairs_what_differs(lost, tamper, capsys):
    estimation.sweep()
    tamper()
    with pytest.raises(SystemExit) as exited:
        call_command("rebuild")
    assert exited.value.code == 1
    call_command("rebuild")
    assert "0 stored conclusions differed" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda found: found.delete(), id="missing"),
        pytest.param(
            lambda found: Outcome.objects.filter(pk=found.pk).update(instrument="gad7"), id="of another scale"
        ),
    ],
)
def test_rebuilding_finds_an_outcome_too_few_or_too_many(lost, tamper, capsys):
    estimation.sweep()
    tamper(primary(lost))
    with pytest.raises(SystemExit):
        call_command("rebuild")
    call_command("rebuild")
    assert "0 stored conclusions differed" in capsys.readouterr().out.splitlines()[-1]


def test_rebuilding_does_not_take_what_still_waits_for_a_job_for_a_difference(lost, clinician, capsys):
    second = make.treatment(of=lost.patient, started_at=DOSED_AT + timedelta(days=3), redose_reason="planned")
    estimation.sweep()
    correct_treatment(actor=clinician, treatment=second, changes={"state": "cancelled"})
    call_command("rebuild")
    assert "2 were waiting for their jobs; 0 stored conclusions differed" in capsys.readouterr().out
    assert not Outcome.objects.filter(treatment=second).exists()


def test_one_that_cannot_be_estimated_does_not_stop_the_sweep(lost, stranger, caplog):
    healthy = make.treatment(of=stranger)
    Treatment.objects.filter(pk=lost.pk).update(protocol="gone")
    estimation.sweep()
    assert stale() == {lost}
    assert Outcome.objects.filter(treatment=healthy).exists()
    assert f"refresh of {lost.pk} failed" in caplog.text


def test_facts_that_change_while_an_estimate_is_made_are_not_overwritten(lost, monkeypatch):
    """A rating lands between reading and storing: the first attempt is thrown away."""
    from backend.tracking.estimation import refreshing  # noqa: PLC0415 - only this test looks inside

    compute, seen = refreshing.outcomes_from, []

    def interrupted(units, now):
        if not seen:
            make.rating(of=lost, hours=3.5, score=9)
        seen.append(units[0].version)
        return compute(units, now)

    monkeypatch.setattr(refreshing, "outcomes_from", interrupted)
    tasks.estimate_treatment(lost.pk)
    lost.refresh_from_db()
    assert seen == [lost.ratings_version - 1, lost.ratings_version]
    assert primary(lost).n_ratings == 7
