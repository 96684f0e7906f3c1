"""Estimates are worked out once, found again, and never told after what they follow from has changed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from backend.tracking import estimation
from backend.tracking.cohorts import Selection, claims, cohort, compare, stored
from backend.tracking.estimation import sweeping
from backend.tracking.models import CohortCurve, PreviousTreatment
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make
from tests.tracking.cohorts.make import RELAPSED, again, treated, tried

pytestmark = pytest.mark.django_db

DOSED = {"dose_mg": Decimal(40), "weight_kg": Decimal(80)}
HALF = Selection(dose_from=Decimal("0.5"))


@pytest.fixture
def six(clinic, clinician):
    found = treated(clinic, clinician, 4, **DOSED) + treated(clinic, clinician, 2, scores=RELAPSED, **DOSED)
    estimation.sweep()
    return found


def test_what_is_found_again_is_what_was_worked_out(six, clinician, django_assert_max_num_queries):
    worked_out = cohort(clinician, Selection())
    with django_assert_max_num_queries(3):
        kept = cohort(clinician, Selection())
    assert kept.estimate is not None
    assert str(kept) == str(worked_out)
    claimed = claims(clinician, Selection())
    with django_assert_max_num_queries(3):
        assert claims(clinician, Selection()) == claimed


def test_claims_and_groups_are_found_again(six, clinician, monkeypatch):
    questions = [
        lambda: claims(clinician, Selection()),
        lambda: str(compare(clinician, Selection(), "previous")),
        lambda: str(cohort(clinician, HALF)),
    ]
    worked_out = [ask() for ask in questions]
    monkeypatch.setattr(stored, "keep", lambda *_: pytest.fail("worked out again"))
    assert [ask() for ask in questions] == worked_out


def change_rating(six, clinician):
    make.rating(of=six[0], hours=1008, score=8, by=clinician)


def change_dose(six, clinician):
    correct_treatment(actor=clinician, treatment=six[0], changes={"dose_mg": Decimal(10)})


def change_day(six, clinician):
    changes = {"started_at": six[0].started_at + timedelta(minutes=1)}
    correct_treatment(actor=clinician, treatment=six[0], changes=changes)


def another_patient(six, clinician):
    treated(six[0].patient.clinic, clinician, 1, **DOSED)


def another_treatment(six, clinician):
    again(six[0], clinician, **DOSED)


def another_trial(six, clinician):
    tried(six[0].patient, clinician)


def trial_taken_off(six, clinician):
    PreviousTreatment.objects.filter(patient=six[1].patient).update(removed_at=timezone.now())


@pytest.mark.parametrize(
    ("selection", "change"),
    [
        (Selection(), change_rating),
        (Selection(), another_patient),
        (HALF, change_dose),
        (HALF, change_rating),
        (Selection(since=make.DOSED_AT.date()), change_day),
        (Selection(number=2), another_treatment),
        (Selection(previous="1"), another_trial),
        (Selection(previous="1"), trial_taken_off),
    ],
)
def test_a_change_makes_another_key(six, clinician, selection, change):
    tried(six[1].patient, clinician)
    before = _asked_key(clinician, selection)
    change(six, clinician)
    estimation.sweep()
    assert _asked_key(clinician, selection) != before


def test_a_check_in_that_is_over_by_now_makes_another_key(clinic, clinician, monkeypatch):
    treated(clinic, clinician, 1, scores={-1: 8, 1: 4}, started_at=timezone.now() - timedelta(days=1))
    estimation.sweep()
    before = _asked_key(clinician, Selection())
    assert sum(cohort(clinician, Selection()).due) == 0
    later = timezone.now() + timedelta(days=40)
    monkeypatch.setattr(stored.timezone, "now", lambda: later)
    assert _asked_key(clinician, Selection()) != before
    assert sum(cohort(clinician, Selection()).due) > 0


def _asked_key(person, selection):
    """Ask, and return under which key the answer is kept."""
    CohortCurve.objects.all().delete()
    cohort(person, selection)
    return CohortCurve.objects.get().key


def test_two_clinics_keep_their_own(six, clinician, other_clinic):
    assert (cohort(clinician, HALF).n, cohort(other_clinic, HALF).n) == (6, 0)
    assert (cohort(clinician, Selection()).n, cohort(other_clinic, Selection()).n) == (6, 0)


def test_rebuilding_finds_and_repairs_a_kept_estimate_that_differs(six, clinician, capsys):
    for ask in (lambda: cohort(clinician, HALF), lambda: claims(clinician, HALF)):
        ask()
    compare(clinician, Selection(), "drug", ["ketamine", "esketamine"])
    call_command("rebuild")
    assert "4 kept estimates of cohorts worked out again" in capsys.readouterr().out
    right = str(cohort(clinician, HALF))
    for row in CohortCurve.objects.all():
        CohortCurve.objects.filter(pk=row.pk).update(estimates=row.estimates | {"due": [1], "rows": [], "tests": []})
    with pytest.raises(SystemExit):
        call_command("rebuild")
    assert str(cohort(clinician, HALF)) == right
    call_command("rebuild")
    assert "0 stored conclusions differed" in capsys.readouterr().out.splitlines()[-1]


def test_rebuilding_drops_what_nobody_can_ask_for_any_more(six, clinician):
    cohort(clinician, Selection())
    change_rating(six, clinician)
    estimation.sweep()
    CohortCurve.objects.create(
        key="gone",
        clinics=[],
        selection={"asked": ["cohort"], "instrument": "gone"},
        estimates={},
        computed_at=timezone.now(),
    )
    call_command("rebuild")
    assert not CohortCurve.objects.exists()


def test_the_sweep_forgets_what_was_kept_long_ago_and_what_is_too_much(six, clinician, monkeypatch):
    for route in ("iv", "im", "sc"):
        cohort(clinician, Selection(route=route))
    CohortCurve.objects.filter(pk=CohortCurve.objects.earliest("pk").pk).update(
        computed_at=timezone.now() - sweeping.KEPT - timedelta(minutes=1)
    )
    estimation.sweep()
    assert CohortCurve.objects.count() == 2
    monkeypatch.setattr(sweeping, "MOST_KEPT", 1)
    estimation.sweep()
    assert [one.selection["route"] for one in CohortCurve.objects.all()] == ["sc"]


def test_claims_keep_the_cohort_that_they_counted_on_the_way(six, clinician, monkeypatch):
    about = claims(clinician, HALF).about
    monkeypatch.setattr(stored, "keep", lambda *_: pytest.fail("worked out again"))
    kept = cohort(clinician, about)
    monkeypatch.undo()
    CohortCurve.objects.all().delete()
    assert str(cohort(clinician, about)) == str(kept)
