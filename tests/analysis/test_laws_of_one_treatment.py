"""Laws that hold for every treatment and course, whatever was rated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from math import inf, isinf

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.analysis.cli.instants import microseconds
from backend.analysis.outcomes.amendments import amended
from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.rules import RULE_SETS, RuleSet
from backend.analysis.outcomes.study import Series, Study
from tests.analysis import make
from tests.analysis.make import MICROSECONDS_PER_HOUR, NRS, conclusions, first_conclusions, study
from tests.analysis.plain_loop import Rating, courses_of

HALVED_FIRST, HALVED_CONFIRMED = RULE_SETS["R50F-L50"], RULE_SETS["R50C-L50"]
SPANS = ["onset_{}_hours", "loss_{}_hours", "loss_{}_e2_hours"]

several_patients = st.lists(make.patients(), min_size=1, max_size=2)
whole_percents = st.integers(1, 99)
rules_of_any_percent = st.builds(RuleSet, st.just("any"), whole_percents, whole_percents, st.booleans(), st.just(1))


def ends(table, span):
    """Both ends of a span of an outcome table, where there is one."""
    known = table[span.format("lower")].notna()
    return table.loc[known, span.format("lower")].to_numpy(), table.loc[known, span.format("upper")].to_numpy()


def dose_places(patient, unit):
    """The places of the doses of each treatment or course, in order."""
    return [[place] for place in range(len(patient))] if unit == "treatment" else courses_of(patient)


def assert_within(inner, outer):
    assert outer[0] <= inner[0] < inner[1] <= outer[1]


def time_inside(span, share):
    """A time strictly inside a span."""
    lower, upper = span
    hours = lower + share * ((lower + 2000.0 if isinf(upper) else upper) - lower)
    assume(lower < hours < upper)
    return hours


shares = st.floats(0.01, 0.99)


# Law 1


@given(several_patients, make.rule_sets, make.units)
def test_every_span_begins_at_zero_or_later_and_before_it_ends(patients, rules, unit):
    table = conclusions(study(*patients), rules, unit)
    for span in SPANS:
        lower, upper = ends(table, span)
        assert (lower >= 0).all()
        assert (lower < upper).all()


@given(make.rated_patients() | make.relieved_patients, make.rule_sets, make.units)
def test_every_end_is_zero_or_a_rating_or_never_and_under_e2_the_next_dose(patient, rules, unit):
    table = conclusions(study(patient), rules, unit).set_index("treatment")
    groups = dose_places(patient, unit)
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        if group[0] not in table.index:
            continue
        begin, last_dose = patient[group[0]].start_hours, patient[group[-1]].start_hours
        rated = [patient[at].start_hours + r.hours for at in group for r in patient[at].ratings if r.score is not None]
        next_dose = [] if following is None else [patient[following[0]].start_hours]
        row = table.loc[group[0]]
        for column, origin, known in [
            ("onset_lower_hours", begin, [begin, *rated]),
            ("onset_upper_hours", begin, [inf, *rated]),
            ("loss_lower_hours", last_dose, [last_dose, *rated]),
            ("loss_upper_hours", last_dose, [inf, *rated]),
            ("loss_lower_e2_hours", last_dose, [last_dose, *rated]),
            ("loss_upper_e2_hours", last_dose, [inf, *rated, *next_dose]),
        ]:
            assert np.isnan(row[column]) or any(row[column] + origin == pytest.approx(one, rel=1e-12) for one in known)


@pytest.mark.parametrize("planned_doses", [0, 1, 2])
@given(patient=make.relieved_patients, rules=make.rule_sets, wait=st.integers(1, 3000))
def test_a_dose_for_returned_symptoms_ends_relief_under_e2(planned_doses, patient, rules, wait):
    course = [
        patient[0],
        *(make.dose(None, start=168.0 * week, reason="planned") for week in range(1, planned_doses + 1)),
    ]
    next_dose = make.dose(None, start=course[-1].start_hours + wait, reason="symptoms_returned")
    (found,) = first_conclusions([*course, next_dose], rules=rules, unit="course")
    if found.status == "responding":
        assert found.loss_e2 == (found.loss[0], wait)
    else:
        assert str(found.loss_e2) == str(found.loss)


@given(several_patients, make.rule_sets, make.units)
def test_relief_is_not_lost_before_it_was_seen(patients, rules, unit):
    of = study(*patients)
    table = conclusions(of, rules, unit)
    seen = table[table["loss_lower_hours"].notna()]
    first_to_last = np.zeros(len(seen))
    if unit == "course":
        starts = {
            (number, group[0]): patient[group[-1]].start_hours - patient[group[0]].start_hours
            for number, patient in enumerate(patients)
            for group in courses_of(patient)
        }
        first_to_last = np.array([starts[row.patient, row.treatment] for row in seen.itertuples()])
    assert (seen["onset_upper_hours"] <= seen["loss_lower_hours"] + first_to_last + 1e-9).all()


@given(several_patients, make.rule_sets, make.units)
def test_relief_lasts_some_time_at_most_and_no_time_or_longer_at_least(patients, rules, unit):
    shortest, longest = ends(conclusions(study(*patients), rules, unit), "duration_{}_hours")
    assert (shortest >= 0).all()
    assert (shortest < longest).all()


# Law 2


@given(several_patients, make.rule_sets, make.units, st.randoms(use_true_random=False))
def test_the_order_in_which_ratings_arrive_is_irrelevant(patients, rules, unit, random):
    of = study(*patients)
    order = random.sample(range(len(of.ratings)), len(of.ratings))
    shuffled = Study(of.treatments, of.ratings.iloc[order])
    assert conclusions(shuffled, rules, unit).equals(conclusions(of, rules, unit))


@given(several_patients, make.rule_sets, make.units, st.randoms(use_true_random=False))
def test_the_order_in_which_treatments_are_listed_is_irrelevant(patients, rules, unit, random):
    of = study(*patients)
    order = random.sample(range(len(of.treatments)), len(of.treatments))
    place = np.argsort(order)  # where each treatment went
    shuffled = Study(
        of.treatments.iloc[order].reset_index(drop=True), of.ratings.assign(at=place[of.ratings["at"].to_numpy()])
    )
    assert conclusions(shuffled, rules, unit).equals(conclusions(of, rules, unit))


@given(several_patients, make.rule_sets, make.units, st.data())
def test_replaying_ratings_changes_nothing_but_the_mark_of_equal_instants(patients, rules, unit, data):
    of = study(*patients)
    assume(len(of.ratings))
    again = data.draw(st.lists(st.integers(0, len(of.ratings) - 1), min_size=1, max_size=3))
    replayed = Study(of.treatments, pd.concat([of.ratings, of.ratings.iloc[again]]))
    before, after = (without_mark(conclusions(one, rules, unit), Flag.equal_instants) for one in (of, replayed))
    assert after.equals(before)


def without_mark(table, flag):
    kept = [";".join(name for name in text.split(";") if name != flag.name) for text in table["flags"]]
    return table.assign(flags=kept)


@given(several_patients, make.rule_sets, make.units)
def test_recomputing_gives_the_same_bytes_and_leaves_the_facts_alone(patients, rules, unit):
    of = study(*patients)
    treatments, ratings = of.treatments.copy(), of.ratings.copy()
    first, second = (conclusions(of, rules, unit).to_csv() for _ in range(2))
    assert first == second
    assert of.treatments.equals(treatments)
    assert of.ratings.equals(ratings)


amendments_of_three = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 99), st.sampled_from(["correct", "withdraw"]), make.scores),
    unique_by=lambda made: made[1],  # no two at one instant
    max_size=6,
)


@given(amendments_of_three, st.randoms(use_true_random=False))
def test_amendments_may_arrive_in_any_order_and_again(made, random):
    ratings = pd.DataFrame({"score": [8.0, 4.0, 3.0], "flags": 0})
    columns = ["rating", "made_us", "kind", "score"]
    again = random.choices(made, k=3) if made else []
    shuffled = random.sample([*made, *again], len(made) + len(again))
    in_order = amended(ratings, pd.DataFrame(made, columns=columns))
    assert amended(ratings, pd.DataFrame(shuffled, columns=columns)).equals(in_order)


# Law 3


@given(several_patients, st.sampled_from(["R50", "R30"]), make.units)
def test_a_first_hit_is_never_later_than_a_confirmed_one(patients, level, unit):
    of = study(*patients)
    first, confirmed = (conclusions(of, rules, unit) for rules in first_and_confirmed(level))
    evaluable = first["status"] != "not_evaluable"
    assert (first["onset_upper_hours"] <= confirmed["onset_upper_hours"])[evaluable].all()


@given(several_patients, st.sampled_from(["R50", "R30"]), make.units)
def test_who_has_a_confirmed_response_has_a_first_hit(patients, level, unit):
    of = study(*patients)
    first, confirmed = (conclusions(of, rules, unit)["status"] for rules in first_and_confirmed(level))
    responds = ["responding", "lost"]
    assert first[confirmed.isin(responds)].isin(responds).all()


def first_and_confirmed(level):
    return RULE_SETS[f"{level}F-L{level[1:]}"], RULE_SETS[f"{level}C-L{level[1:]}"]


# Law 4


@given(make.rated_patients(), make.rule_sets, make.units, shares, make.scores)
def test_a_rating_added_before_onset_was_seen_narrows_its_span(patient, rules, unit, share, score):
    (before,) = first_conclusions(patient, rules=rules, unit=unit)
    added = make.with_rating(patient, time_inside(before.onset, share), score)
    (after,) = first_conclusions(added, rules=rules, unit=unit)
    assert_within(after.onset, before.onset)


@pytest.mark.parametrize("event", ["loss", "loss_e2"])
@given(patient=make.relieved_patients, rules=make.rule_sets, unit=make.units, share=shares, score=make.scores)
def test_a_rating_added_before_loss_was_seen_narrows_its_span(event, patient, rules, unit, share, score):
    (before,) = first_conclusions(patient, rules=rules, unit=unit)
    span = getattr(before, event)
    last_dose = dose_places(patient, unit)[0][-1]  # from which loss is counted
    (after,) = first_conclusions(
        make.with_rating(patient, time_inside(span, share), score, at=last_dose), rules=rules, unit=unit
    )
    assert_within(getattr(after, event), span)


def test_no_rule_set_counts_loss_below_the_level_of_response():
    """Else a rating between a hit and what confirms it could undo the onset, and law 4 would not hold."""
    assert all(rules.loss_percent <= rules.response_percent for rules in RULE_SETS.values())


@given(
    make.rated_patients(), make.rule_sets, make.units, st.lists(make.ratings_after, min_size=1, max_size=4), st.data()
)
def test_ratings_at_or_after_the_next_dose_never_matter(patient, rules, unit, added, data):
    group = dose_places(patient, unit)[0]
    patient = patient[: len(group)]
    wait = data.draw(st.integers(1, 2000))
    next_dose = replace(make.dose(8, (1, 3), start=patient[-1].start_hours + wait), redose_reason="symptoms_returned")
    changed = [*patient, next_dose]
    for rating in [Rating(0.0, 10), *added]:
        changed = make.with_rating(changed, wait + rating.hours, rating.score, at=len(group) - 1)
    before, after = first_conclusions([*patient, next_dose], [*changed], rules=rules, unit=unit)
    assert str(after) == str(before)


# Law 5


@given(make.rated_patients(), make.units, st.booleans(), st.tuples(whole_percents, whole_percents))
def test_a_lower_level_of_response_never_delays_onset(patient, unit, confirmed, levels):
    low, high = (RuleSet("any", level, 50, confirmed) for level in sorted(levels))
    (lower,), (higher,) = (first_conclusions(patient, rules=rules, unit=unit) for rules in (low, high))
    if lower.status != "not_evaluable":
        assert lower.onset[0] <= higher.onset[0]
        assert lower.onset[1] <= higher.onset[1]


@given(make.rated_patients(), make.units, rules_of_any_percent, st.integers(0, 7), st.integers(1, 10))
def test_a_worse_score_never_advances_onset(patient, unit, rules, place, points):
    ratings = list(patient[0].ratings)
    place = 1 + place % (len(ratings) - 1)  # any but the baseline
    ratings[place] = replace(ratings[place], score=ratings[place].score + points)
    worse = [replace(patient[0], ratings=tuple(ratings)), *patient[1:]]
    before, after = first_conclusions(patient, worse, rules=rules, unit=unit)
    if before.status != "not_evaluable":
        assert after.onset[0] >= before.onset[0]
        assert after.onset[1] >= before.onset[1]


@given(several_patients, make.units, rules_of_any_percent)
def test_loss_twice_in_a_row_is_never_earlier_than_once(patients, unit, rules):
    of = study(*patients)
    once, twice = (conclusions(of, replace(rules, losses_in_a_row=times), unit) for times in (1, 2))
    seen = once["loss_lower_hours"].notna()
    assert (once["loss_lower_hours"] <= twice["loss_lower_hours"])[seen].all()
    assert (once["loss_upper_hours"] <= twice["loss_upper_hours"])[seen].all()


@given(several_patients, make.units, make.rule_sets)
def test_loss_under_e2_is_never_later_than_under_e1(patients, unit, rules):
    table = conclusions(study(*patients), rules, unit)
    seen = table["loss_upper_hours"].notna()
    assert (table["loss_upper_e2_hours"] <= table["loss_upper_hours"])[seen].all()


# Law 6


@given(several_patients, make.units, make.rule_sets, st.integers(2, 1000), st.sampled_from([1, 2, 10, 100]))
def test_a_scale_many_times_as_long_gives_the_same_outcomes(patients, unit, rules, factor, parts):
    assert_the_same_on_a_longer_scale(patients, unit, rules, factor, parts)


@given(several_patients, make.units, make.rule_sets, st.sampled_from([3, 7, 9]))
def test_means_of_items_give_the_same_outcomes_as_their_totals(patients, unit, rules, items):
    assert_the_same_on_a_longer_scale(patients, unit, rules, 1, items)


def assert_the_same_on_a_longer_scale(patients, unit, rules, factor, parts):
    before, after = (
        conclusions(study(*rescored), rules, unit, Series(minimum)).drop(columns="baseline")
        for rescored, minimum in [
            ([make.rescored(patient, 1, parts) for patient in patients], NRS.minimum_baseline / parts),
            ([make.rescored(patient, factor) for patient in patients], NRS.minimum_baseline * factor),
        ]
    )
    improvement = "best_improvement_percent"
    np.testing.assert_allclose(after.pop(improvement), before.pop(improvement), rtol=1e-9, atol=1e-9)
    assert after.equals(before)


def test_a_third_of_a_point_over_half_the_baseline_is_no_response_on_any_scale():
    thirds = [make.dose(8, (1, 13 / 3))]
    whole = [make.dose(24, (1, 13))]
    assert [one.status for one in first_conclusions(whole, thirds, rules=HALVED_FIRST)] == ["no_response"] * 2


@given(make.rated_patients(), make.rated_patients(), make.units, make.rule_sets, st.sampled_from([1, 3, 10, 10**10]))
def test_what_others_rated_never_matters(patient, other, unit, rules, parts):
    patient, other = make.rescored(patient, 1, 10), make.rescored(other, 1, parts)
    (alone,) = first_conclusions(patient, rules=rules, unit=unit, series=Series(0.4))
    with_another, _ = first_conclusions(patient, other, rules=rules, unit=unit, series=Series(0.4))
    assert str(with_another) == str(alone)


@given(several_patients, make.units, make.rule_sets, st.integers(-50 * 365 * 24, 50 * 365 * 24), st.integers(0, 10**9))
def test_shifting_all_instants_changes_nothing(patients, unit, rules, hours, microseconds_more):
    shift = hours * MICROSECONDS_PER_HOUR + microseconds_more
    before, after = (conclusions(study(*patients, first_instant_us=one), rules, unit) for one in (0, shift))
    assert after.equals(before)


instants = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(instants, zones, zones)
def test_any_zone_says_the_same_instant(instant, here, there):
    one, other = microseconds(pd.Series([instant.astimezone(zone).isoformat() for zone in (here, there)]))
    assert one == other == (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
