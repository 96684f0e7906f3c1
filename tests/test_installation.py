"""What `make` installs, and when: the runtime lock is enough to serve, and nothing is installed twice."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.fixture
def clone(tmp_path):
    """The Makefile with two locks, in an environment whose Python only notes what it is asked for."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for lock in LOCKS:
        (tmp_path / lock).write_text(f"{lock}, first\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@" >> asked\n')
    python.chmod(0o755)
    return tmp_path


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def installed_by(folder: Path, target: str) -> list[str]:
    """The locks that were installed for a target, in their order."""
    (folder / "asked").unlink(missing_ok=True)
    done = make(folder, target)
    assert done.returncode == 0, done.stderr
    asked = (folder / "asked").read_text().splitlines() if (folder / "asked").exists() else []
    return [line.rpartition(" ")[2] for line in asked if " install " in line]


def test_to_serve_only_what_runs_is_installed_and_once(clone):
    assert installed_by(clone, ".runnable") == ["requirements.txt"]
    assert installed_by(clone, ".runnable") == []


def test_tests_install_the_rest_and_then_neither_installs_again(clone):
    installed_by(clone, ".runnable")
    assert installed_by(clone, ".installed") == ["requirements-dev.txt"]
    assert [installed_by(clone, target) for target in (".runnable", ".installed")] == [[], []]


def test_an_environment_for_development_can_serve(clone):
    installed_by(clone, ".installed")
    assert installed_by(clone, ".runnable") == []


def test_a_lock_that_changed_is_installed_by_the_next_command_that_needs_it(clone):
    installed_by(clone, ".installed")
    for lock in LOCKS:
        (clone / lock).write_text(f"{lock}, second\n")
    assert installed_by(clone, ".runnable") == ["requirements.txt"]
    assert installed_by(clone, ".installed") == ["requirements-dev.txt"]
    assert installed_by(clone, ".runnable") == []


def test_an_installation_that_failed_is_tried_again(clone):
    python = clone / ".venv" / "bin" / "python"
    works = python.read_text()
    python.write_text(works + 'case "$*" in *requirements*) exit 1;; esac\n')
    assert make(clone, ".runnable").returncode != 0
    python.write_text(works)
    assert installed_by(clone, ".runnable") == ["requirements.txt"]


@pytest.mark.parametrize(("target", "words"), [("demo", ["--demo"]), ("run", [])])
def test_serving_is_one_supervisor(clone, target, words):
    done = make(clone, target)
    assert done.returncode == 0, done.stderr
    asked = (clone / "asked").read_text().splitlines()[-1]
    assert asked.split() == ["-m", "backend.config.supervisor", *words]


@pytest.mark.parametrize("target", ["demo", "run", "test", "install"])
def test_a_python_without_the_venv_module_is_one_line_that_names_the_package(clone, target):
    shutil.rmtree(clone / ".venv")
    bare = clone / "bare-python"
    bare.write_text('#!/bin/sh\ncase "$*" in *venv*) exit 1;; esac\n')
    bare.chmod(0o755)
    done = make(clone, target, f"PYTHON={bare}")
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make:")]
    assert said == ["Python's venv module is missing: on Debian or Ubuntu install the package python3-venv"]
    assert done.returncode != 0
    assert not (clone / ".venv").exists()
