"""`outcomes`: curves.csv, npmle.csv and comparison.csv, on cohorts whose curves are shares one can count."""

import math

import pytest

from tests.analysis.cli.make import RELIEVED, UNRELIEVED, cohort, instant, ratings

PLAIN = "patient,treatment,hours,score"
HOURS = [0, 1, 2, 3, 4, 168, 336, 504, 672, 840, 1008, 1176, 1344, 1512, 1680, 1848, 2016]


def curve(ran, name, column="estimate", cohort="all"):
    rows = [row for row in ran.table("curves.csv") if (row["cohort"], row["curve"]) == (cohort, name)]
    return {float(row["hours"]): row[column] for row in rows}


def test_curves_are_shares_where_everyone_answered(outcomes):
    ran = outcomes(ratings(*cohort(2, 3), columns=PLAIN))
    rows = ran.table("curves.csv")
    assert list(rows[0]) == ["cohort", "curve", "hours", "estimate", "lower", "upper", "ci_lower", "ci_upper", "n"]
    assert list(dict.fromkeys(row["curve"] for row in rows)) == ["onset", "loss", "in_response"]
    assert {row["n"] for row in rows} == {"5"}
    onset, loss, in_response = (curve(ran, name) for name in ("onset", "loss", "in_response"))
    assert list(onset) == list(loss) == list(in_response) == HOURS
    assert [float(onset[hour]) for hour in (0, 1, 336)] == pytest.approx([0, 0.4, 0.4])
    assert [float(loss[hour]) for hour in (0, 168, 336)] == pytest.approx([0, 0, 0.4])
    assert [float(in_response[hour]) for hour in (0, 1, 168, 336)] == pytest.approx([0, 0.4, 0.4, 0], abs=1e-9)
    assert float(curve(ran, "loss", "upper")[168]) == pytest.approx(0)
    assert all(float(row["ci_lower"]) <= float(row["ci_upper"]) for row in rows)


def test_masses_and_their_certificate_are_listed(outcomes):
    rows = outcomes(ratings(*cohort(2, 3), columns=PLAIN)).table("npmle.csv")
    assert list(rows[0]) == ["cohort", "event", "left_hours", "right_hours", "mass", "loglik", "gap"]
    found = {(row["event"], row["left_hours"], row["right_hours"]): float(row["mass"]) for row in rows}
    assert found == pytest.approx(
        {
            ("onset", "0.0", "1.0"): 0.4,
            ("onset", "336.0", "inf"): 0.6,
            ("loss", "168.0", "336.0"): 0.4,
            ("loss", "336.0", "inf"): 0.6,
        }
    )
    assert {row["cohort"] for row in rows} == {"all"}
    for row in rows:
        assert float(row["loglik"]) == pytest.approx(2 * math.log(0.4) + 3 * math.log(0.6))
        assert 0 <= float(row["gap"]) <= 1e-8


@pytest.mark.parametrize(
    ("protocol", "hours"),
    [
        ("hourly-weekly", HOURS),
        ("hourly-bridged-weekly", [*HOURS[:5], 24, 72, *HOURS[5:]]),
        ("weekly", [0, *HOURS[5:]]),
    ],
)
def test_the_protocol_gives_the_hours_of_the_curves(outcomes, protocol, hours):
    ran = outcomes(ratings(*cohort(2, 3), columns=PLAIN), "--protocol", protocol, "--rule-set", "R50F-L50")
    assert list(curve(ran, "onset")) == hours
    assert float(curve(ran, "onset")[168]) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("rating", "by"),
    [(0.7499, None), (0.75, 1), (1.7499, 1), (1.75, 2), (4.7499, 4), (4.75, None), (143.999, None), (144, 168)],
)
def test_a_rating_counts_at_the_check_in_whose_window_holds_it(outcomes, rating, by):
    rows = [(f"P{number}", "1", hours, score) for number in range(5) for hours, score in ((0, 8), (rating, 2))]
    ran = outcomes(ratings(*rows, columns=PLAIN), "--rule-set", "R50F-L50")
    if by is None:  # outside every window: the patient's own outcome stands, the cohort knows nothing
        assert {row["status"] for row in ran.table()} == {"responding"}
        assert set(curve(ran, "onset", "n").values()) == {"0"}
        return
    onset = curve(ran, "onset")
    assert next(hour for hour in onset if float(onset[hour]) == pytest.approx(1)) == by


def test_fewer_than_five_give_rows_without_numbers(outcomes):
    ran = outcomes(ratings(*cohort(2, 2), columns=PLAIN))
    assert set(curve(ran, "in_response").values()) == {""}
    assert set(curve(ran, "in_response", "n").values()) == {"4"}
    assert ran.table("npmle.csv") == []


@pytest.mark.parametrize(
    "series",
    [
        UNRELIEVED,
        [(0, 8), (1, 8), (2, 3)],
        [(1, 3), (2, 3)],
        [(0, 8)],
        [(0, 2), (1, 1)],
        [(0, 8), (9000, 3), (9001, 3)],
        [(0, 8), (1e-9, 3), (2e-9, 3)],
    ],
    ids=["no response", "pending", "no baseline", "only baselines", "too low", "too late", "too early"],
)
@pytest.mark.parametrize(
    "options", [(), ("--exclude-flagged",), ("--protocol", "weekly"), ("--rule-set", "R50C-L50x2")]
)
def test_a_cohort_in_which_nothing_was_seen_has_all_its_files(outcomes, series, options):
    rows = [(f"P{number}", "1", hours, score) for number in range(6) for hours, score in series]
    ran = outcomes(ratings(*rows, columns=PLAIN), *options)
    assert len(ran.table()) == 6
    assert all(float(share or 0) == 0 for share in curve(ran, "in_response").values())


def test_two_groups_are_compared_and_the_first_in_sort_order_is_group_a(outcomes):
    columns = PLAIN + ",arm"
    ran = outcomes(ratings(*cohort(0, 5, "b", name="Q"), *cohort(5, 0, "a"), columns=columns), "--by", "arm")
    rows = ran.table("comparison.csv")
    assert list(rows[0]) == ["event", "scores", "group_a", "group_b", "z", "p", "n_a", "n_b"]
    assert [(row["event"], row["scores"]) for row in rows] == [
        (event, scores) for event in ("onset", "loss") for scores in ("sun", "finkelstein", "wilcoxon")
    ]
    assert {(row["group_a"], row["group_b"], row["n_a"], row["n_b"]) for row in rows} == {("a", "b", "5", "5")}
    # Scores are c in a and -c in b: U = 5c, V = 10c² · 2.5 / 9, so Z = 3 whatever the scores.
    for row in rows[:3]:
        assert float(row["z"]) == pytest.approx(3)
        assert float(row["p"]) == pytest.approx(math.erfc(3 / math.sqrt(2)))
    swapped = outcomes(ratings(*cohort(0, 5, "A", name="Q"), *cohort(5, 0, "B"), columns=columns), "--by", "arm")
    assert [float(row["z"]) for row in swapped.table("comparison.csv")[:3]] == pytest.approx([-3] * 3)


def test_three_groups_are_compared_pair_by_pair(outcomes):
    rows = [row for arm in "cab" for row in cohort(3, 3, arm, name=arm)]
    found = outcomes(ratings(*rows, columns=PLAIN + ",arm"), "--by", "arm").table("comparison.csv")
    assert len(found) == 3 * 2 * 3
    pairs = dict.fromkeys((row["group_a"], row["group_b"]) for row in found)
    assert list(pairs) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert all(float(row["z"]) == pytest.approx(0, abs=1e-9) for row in found)  # all three are alike


def test_one_group_has_nothing_to_be_compared_with(outcomes):
    ran = outcomes(ratings(*cohort(3, 3, "x"), columns=PLAIN + ",arm"), "--by", "arm")
    assert ran.table("comparison.csv") == []
    assert {row["cohort"] for row in ran.table("curves.csv")} == {"x"}


def test_treatments_without_a_group_are_in_none(outcomes):
    rows = [*cohort(3, 3, "x"), *cohort(0, 9, "", name="Q")]
    ran = outcomes(ratings(*rows, columns=PLAIN + ",arm"), "--by", "arm")
    assert {(row["cohort"], row["n"]) for row in ran.table("curves.csv")} == {("x", "6")}
    assert len(ran.table()) == 15
    nobody = outcomes(ratings(*cohort(3, 3, ""), columns=PLAIN + ",arm"), "--by", "arm")
    assert [nobody.table(name) for name in ("curves.csv", "npmle.csv", "comparison.csv")] == [[], [], []]


def test_a_small_group_is_listed_without_a_result(outcomes):
    rows = [*cohort(5, 0, "x"), *cohort(0, 4, "y", name="Q")]
    found = outcomes(ratings(*rows, columns=PLAIN + ",arm"), "--by", "arm").table("comparison.csv")
    assert {(row["z"], row["p"], row["n_a"], row["n_b"]) for row in found} == {("", "", "5", "4")}


@pytest.mark.parametrize("column", ["group", "at", "flags", "started_us", "cohort", "arm of the trial"])
def test_a_column_to_group_by_may_have_any_name(outcomes, column):
    rows = [*cohort(3, 3, "x"), *cohort(0, 6, "y", name="Q")]
    ran = outcomes(ratings(*rows, columns=f"{PLAIN},{column}"), "--by", column)
    assert {row["cohort"] for row in ran.table("curves.csv")} == {"x", "y"}


def test_with_several_instruments_cohorts_carry_their_name(outcomes):
    rows = [row for slug in ("now4", "nrs-anxiety") for row in cohort(3, 3, slug, "x")]
    rows += [*cohort(3, 3, "now4", "y", name="Q"), ("P0", "1", 2, 4, "pgic", "x")]
    file = ratings(*rows, columns=PLAIN + ",instrument,arm")
    assert {row["cohort"] for row in outcomes(file).table("curves.csv")} == {"now4:all", "nrs-anxiety:all"}
    ran = outcomes(file, "--by", "arm")
    assert {row["cohort"]: row["n"] for row in ran.table("curves.csv")} == {
        "now4:x": "6",
        "now4:y": "6",
        "nrs-anxiety:x": "6",
        "nrs-anxiety:y": "0",
    }
    pairs = dict.fromkeys((row["group_a"], row["group_b"]) for row in ran.table("comparison.csv"))
    assert list(pairs) == [("now4:x", "now4:y"), ("nrs-anxiety:x", "nrs-anxiety:y")]


def test_a_cohort_counts_the_first_treatment_of_each_patient(outcomes):
    first = [(f"P{number}", "9", hours, score) for number in range(5) for hours, score in UNRELIEVED]
    second = [(f"P{number}", "1", hours, score) for number in range(5) for hours, score in RELIEVED]
    ran = outcomes(ratings(*first, *second, columns=PLAIN))
    assert (len(ran.table()), curve(ran, "onset", "n")[1], curve(ran, "onset")[1]) == (10, "5", "0.0")
    ran = outcomes(ratings(*second, *first, columns=PLAIN))
    assert float(curve(ran, "onset")[1]) == pytest.approx(1)


def test_with_instants_the_earliest_treatment_is_the_first_wherever_it_stands(outcomes):
    rows = [
        (f"P{number}", name, instant(start), instant(start + hours), score)
        for number in range(5)
        for name, start, series in (("late", 1000, RELIEVED), ("early", 0, UNRELIEVED))
        for hours, score in series
    ]
    ran = outcomes(ratings(*rows, columns="patient,treatment,treated_at,rated_at,score"))
    assert curve(ran, "onset")[1] == "0.0"


def test_a_later_run_takes_away_what_it_does_not_make(outcomes):
    file = ratings(*cohort(3, 3, "x"), columns=PLAIN + ",arm")
    folder = outcomes(file, "--by", "arm").folder
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    assert (folder / "comparison.csv").exists()
    outcomes(file)
    assert not (folder / "comparison.csv").exists()
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_the_same_file_gives_the_same_bytes_and_row_order_within_a_treatment_is_irrelevant(outcomes):
    rows = cohort(4, 3)
    first = {path.name: path.read_bytes() for path in outcomes(ratings(*rows, columns=PLAIN)).folder.iterdir()}
    turned = [row for start in range(0, len(rows), 7) for row in reversed(rows[start : start + 7])]
    second = {path.name: path.read_bytes() for path in outcomes(ratings(*turned, columns=PLAIN)).folder.iterdir()}
    assert first == second
