"""A million ratings of a hundred thousand treatments: the outcome kernel and the whole command line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from backend.analysis.cli.main import main
from backend.analysis.outcomes.kernel import outcomes_of
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.outcomes.table import outcome_table
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from backend.instruments import get
from benchmarks.measure import Measured, beside

TREATMENTS, RATINGS = 100_000, 1_000_000
INSTRUMENT = "nrs-anxiety"


def ratings_file(folder: Path) -> Path:
    """Write simulated ratings as CSV; of the check-ins answered, as many are left out as it takes to meet the count."""
    ratings = simulate(TREATMENTS, protocol("hourly-bridged-weekly"), seed=1).ratings
    follow_up = np.flatnonzero(ratings["hours"] > 0)
    dropped = np.random.default_rng(1).choice(follow_up, len(ratings) - RATINGS, replace=False)
    path = folder / "ratings.csv"
    ratings.drop(index=dropped).round({"hours": 4}).to_csv(path, index=False)  # instants known to the second
    return path


def outcomes_from(table: pd.DataFrame) -> pd.DataFrame:
    """Go from a table in memory to the outcome table, as the command line does."""
    study = study_of(table, INSTRUMENT)
    labelled = episodes_per_treatment(study, {INSTRUMENT: Series.of(get(INSTRUMENT))})
    rules = rule_set(DEFAULT_RULE_SET)
    return outcome_table(study, labelled, outcomes_of(labelled.episodes, rules), rules.name)


def measure(folder: Path) -> list[Measured]:
    """Measure the kernel and the command line, files in `folder`."""
    path = ratings_file(folder)
    table = pd.read_csv(path)
    reading = ("pandas.read_csv of the same file", lambda: pd.read_csv(path))
    command = ["outcomes", str(path), "--out", str(folder / "out"), "--protocol", "hourly-bridged-weekly"]
    process = [sys.executable, "-m", "backend.analysis", *command]
    read_process = [sys.executable, "-c", f"import pandas; pandas.read_csv({str(path)!r})"]
    size = f"{len(table):,} ratings of {TREATMENTS:,} treatments"
    return [
        beside(f"outcomes, {size}", lambda: outcomes_from(table), reading, limit=2),
        beside("command line on that file, all results written", lambda: main(command), reading, limit=8),
        beside(
            "the same as a process of its own",
            lambda: subprocess.run(process, check=True),
            ("a process that reads it", lambda: subprocess.run(read_process, check=True)),
            limit=8,
        ),
    ]
