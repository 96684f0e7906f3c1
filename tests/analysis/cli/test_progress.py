"""A bar shows on a terminal and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.cli.make import cohort, ratings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def arguments(tmp_path):
    (tmp_path / "ratings.csv").write_text(ratings(*cohort(3, 3)), encoding="utf-8")
    return [sys.executable, "-m", "backend.analysis", "outcomes", tmp_path / "ratings.csv", "--out", tmp_path / "out"]


def on_a_terminal(arguments):
    """Run with standard error on a real pseudo-terminal, of unknown size; return the exit code and what it showed."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    mine, theirs = pty.openpty()
    with subprocess.Popen(arguments, cwd=ROOT, stderr=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(mine, 4096):
                shown += piece
        except OSError:  # Linux says so when the other end has closed
            pass
        finally:
            os.close(mine)
        assert process.stdout.read() == b""
    return process.returncode, shown.decode()


def test_a_bar_moves_on_a_terminal_and_leaves_no_trace(arguments):
    code, shown = on_a_terminal(arguments)
    assert code == 0
    for step in ("reading", "outcomes", "cohorts", "comparisons", "report", "writing"):
        assert step in shown
    assert "0/6" in shown
    assert "5/6" in shown
    assert "█" in shown
    assert shown.split("\r")[-1].strip() == ""
    assert "\n" not in shown


def test_an_error_on_a_terminal_is_one_clean_line(arguments, tmp_path):
    (tmp_path / "ratings.csv").write_text("patient,treatment,hours,score\nA,1,0,x\n", encoding="utf-8")
    code, shown = on_a_terminal(arguments)
    assert code == 2
    assert shown.count("\n") == 1
    assert shown.rstrip("\r\n").split("\r")[-1].endswith("line 2, column score: 'x'; expected a number")


def test_no_bar_shows_where_nobody_watches(arguments):
    ran = subprocess.run(arguments, cwd=ROOT, capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
