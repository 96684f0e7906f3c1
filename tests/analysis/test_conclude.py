"""One treatment's or course's outcomes from its facts, as jobs compute them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis.conclude import conclude
from backend.analysis.facts import Dose, Facts, Rated
from backend.analysis.outcomes.kernel import Reason, Status
from backend.analysis.outcomes.rules import RULE_SETS, rule_set
from backend.analysis.outcomes.sentences import TO_PATIENTS, Told, sentence

DOSED_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
SCORES = {-1: 8, 1.1: 6, 2.05: 4, 3: 3, 4: 3, 168: 4, 336: 6}
DOSE = Dose(7, DOSED_AT, DOSED_AT + timedelta(minutes=40))


def rated(scores=SCORES, *, instrument="nrs-anxiety", treatment=7, origin=DOSED_AT, **fields):
    return tuple(
        Rated(treatment, None, instrument, origin + timedelta(hours=hours), score, **fields)
        for hours, score in scores.items()
    )


def facts(ratings=None, *, doses=(DOSE,), following=None):
    return Facts(doses, following, rated() if ratings is None else ratings, "hourly-weekly")


def primary(given_facts, *, per_course=False, rules="R50C-L50"):
    found = conclude(given_facts, per_course=per_course)
    return next(one for one in found if (one.instrument, one.rule_set) == ("nrs-anxiety", rules))


def test_a_treatment_gets_one_outcome_for_each_series_and_rule_set():
    both = rated() + rated({-1: 12, 1: 4}, instrument="now4") + rated({1: 2}, instrument="sleepy")
    found = conclude(facts(both), per_course=False)
    assert {(one.instrument, one.rule_set) for one in found} == {
        (slug, rules) for slug in ("nrs-anxiety", "now4") for rules in RULE_SETS
    }


def test_the_outcome_is_that_of_the_method():
    found = primary(facts())
    assert (found.status, found.baseline, found.n_ratings) == ("lost", 8, 6)
    assert (found.onset_lower_hours, found.onset_upper_hours) == (1.1, 2.05)
    assert (found.loss_lower_hours, found.loss_upper_hours) == (168, 336)
    assert found.member.e1 == (1, 2, 5, 6, 5, 6)


def test_the_patient_is_told_only_what_was_seen_in_words_of_their_own():
    found = primary(facts())
    times = (found.onset_upper_hours, found.loss_lower_hours, found.loss_upper_hours, found.last_rating_hours)
    told = Told(Status[found.status], Reason.none, *times)
    assert sentence(told, rule_set(found.rule_set), TO_PATIENTS) == (
        "At each check-in you answered from 2 h 3 min to week 1 your rating was at most half your starting rating; "
        "at week 2 it was above."
    )


def test_a_treatment_nobody_rated_says_that_it_has_no_baseline():
    found = primary(facts(()))
    assert (found.status, found.reason, found.n_ratings, found.flags) == ("not_evaluable", "no_baseline", 0, "")


def test_a_dose_for_returned_symptoms_is_a_loss_under_e2_alone():
    again = Dose(9, DOSED_AT + timedelta(days=8), redose_reason="symptoms_returned")
    found = primary(facts(following=again))
    assert (found.status, found.loss_upper_hours, found.loss_upper_e2_hours) == ("responding", inf, 8 * 24)
    assert found.member.e1 != found.member.e2


def test_a_course_counts_onset_from_its_first_dose_and_loss_from_its_last():
    second = Dose(8, DOSED_AT + timedelta(days=3), redose_reason="planned")
    later = rated({1: 3, 168: 3, 336: 7}, treatment=8, origin=second.started_at)
    found = primary(facts(rated({-1: 8, 1: 7, 2: 4, 3: 4}) + later, doses=(DOSE, second)), per_course=True)
    assert (found.onset_lower_hours, found.onset_upper_hours) == (1, 2)
    assert (found.loss_lower_hours, found.loss_upper_hours) == (168, 336)
    assert (found.duration_lower_hours, found.duration_upper_hours) == (168 + 72 - 2, 336 + 72 - 1)
    assert found.sentence == (
        "At each check-in answered from 2 h after the first dose to week 1 after the last the rating was at most half "
        "of baseline; at week 2 after the last it was above."
    )


@pytest.mark.parametrize(
    ("dose", "fields", "flag"),
    [
        pytest.param(DOSE, {"timing": "late"}, "late", id="entered after its window"),
        pytest.param(DOSE, {"timing": "offline"}, "offline", id="kept on the phone for a while"),
        pytest.param(DOSE, {"timing": "suspect"}, "suspect_time", id="by a clock that was wrong"),
        pytest.param(DOSE, {"amended": True}, "amended", id="amended"),
        pytest.param(replace(DOSE, benzodiazepine_24h=True), {}, "after_rescue", id="benzodiazepine on the day"),
        pytest.param(
            replace(DOSE, rescue_medication_at=DOSED_AT + timedelta(hours=2.5)),
            {},
            "after_rescue",
            id="rescue after 2 h",
        ),
        pytest.param(
            replace(DOSE, ended_at=DOSED_AT + timedelta(hours=2)), {}, "during_administration", id="a slow drip"
        ),
        pytest.param(replace(DOSE, ended_at=None), {}, "during_administration", id="no end recorded"),
    ],
)
def test_a_reason_to_look_twice_is_told(dose, fields, flag):
    found = primary(facts(rated(**fields), doses=(dose,)))
    assert flag in found.flags.split(";")


def test_without_any_reason_there_is_no_flag():
    assert primary(facts(rated({-1: 8, 2.5: 6, 3: 4, 4: 3}))).flags == ""


def test_feeling_unreal_at_the_check_in_of_onset_is_told():
    felt = Rated(7, 31, "unreal", DOSED_AT + timedelta(hours=3.01), 6)
    answers = tuple(replace(one, check_in=31 if one.total == 4 else None) for one in rated({-1: 8, 2.5: 6, 3: 4, 4: 3}))
    assert primary(facts((*answers, felt))).flags == "during_acute_effects"
    assert primary(facts((*answers, replace(felt, total=3)))).flags == ""


def test_a_withdrawn_rating_counts_as_missing():
    kept = rated({-1: 8, 1.1: 6, 3: 3, 4: 3})
    gone = rated({2.05: None}, amended=True)
    assert primary(facts(kept + gone)).onset_upper_hours == 3


@given(st.permutations(rated()))
def test_the_order_in_which_ratings_arrive_changes_nothing(shuffled):
    assert conclude(facts(tuple(shuffled)), per_course=False) == conclude(facts(), per_course=False)


@given(st.integers(0, 10), st.sampled_from(sorted(SCORES)))
def test_other_facts_have_another_hash(score, hours):
    changed = primary(facts(rated(SCORES | {hours: score})))
    assert (changed.input_sha256 == primary(facts()).input_sha256) == (score == SCORES[hours])


def test_each_series_and_rule_set_has_a_hash_of_its_own():
    found = conclude(facts(rated() + rated({-1: 12, 1: 4}, instrument="now4")), per_course=False)
    assert len({one.input_sha256 for one in found}) == len(found)
