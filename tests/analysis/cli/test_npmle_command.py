"""`npmle`: the JSON that docs/data.md describes, on samples that are solved by hand."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_the_estimate_is_told_as_the_contract_says(npmle):
    told = npmle("left,right\n0,1\n1,2\n1,2\n4,inf\n").json()
    assert list(told) == ["groups", "tests"]
    assert list(told["groups"]["all"]) == ["n", "left", "right", "mass", "loglik", "gap", "iterations"]
    group = told["groups"]["all"]
    assert (group["n"], group["left"], group["right"]) == (4, [0, 1, 4], [1, 2, None])
    assert group["mass"] == pytest.approx([0.25, 0.5, 0.25])
    assert group["loglik"] == pytest.approx(2 * math.log(0.25) + 2 * math.log(0.5))
    assert 0 <= group["gap"] <= 1e-8
    assert told["tests"] == []


def test_exact_and_censored_times_give_kaplan_meier(npmle):
    group = npmle("left,right\n1,1\n2,inf\n3,3\n4,4\n").json()["groups"]["all"]
    assert (group["left"], group["right"]) == ([1, 3, 4], [1, 3, 4])
    assert group["mass"] == pytest.approx([1 / 4, 3 / 8, 3 / 8])


def test_an_open_interval_begins_after_an_exact_time(npmle):
    group = npmle("left,right\n1,1\n1,2\n0,1\n").json()["groups"]["all"]  # (0, 1] holds 1, (1, 2] does not
    assert (group["left"], group["right"]) == ([1, 1], [1, 2])
    assert group["mass"] == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize(
    ("rows", "n", "mass"),
    [
        ("0,1,3\n1,2,1\n", 4, [0.75, 0.25]),
        ("0,1,1.5\n1,2,0.5\n", 2, [0.75, 0.25]),
        ("0,1,0.25\n1,2,0.5\n", 0.75, [1 / 3, 2 / 3]),
        ("0,1,1\n7,9,0\n1,2,1\n", 2, [0.5, 0.5]),
        ("0,1,1e-200\n1,2,1e-200\n", 2e-200, [0.5, 0.5]),
    ],
)
def test_weights_count_rows_and_none_is_none(npmle, rows, n, mass):
    group = npmle("left,right,weight\n" + rows).json()["groups"]["all"]
    assert (group["n"], group["left"]) == (n, [0, 1])
    assert group["mass"] == pytest.approx(mass)


@pytest.mark.parametrize(
    ("row", "left", "right"),
    [("0,inf", 0, None), ("2,5", 2, 5), ("0,0", 0, 0), ("3,Infinity", 3, None), ("-0.0,1e-320", 0, 1e-320)],
)
def test_one_row_has_all_the_mass(npmle, row, left, right):
    ran = npmle(f"left,right\n{row}\n")
    group = ran.json()["groups"]["all"]
    assert (group["left"], group["right"], group["mass"], group["loglik"]) == ([left], [right], [1], 0)
    assert "-0.0" not in ran.out
    assert "Infinity" not in ran.out


def test_groups_stand_in_sort_order_and_are_tested_pair_by_pair(npmle):
    rows = "".join(f"{row}\n" for row in ["1,inf,b"] * 5 + ["0,1,a"] * 5 + ["0,1,NA"] * 5 + ["0,1,007"] * 5)
    told = npmle("left,right,group\n" + rows).json()
    assert list(told["groups"]) == ["007", "NA", "a", "b"]
    assert [(test["group_a"], test["group_b"]) for test in told["tests"][::3]] == [
        ("007", "NA"),
        ("007", "a"),
        ("007", "b"),
        ("NA", "a"),
        ("NA", "b"),
        ("a", "b"),
    ]
    assert [test["scores"] for test in told["tests"][:3]] == ["sun", "finkelstein", "wilcoxon"]
    assert {(test["z"], test["p"]) for test in told["tests"][:6]} == {(None, None)}  # these are alike
    # Scores are c in a and -c in b: U = 5c, V = 10c² · 2.5 / 9, so Z = 3 whatever the scores.
    assert [test["z"] for test in told["tests"][-3:]] == pytest.approx([3] * 3)
    assert [test["p"] for test in told["tests"][-3:]] == pytest.approx([math.erfc(3 / math.sqrt(2))] * 3)


def test_a_group_that_weighs_nothing_is_not_there(npmle):
    assert list(npmle("left,right,weight,group\n0,1,1,a\n0,1,0,b\n").json()["groups"]) == ["a"]


def test_columns_may_stand_in_any_order_among_others(npmle):
    told = npmle('note,right,left\n"a,b",1,0\n"two\nlines",2,1\n').json()
    assert told["groups"]["all"]["mass"] == pytest.approx([0.5, 0.5])


def test_a_looser_tolerance_stops_earlier_and_says_so(npmle):
    rows = "left,right\n" + "".join(f"{left},{left + 7 + left % 5}\n" for left in range(60))
    exact, loose = (npmle(rows, "--tol", tolerance).json()["groups"]["all"] for tolerance in ("1e-8", "0.5"))
    assert exact["gap"] <= 1e-8 < loose["gap"] <= 0.5
    assert loose["iterations"] < exact["iterations"]


def run_with_output_to(tmp_path, output):
    (tmp_path / "intervals.csv").write_text("left,right\n0,1\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "backend.analysis", "npmle", tmp_path / "intervals.csv"],
        cwd=ROOT,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full on this system")
def test_output_that_cannot_be_written_is_one_line(tmp_path):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = run_with_output_to(tmp_path, full)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert ran.stderr.startswith("standard output: cannot be written")


def test_a_reader_who_left_is_no_error(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    process.wait()
    ran = run_with_output_to(tmp_path, process.stdin)
    process.stdin.close()
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_gap_above_the_tolerance_is_said_on_standard_error(npmle):
    ran = npmle("left,right\n" + "".join(f"{begin},{begin + 1.5}\n" for begin in range(3000)))
    assert ran.code == 0
    assert json.loads(ran.out)["groups"]["all"]["gap"] > 1e-8
    assert "group all reached a gap of" in ran.err
    assert ran.err.count("\n") == 1
