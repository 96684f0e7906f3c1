"""Hold the plain loop to the ten golden episodes of the reference file and to cases worked out by hand."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.analysis.plain_loop import Dose, Rating, Rule, course_results, treatment_results

INFINITY = float("inf")
REFERENCE = Path(__file__).parents[1] / "data" / "reference_values.json"
EPISODES = json.loads(REFERENCE.read_text(encoding="utf-8"))["episodes"]["cases"]

R50C_L50 = Rule(50, 50, confirmed=True, consecutive_losses=1)
R50F_L50 = Rule(50, 50, confirmed=False, consecutive_losses=1)
R50C_L50X2 = Rule(50, 50, confirmed=True, consecutive_losses=2)
R50F_L50X2 = Rule(50, 50, confirmed=False, consecutive_losses=2)
R50C_L25 = Rule(50, 25, confirmed=True, consecutive_losses=1)


def dose(baseline, later, start=0.0, reason=""):
    """Make a dose with one baseline an hour before it, unless None, and pairs of hours and score after it."""
    before = () if baseline is None else (Rating(-1.0, baseline),)
    return Dose(start, before + tuple(Rating(float(hours), score) for hours, score in later), reason)


def treatments(doses, rule=R50C_L50):
    return treatment_results(doses, rule, minimum_baseline=4, baseline_window_hours=24.0)


def courses(doses, rule=R50C_L50):
    return course_results(doses, rule, minimum_baseline=4, baseline_window_hours=24.0)


def golden(episode, rule):
    doses = [dose(episode["baseline"], zip(episode["t"], episode["y"], strict=True))]
    if episode["redose_at"] is not None:
        doses.append(Dose(float(episode["redose_at"]), (), "planned"))
    return treatments(doses, rule)[0]


def interval(value):
    return None if value is None else pytest.approx(tuple(float(bound) for bound in value), rel=1e-12)


def test_the_reference_file_holds_ten_episodes():
    assert len(EPISODES) == 10


@pytest.mark.parametrize("episode", EPISODES, ids=lambda episode: episode["name"])
def test_a_golden_episode_comes_out_as_published(episode):
    first, confirmed, twice = (golden(episode, rule) for rule in (R50F_L50, R50C_L50, R50C_L50X2))
    assert confirmed.status == episode["status"]
    assert first.onset == interval(episode.get("first"))
    assert confirmed.onset == interval(episode.get("sustained"))
    assert confirmed.loss == interval(episode.get("loss_C1"))
    assert twice.loss == interval(episode.get("loss_C2"))
    assert confirmed.duration == interval(episode.get("duration"))


def test_a_planned_redose_censors_and_returned_symptoms_are_a_loss_under_e2_only():
    responding = dose(8, [(1, 3), (2, 3), (168, 4), (210, 8)])
    planned, returned = (
        treatments([responding, Dose(200.0, (), reason)])[0] for reason in ("planned", "symptoms_returned")
    )
    assert planned.loss == planned.loss_e2 == returned.loss == (168.0, INFINITY)
    assert returned.loss_e2 == (168.0, 200.0)
    assert returned.duration == (167.0, INFINITY)
    assert (planned.n_ratings, planned.status, returned.status) == (3, "responding", "responding")


def test_e2_leaves_a_seen_loss_and_a_pending_response_as_they_are():
    again = Dose(400.0, (), "symptoms_returned")
    lost = treatments([dose(8, [(1, 3), (2, 3), (168, 5)]), again])[0]
    assert lost.status == "lost"
    assert lost.loss == lost.loss_e2 == (2.0, 168.0)
    pending = treatments([dose(8, [(1, 8), (4, 3)]), again])[0]
    assert (pending.status, pending.onset) == ("pending", (1.0, INFINITY))
    assert pending.loss is pending.loss_e2 is pending.duration is None


def test_two_consecutive_losses_count_from_the_first_and_a_last_one_alone_does_not():
    scores = [(1, 2), (2, 2), (3, 6), (4, 2), (168, 6), (336, 7)]
    twice = treatments([dose(8, scores)], R50C_L50X2)[0]
    assert (twice.status, twice.loss, twice.duration) == ("lost", (4.0, 168.0), (3.0, 168.0))
    alone = treatments([dose(8, scores[:-1])], R50C_L50X2)[0]
    assert (alone.status, alone.loss) == ("responding", (4.0, INFINITY))
    onset_then_above = treatments([dose(8, [(1, 2), (2, 6)])], R50F_L50X2)[0]
    assert (onset_then_above.onset, onset_then_above.loss) == ((0.0, 1.0), (1.0, INFINITY))
    again = treatments([dose(8, scores[:-1]), Dose(300.0, (), "symptoms_returned")], R50C_L50X2)[0]
    assert again.loss_e2 == (4.0, 300.0)


def test_a_looser_loss_line_keeps_what_is_exactly_on_it():
    result = treatments([dose(8, [(1, 4), (2, 4), (3, 6), (4, 7)])], R50C_L25)[0]
    assert result.loss == (3.0, 4.0)


def test_confirmation_must_come_within_ten_days_to_the_microsecond():
    just = treatments([dose(8, [(0.1, 3), (240.1, 3), (900, 3)])])[0]
    assert (just.status, just.onset) == ("responding", (0.0, 0.1))
    late = treatments([dose(8, [(0.1, 3), (240.1 + 1e-6, 3), (900, 3)])])[0]
    assert (late.status, late.onset) == ("pending", (0.0, INFINITY))
    second = treatments([dose(8, [(1, 3), (300, 3), (301, 3)])])[0]
    assert second.onset == (0.0, 300.0)
    assert second.duration == (1.0, INFINITY)


def test_a_missing_rating_between_two_neither_confirms_nor_refutes():
    result = treatments([dose(8, [(1, 8), (2, 4), (3, None), (4, 4), (5, 5)])])[0]
    assert (result.onset, result.loss, result.n_ratings) == ((1.0, 2.0), (4.0, 5.0), 4)
    assert result.best_improvement_percent == 50.0


def test_the_last_amendment_counts_and_a_withdrawn_rating_is_missing():
    corrected = Rating(1.0, 8, amendments=(None, 4))
    withdrawn = Rating(2.0, 9, frozenset({"late"}), amendments=(2, None))
    completed = Rating(3.0, None, amendments=(3,))
    result = treatments([Dose(0.0, (Rating(-1.0, 8), corrected, withdrawn, completed))])[0]
    assert (result.onset, result.n_ratings) == ((0.0, 1.0), 2)
    assert result.flags == {"amended", "during_acute_effects"}
    only_withdrawn = treatments([Dose(0.0, (Rating(-1.0, 8), corrected, withdrawn))])[0]
    assert (only_withdrawn.status, only_withdrawn.n_ratings) == ("pending", 1)


def test_at_equal_instants_the_higher_total_stands_whatever_the_order():
    ratings = (
        Rating(-1.0, 5),
        Rating(-1.0, 8),
        Rating(3.0, 4, frozenset({"acute"})),
        Rating(3.0, 5, frozenset({"late"})),
        Rating(4.0, 4),
    )
    results = {treatments([Dose(0.0, order)])[0] for order in itertools.permutations(ratings)}
    assert len(results) == 1
    result = results.pop()
    assert (result.status, result.baseline, result.n_ratings) == ("pending", 8, 2)
    assert result.onset == (3.0, INFINITY)
    assert result.flags == {"equal_instants", "late", "unsettled_baseline"}


def test_baseline_is_the_last_total_in_its_window_and_reasons_come_in_order():
    window = (Rating(-25.0, 9), Rating(-24.0, 6), Rating(0.0, 7), Rating(-0.5, None))
    result = treatments([Dose(0.0, (*window, Rating(3.0, 7)))])[0]
    assert (result.status, result.baseline, result.onset, result.flags) == (
        "no_response",
        7,
        (3.0, INFINITY),
        frozenset(),
    )
    assert treatments([Dose(0.0, window)])[0].reason == "no_rating_after_dose"
    assert treatments([dose(3, [])])[0].reason == "baseline_below_minimum"
    none = treatments([dose(None, [(1, 2)])])[0]
    assert (none.reason, none.baseline, none.n_ratings, none.onset) == ("no_baseline", None, 1, None)


def test_acute_effects_are_flagged_by_time_and_by_what_the_onset_rating_says():
    assert treatments([dose(8, [(2, 3), (3, 3)])])[0].flags == {"during_acute_effects"}
    assert treatments([dose(8, [(2.5, 3), (3, 3)])])[0].flags == frozenset()
    said = (Rating(-1.0, 8), Rating(3.0, 3, frozenset({"acute"})), Rating(4.0, 3))
    assert treatments([Dose(0.0, said)])[0].flags == {"during_acute_effects"}
    not_onset = (Rating(-1.0, 8, frozenset({"offline"})), Rating(3.0, 3), Rating(4.0, 3, frozenset({"acute"})))
    assert treatments([Dose(0.0, not_onset)])[0].flags == {"offline"}


def test_a_course_with_onset_before_its_last_dose_loses_only_after_it_with_l_clipped_at_0():
    first = dose(8, [(1, 8), (2, 4), (3, 3), (20, 8)])
    last = dose(7, [(24, 6), (48, 2)], start=100.0, reason="planned")
    [(index, result)] = courses([first, last])
    assert (index, result.status, result.onset) == (0, "lost", (1.0, 2.0))
    assert result.loss == (0.0, 24.0)
    assert result.duration == (98.0, 123.0)
    assert result.n_ratings == 7
    [(_, unseen)] = courses([first, Dose(100.0, (), "planned")])
    assert (unseen.status, unseen.loss, unseen.duration) == ("responding", (0.0, INFINITY), (98.0, INFINITY))


def test_a_course_with_onset_after_its_last_dose_measures_onset_from_the_first_and_loss_from_the_last():
    first = dose(8, [(1, 8), (50, 7)])
    last = dose(None, [(1, 4), (2, 4), (30, 4), (60, 5)], start=100.0, reason="planned")
    again = Dose(500.0, (), "symptoms_returned")
    [(_, result), (index, empty)] = courses([first, last, again])
    assert (result.onset, result.loss, result.duration) == ((50.0, 101.0), (30.0, 60.0), (29.0, 110.0))
    assert result.flags == {"during_acute_effects"}
    assert (index, empty.reason) == (2, "no_baseline")
    held = replace(last, ratings=last.ratings[:-1])
    [(_, responding), _] = courses([first, held, again])
    assert (responding.loss, responding.loss_e2) == ((30.0, INFINITY), (30.0, 400.0))


def test_a_rating_listed_under_a_later_dose_but_before_it_counts_for_the_course_and_not_for_the_first_treatment():
    first = dose(8, [(10, 8)])
    last = dose(3, [(5, 3)], start=100.0, reason="planned")
    [(index, course)] = courses([last, first])
    assert (index, course.onset, course.loss) == (1, (10.0, 99.0), (5.0, INFINITY))
    assert (course.n_ratings, course.flags) == (3, frozenset())
    assert treatments([last, first])[1].n_ratings == 1


def test_a_tie_between_ratings_of_two_doses_of_a_course_is_settled_on_the_course_clock():
    first = dose(8, [(10, 8), (99, 5)])
    last = dose(3, [(5, 3), (6, 3)], start=100.0, reason="planned")
    [(_, course)] = courses([first, last])
    assert (course.onset, course.n_ratings, course.flags) == ((99.0, 105.0), 4, {"equal_instants"})


def test_a_course_goes_on_only_with_planned_treatments_at_most_fourteen_days_apart():
    starts = [
        (0.0, "symptoms_returned"),
        (336.0, "planned"),
        (672.0, "planned"),
        (1008.5, "planned"),
        (1100.0, "symptoms_returned"),
        (1200.0, ""),
    ]
    doses = [Dose(start, (), reason) for start, reason in starts]
    assert [index for index, _ in courses(doses)] == [0, 3, 4, 5]
    assert [index for index, _ in courses(doses[::-1])] == [5, 2, 1, 0]
