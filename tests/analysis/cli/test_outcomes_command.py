"""`outcomes`: what is in outcomes.csv, for files that can be read; expectations worked out by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.cli.make import instant, one, ratings, timed

ROOT = Path(__file__).resolve().parents[3]
COLUMNS = (
    "patient,treatment,instrument,rule_set,status,reason,baseline,n_ratings,onset_lower_hours,onset_upper_hours,"
    "loss_lower_hours,loss_upper_hours,loss_lower_e2_hours,loss_upper_e2_hours,duration_lower_hours,"
    "duration_upper_hours,best_improvement_percent,flags"
)
LOST = one((-0.5, 8), (1, 5), (2, 4), (3, 3), (168, 2), (336, 6))  # half of 8 is 4: first at +2 h, above at +336 h


def spans(row, *events):
    return [tuple(row[f"{event}_{end}_hours"] for end in ("lower", "upper")) for event in events]


def test_a_treatment_is_told_in_the_columns_of_the_contract(outcomes):
    ran = outcomes(LOST)
    row = ran.only()
    assert ",".join(row) == COLUMNS
    assert spans(row, "onset", "loss", "duration") == [("1.0", "2.0"), ("168.0", "336.0"), ("166.0", "335.0")]
    assert (row["loss_lower_e2_hours"], row["loss_upper_e2_hours"]) == ("168.0", "336.0")
    assert (row["status"], row["reason"], row["baseline"], row["n_ratings"]) == ("lost", "", "8.0", "5")
    assert (row["best_improvement_percent"], row["flags"]) == ("75.0", "during_acute_effects")
    assert sorted(path.name for path in ran.folder.iterdir()) == sorted(
        ["curves.csv", "in_response.svg", "loss.svg", "npmle.csv", "onset.svg", "outcomes.csv", "report.html"]
    )


def test_both_forms_of_time_say_the_same(outcomes):
    by_hours = outcomes(LOST).only()
    series = ((-0.5, 8), (1, 5), (2, 4), (3, 3), (168, 2), (336, 6))
    offsets = (0, 60, -300, 345, 840, -720)
    rows = [
        ("A", "1", instant(0, offset), instant(hours, -offset), score)
        for (hours, score), offset in zip(series, offsets, strict=True)
    ]
    assert outcomes(ratings(*rows, columns="patient,treatment,treated_at,rated_at,score")).only() == by_hours


def test_times_are_written_unrounded(outcomes):
    row = outcomes(timed(("A", "1", 0, 0, 8, ""), ("A", "1", 0, 1 / 3, 8, ""), ("A", "1", 0, 4 / 3, 2, ""))).only()
    assert spans(row, "onset") == [(repr(1 / 3), "inf")]
    row = outcomes(one((0, 8), (0.1 + 0.2, 8), (1.1, 2), (1e-300, 8))).only()
    assert spans(row, "onset") == [("0.30000000000000004", "inf")]


@pytest.mark.parametrize(
    ("rule_set", "onset", "loss"),
    [  # baseline 8: half is 4, three quarters 6, 70 % 5.6
        ("R50C-L50", ("2.0", "3.0"), ("4.0", "168.0")),
        ("R50F-L50", ("0.0", "1.0"), ("1.0", "2.0")),
        ("R50C-L50x2", ("2.0", "3.0"), ("336.0", "504.0")),
        ("R50C-L25", ("2.0", "3.0"), ("4.0", "168.0")),
        ("R30C-L30", ("0.0", "1.0"), ("4.0", "168.0")),
        ("R30F-L30", ("0.0", "1.0"), ("4.0", "168.0")),
    ],
)
def test_every_rule_set_reads_the_same_ratings_its_own_way(outcomes, rule_set, onset, loss):
    series = ((0, 8), (1, 4), (2, 5), (3, 4), (4, 4), (168, 7), (336, 3), (504, 7), (672, 7))
    row = outcomes(one(*series), "--rule-set", rule_set).only()
    assert row["rule_set"] == rule_set
    assert spans(row, "onset", "loss") == [onset, loss]


def test_a_confirming_rating_may_wait_as_long_as_was_asked_for(outcomes):
    series = one((0, 8), (1, 4), (241, 4))
    assert outcomes(series).only()["status"] == "responding"  # 240 h later is within 240 h
    pending = outcomes(series, "--confirm-within", "239.9").only()
    assert (pending["status"], *spans(pending, "onset", "loss")) == ("pending", ("0.0", "inf"), ("", ""))


def test_a_low_baseline_is_evaluated_only_when_asked_for(outcomes):
    series = one((0, 3), (1, 1), (2, 1))
    row = outcomes(series).only()
    assert (row["status"], row["reason"], row["baseline"]) == ("not_evaluable", "baseline_below_minimum", "3.0")
    assert outcomes(series, "--min-baseline", "3").only()["status"] == "responding"


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ([(1, 3), (2, 3)], "no_baseline"),
        ([(-24.001, 8), (1, 3), (2, 3)], "no_baseline"),
        ([(0, 8)], "no_rating_after_dose"),
        ([(-24, 8), (0, 9)], "no_rating_after_dose"),
    ],
)
def test_what_cannot_be_evaluated_says_why(outcomes, series, reason):
    row = outcomes(one(*series)).only()
    assert (row["status"], row["reason"]) == ("not_evaluable", reason)
    assert spans(row, "onset", "loss", "duration") == [("", "")] * 3


def test_the_last_rating_of_the_window_is_the_baseline(outcomes):
    assert outcomes(one((-24, 9), (0, 8), (-3, 4), (1, 4))).only()["baseline"] == "8.0"


def test_two_ratings_at_one_instant_leave_the_higher_and_a_flag(outcomes):
    row = outcomes(one((0, 4), (0, 8), (1, 9), (1, 2), (2, 3))).only()
    assert (row["baseline"], row["status"], row["n_ratings"]) == ("8.0", "pending", "2")
    assert row["flags"] == "equal_instants;unsettled_baseline"
    assert spans(row, "onset") == [("1.0", "inf")]


def test_flagged_ratings_can_be_left_out(outcomes):
    series = one((0, 8), (1, 3), (2, 3), (3, 3), (4, 3))
    assert spans(outcomes(series).only(), "onset") == [("0.0", "1.0")]
    without = outcomes(series, "--exclude-flagged").only()
    assert spans(without, "onset") == [("0.0", "3.0")]
    assert (without["n_ratings"], without["flags"]) == ("2", "")


def test_feeling_unreal_at_the_same_instant_flags_and_makes_no_outcome(outcomes):
    rows = [("A", "1", hours, score, "nrs-anxiety") for hours, score in ((0, 8), (3, 4), (4, 4))]
    rows += [("A", "1", 3, 4, "unreal"), ("A", "1", 4, 9, "sleepy"), ("A", "1", 4, 2, "pgic")]
    columns = "patient,treatment,hours,score,instrument"
    assert outcomes(ratings(*rows, columns=columns)).only()["flags"] == "during_acute_effects"
    rows[3] = ("A", "1", 3, 3, "unreal")  # 4 is the first that counts
    assert outcomes(ratings(*rows, columns=columns)).only()["flags"] == ""


def test_the_next_treatment_ends_follow_up_and_returned_symptoms_are_a_loss_under_e2(outcomes):
    rows = [("A", "1", 0, hours, score) for hours, score in ((0, 8), (1, 3), (2, 3), (100, 8))]
    for reason, upper in (("symptoms_returned", "100.0"), ("planned", "inf"), ("", "inf")):
        file = timed(*((*row, "") for row in rows), ("A", "2", 100, 0, 7, reason))
        first, second = outcomes(file).table()
        assert (first["status"], first["n_ratings"]) == ("responding", "2")
        assert spans(first, "loss") == [("2.0", "inf")]
        assert (first["loss_lower_e2_hours"], first["loss_upper_e2_hours"]) == ("2.0", upper)
        assert second["reason"] == "no_rating_after_dose"


def test_in_hours_treatments_do_not_touch_each_other(outcomes):
    first, second = outcomes(
        ratings(*(("A", treatment, hours, 8 if hours == 0 else 3) for treatment in "12" for hours in (0, 1, 2)))
    ).table()
    assert {key: first[key] for key in first if key != "treatment"} == {
        key: second[key] for key in second if key != "treatment"
    }


def test_a_course_counts_onset_from_its_first_dose_and_loss_from_its_last(outcomes):
    file = timed(
        *(("A", "1", 0, hours, 8, "") for hours in (0, 1)),
        *(("A", "2", 168, hours, score, "planned") for hours, score in ((1, 3), (2, 3), (168, 7))),
    )
    row = outcomes(file, "--unit", "course").only()
    assert (row["patient"], row["treatment"], row["n_ratings"]) == ("A", "1", "4")
    assert spans(row, "onset", "loss", "duration") == [("1.0", "169.0"), ("2.0", "168.0"), ("1.0", "335.0")]
    assert [row["reason"] for row in outcomes(file).table()] == ["", "no_baseline"]


def test_courses_that_cannot_be_evaluated_still_have_rows(outcomes):
    file = timed(("A", "1", 0, 1, 3, ""), ("A", "2", 168, 1, 3, "planned"), ("B", "1", 0, 0, 9, ""))
    reasons = [row["reason"] for row in outcomes(file, "--unit", "course").table()]
    assert reasons == ["no_baseline", "no_rating_after_dose"]


def test_rows_stand_in_order_of_first_appearance(outcomes):
    rows = [("Z", "2", 1, 3), ("A", "1", 0, 8), ("Z", "1", 0, 8), ("A", "1", 1, 8), ("Z", "2", 0, 8), ("B", "9", 0, 8)]
    found = [(row["patient"], row["treatment"]) for row in outcomes(ratings(*rows)).table()]
    assert found == [("Z", "2"), ("A", "1"), ("Z", "1"), ("B", "9")]


@pytest.mark.parametrize("column", ["patient", "treatment", "arm"])
@pytest.mark.parametrize(
    "names",
    [
        ["007", "7", "7.0", "1e5", "100000", "+7", "-0", "0"],  # all numbers: none may turn into another
        ["True", "TRUE", "False"],
        ["NA", "null", "nan", "inf", "None", "#N/A", "2026-01-01"],
        ["a,b", 'a"b', "a\nb", "Zoë ✓", "x y", "x", "=1+1", "x\u2028y"],
    ],
)
def test_names_are_text_and_come_out_as_they_went_in(outcomes, names, column):
    place = ["patient", "treatment", "arm"].index(column)
    rows = []
    for number, name in enumerate(names):
        row = [f"P{number}", "1", "x"]
        row[place] = name
        rows += [(*row, 0, 8), (*row, 1, 3)]
    ran = outcomes(ratings(*rows, columns="patient,treatment,arm,hours,score"), "--by", "arm")
    if column == "arm":
        assert {row["cohort"] for row in ran.table("curves.csv")} == set(names)
    else:
        assert [row[column] for row in ran.table()] == names


def test_a_treatment_is_named_by_patient_and_treatment_together(outcomes):
    rows = outcomes(ratings(*((patient, "1", hours, 8) for patient in "ABC" for hours in (0, 1)))).table()
    assert [(row["patient"], row["n_ratings"]) for row in rows] == [("A", "1"), ("B", "1"), ("C", "1")]


@pytest.mark.parametrize(
    "dialect",
    [
        lambda text: "\N{ZERO WIDTH NO-BREAK SPACE}" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("\n", "\n\n") + "\n\n\n",
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("A", '"A"').replace("score", '"score"'),
        lambda text: text.replace(",8\n", ",8.0\n").replace(",4\n", ", 4\n"),
        lambda text: "".join(",".join(reversed(line.split(","))) + "\n" for line in text.splitlines()),
        lambda text: "".join(f'{line},"a ""note"", of\ntwo lines"\n' for line in text.splitlines()),
    ],
    ids=["BOM", "CRLF", "CR", "blank lines", "no last newline", "quotes", "decimals", "column order", "extra column"],
)
def test_how_the_file_is_written_changes_nothing(outcomes, dialect):
    plain = outcomes(LOST).only()
    assert outcomes(dialect(LOST)).only() == plain


def test_series_of_several_instruments_do_not_mix(outcomes):
    rows = [("A", "1", hours, score, "nrs-anxiety") for hours, score in ((0, 8), (1, 8), (2, 8))]
    rows += [("A", "1", hours, score, "now4") for hours, score in ((0, 16), (1, 8), (2, 8))]
    found = outcomes(ratings(*rows, columns="patient,treatment,hours,score,instrument")).table()
    assert [(row["instrument"], row["status"], row["baseline"]) for row in found] == [
        ("nrs-anxiety", "no_response", "8.0"),
        ("now4", "responding", "16.0"),
    ]


@pytest.mark.parametrize(
    ("baseline", "half", "more_than_half"),
    [("10.2", "5.1", "5.11"), (repr(16 / 3), repr(8 / 3), "2.67"), ("10.333333333333334", "5.16", "5.4")],
)
def test_an_instrument_of_ones_own_may_have_decimals(outcomes, baseline, half, more_than_half):
    columns = "patient,treatment,hours,score,instrument"
    for score, status in ((half, "responding"), (more_than_half, "no_response")):
        rows = [("A", "1", -168, baseline, "mine"), ("A", "1", 1, score, "mine"), ("A", "1", 2, score, "mine")]
        row = outcomes(ratings(*rows, columns=columns), "--min-baseline", "2").only()
        assert (row["instrument"], row["baseline"], row["status"]) == ("mine", baseline, status)


def test_two_hundred_thousand_rows_are_no_trouble(outcomes):
    text = "patient,treatment,hours,score\n" + "".join(
        f"P{number},1,0,8\nP{number},1,1,3\nP{number},1,2,3\nP{number},1,168,9\n" for number in range(50_000)
    )
    rows = outcomes(text).table()
    assert len(rows) == 50_000
    assert {tuple(spans(row, "onset", "loss")) for row in rows} == {(("0.0", "1.0"), ("2.0", "168.0"))}


def test_the_module_runs_as_a_program_and_is_silent(tmp_path):
    (tmp_path / "ratings.csv").write_text(LOST, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "backend.analysis", "outcomes", tmp_path / "ratings.csv", "--out", tmp_path / "out"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert (tmp_path / "out" / "outcomes.csv").read_text(encoding="utf-8").startswith(COLUMNS)
