"""How the last rating stands: worse than before the treatment, or relief that may be ending."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analysis.facts import Dose
from backend.analysis.latest import latest_rating
from backend.analysis.outcomes.rules import rule_set
from tests.analysis.test_conclude import DOSED_AT, facts, rated


def last(scores, **options):
    return latest_rating(facts(rated(scores)), **options)


@pytest.mark.parametrize(
    ("scores", "is_worse", "is_ending"),
    [
        pytest.param({-1: 6, 1: 3, 2: 3}, False, False, id="halved and still so"),
        pytest.param({-1: 6, 1: 8}, False, True, id="two points above baseline mean nothing"),
        pytest.param({-1: 6, 1: 9}, True, True, id="three points above baseline"),
        pytest.param({-1: 6, 1: 9, 2: 5}, False, True, id="only the last rating counts"),
        pytest.param({-1: 10, 1: 1, 2: 1, 168: 3}, False, False, id="two points above the best"),
        pytest.param({-1: 10, 1: 1, 2: 1, 168: 4}, False, True, id="three points above the best, still under half"),
        pytest.param({-1: 8, 1: 4, 2: 4, 168: 5}, False, True, id="above half of baseline"),
        pytest.param({1: 4, 2: 9}, False, True, id="without a baseline nothing can be worse"),
    ],
)
def test_the_last_rating_against_baseline_and_best(scores, is_worse, is_ending):
    found = last(scores)
    assert (found.is_worse, found.is_relief_ending) == (is_worse, is_ending)


def test_it_tells_when_and_by_how_much():
    found = last({-1: 6, 1: 3, 168: 9})
    assert (found.hours, found.score, found.above_baseline, found.above_best) == (168, 9, 3, 6)
    assert last({1: 3}).above_baseline is None


def test_nothing_rated_after_the_dose_is_nothing():
    assert last({-1: 8}) is None
    assert last({}) is None
    assert last({-1: 8, 1: None}) is None  # withdrawn


def test_what_was_rated_after_the_next_dose_is_not_looked_at():
    following = Dose(8, DOSED_AT + timedelta(hours=100))
    found = latest_rating(facts(rated({-1: 6, 1: 3, 168: 10}), following=following))
    assert found.hours == 1


def test_the_reliable_change_is_that_of_the_instrument():
    def judged(total):
        ratings = rated({-1: 12, 168: total}, instrument="gad7")
        return latest_rating(facts(ratings), instrument="gad7").is_worse

    assert [judged(15), judged(16)] == [False, True]  # four points for GAD-7


def test_the_line_is_that_of_the_rules():
    scores = {-1: 8, 1: 4, 2: 4, 168: 5}
    assert not last(scores, rules=rule_set("R50C-L25")).is_relief_ending


ratings_after = st.dictionaries(st.integers(1, 2000), st.integers(0, 10), min_size=1, max_size=8)


@given(st.integers(0, 10), ratings_after, st.integers(0, 10))
def test_a_higher_last_rating_is_never_less_worse(baseline, after, higher):
    end = max(after)
    before, now = (last({-1: baseline, **after, end: score}) for score in sorted((after[end], higher)))
    assert before.is_worse <= now.is_worse
    assert before.is_relief_ending <= now.is_relief_ending
    assert not now.is_worse or now.is_relief_ending
