"""Options that make no sense, and places that cannot be written: one line, exit 2, and everything as it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.cli.make import cohort, ratings

ROOT = Path(__file__).resolve().parents[3]
LIMITED = """
import resource, sys
from backend.analysis.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # as on a full disk, writing fails half-way
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(ratings(*cohort(3, 3)), encoding="utf-8")
    return path


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def assert_one_line(ran, words):
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "1e999", "many", ""])
def test_numbers_have_to_be_finite_and_above_0(command, file, number):
    before = tree(file.parent)
    for name in ("--min-baseline", "--confirm-within"):
        ran = command("outcomes", file, "--out", file.parent / "out", name, number)
        assert_one_line(ran, f"{name}: {number!r}; expected a finite number above 0")
    assert_one_line(command("npmle", file, "--tol", number), f"--tol: {number!r}; expected a finite number above 0")
    assert tree(file.parent) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rule-set", "R50"], "'R50C-L50', 'R50F-L50', 'R50C-L50x2', 'R50C-L25', 'R30C-L30', 'R30F-L30'"),
        (["--protocol", "daily"], "'hourly-weekly', 'hourly-bridged-weekly', 'weekly'"),
        (["--unit", "dose"], "'treatment', 'course'"),
        (["--by"], "--by: expected one argument"),
        (["--by", ""], "expected it"),
        (["--nonsense"], "--nonsense"),
        (["another\nfile.csv"], "another file.csv"),
    ],
)
def test_options_are_those_of_the_contract(command, file, options, words):
    assert_one_line(command("outcomes", file, "--out", file.parent / "out", *options), words)
    assert not (file.parent / "out").exists()


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["outcomes"], ["outcomes", "ratings.csv"], ["npmle"]])
def test_a_command_that_is_not_whole_says_what_is_missing(command, arguments):
    ran = command(*arguments)
    assert_one_line(ran, "python -m backend.analysis")


@pytest.mark.parametrize("place", ["ratings.csv", "ratings.csv/below", "loose-end", "x" * 300, ""])
def test_a_place_that_cannot_be_a_folder(command, file, place):
    (file.parent / "loose-end").symlink_to(file.parent / "nowhere" / "at all")
    before = tree(file.parent)
    ran = command("outcomes", file, "--out", file.parent / place if place else "")
    assert_one_line(ran, "expected a folder that takes new files" if place else "''; expected a path")
    assert tree(file.parent) == before


@pytest.mark.parametrize("name", ["outcomes.csv", "report.html", "onset.svg"])
def test_a_folder_where_a_result_should_go_leaves_earlier_results_alone(command, file, name):
    out = file.parent / "out"
    command("outcomes", file, "--out", out)
    (out / name).unlink()
    (out / name).mkdir()
    file.write_text(ratings(*cohort(5, 1)), encoding="utf-8")
    before = tree(out)
    assert_one_line(command("outcomes", file, "--out", out), f"{out / name}: cannot be written over")
    assert tree(out) == before


def run_with_little_room(*arguments):
    return subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(os.name == "nt", reason="limits of file size are a POSIX thing")
def test_a_disk_that_fills_up_leaves_the_earlier_results_untouched(command, file):
    out = file.parent / "out"
    command("outcomes", file, "--out", out)
    file.write_text(ratings(*cohort(5, 1)), encoding="utf-8")
    before = tree(file.parent)
    ran = run_with_little_room("outcomes", file, "--out", out)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{out}: cannot be written: ")
    assert ran.stderr.count("\n") == 1
    assert tree(file.parent) == before
    fresh = run_with_little_room("outcomes", file, "--out", file.parent / "fresh" / "folder")
    assert fresh.returncode == 2
    assert tree(file.parent) == before  # not even the folders


@pytest.mark.skipif(os.name == "nt", reason="limits of file size are a POSIX thing")
def test_a_picture_that_finds_no_room_leaves_the_earlier_one(file):
    picture = file.parent / "one.svg"
    picture.write_text("earlier", encoding="utf-8")
    ran = run_with_little_room("curve", file, "--patient", "P0", "--out", picture)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert picture.read_text(encoding="utf-8") == "earlier"
