"""Run the command line in this process on a file whose content a test gives."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.analysis.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind: its exit code, what it said, and the folder it was told to write."""

    code: int
    out: str
    err: str
    folder: Path

    def table(self, name="outcomes.csv"):
        assert (self.code, self.err) == (0, "")
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def only(self):
        (row,) = self.table()
        return row

    def json(self):
        assert (self.code, self.err) == (0, "")
        return json.loads(self.out)


@pytest.fixture
def command(tmp_path, capsys):
    def run(*arguments, folder=tmp_path):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return Ran(code, *capsys.readouterr(), folder)

    return run


@pytest.fixture
def outcomes(tmp_path, command):
    """Write RATINGS.csv and run `outcomes` on it."""

    def run(content, *options):
        path = tmp_path / "ratings.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return command("outcomes", path, "--out", tmp_path / "out", *options, folder=tmp_path / "out")

    return run


@pytest.fixture
def npmle(tmp_path, command):
    """Write INTERVALS.csv and run `npmle` on it."""

    def run(content, *options):
        path = tmp_path / "intervals.csv"
        path.write_text(content, encoding="utf-8")
        return command("npmle", path, *options)

    return run
