"""The commands that the README shows make the pictures that it shows."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from backend.analysis.cli.main import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = ".venv/bin/python"


def commands():
    """Every command of the README's blocks that starts Python, as words."""
    blocks = re.findall(r"```\n(.*?)```", README, flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith(PYTHON)]


def run(words, folder):
    """Run one of the README's commands on the project's files, with its results under `folder` in place of var."""
    moved = [str(folder / word.removeprefix("var/")) if word.startswith("var/") else word for word in words[1:]]
    if moved[:2] == ["-m", "backend.analysis"]:
        assert main([str(ROOT / word) if word.startswith("examples/") else word for word in moved[2:]]) == 0
    else:
        subprocess.run([sys.executable, *moved], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with what all commands on the project's own files left."""
    folder = tmp_path_factory.mktemp("clone") / "var"  # which a fresh clone does not have
    for words in commands():
        if "RATINGS.csv" not in words:
            run(words, folder)
    return folder


@pytest.mark.parametrize(
    ("result", "picture"),
    [
        ("one_treatment.svg", "one_treatment.svg"),
        ("trial-first-hit/in_response.svg", "trial_first_hit.svg"),
        ("trial-confirmed/in_response.svg", "trial_confirmed.svg"),
    ],
)
def test_the_commands_of_the_readme_make_its_pictures(made, result, picture):
    assert f"docs/pictures/{picture}" in README
    assert (made / result).read_text("utf-8") == (ROOT / "docs" / "pictures" / picture).read_text("utf-8")


def test_the_trial_has_a_baseline_and_every_visit_of_all_its_patients(made):
    rows = (made / "trial.csv").read_text("utf-8").splitlines()
    assert len(rows) == 1 + 172 + 608
