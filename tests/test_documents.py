"""The documents explain every column, word and chosen number of the code, as it is now."""

import csv
import importlib
import json
import re
from pathlib import Path

import pytest

from backend.analysis.cli.main import main
from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.kernel import Reason, Status
from backend.analysis.outcomes.rules import RULE_SETS
from backend.analysis.schedule import PROTOCOLS
from backend.instruments import get, known
from backend.instruments.checks import DESIGN_MARK

ROOT = Path(__file__).resolve().parents[1]
METHOD, DATA = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("method.md", "data.md"))
TABLES = ["outcomes.csv", "curves.csv", "npmle.csv", "comparison.csv"]
WORDS = [
    *RULE_SETS,
    *PROTOCOLS,
    *(status.name for status in Status),
    *(reason.name for reason in Reason if reason is not Reason.none),
    *(flag.name for flag in Flag),
]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The folder that a run on five patients of each of two routes leaves."""
    folder = tmp_path_factory.mktemp("documents")
    rows = [
        f"{patient},1,{hours},{score},{'im' if patient % 2 else 'iv'}"
        for patient in range(10)
        for hours, score in ((-1, 8), (1, 4 + patient % 3), (2, 3), (168, 6))
    ]
    ratings = folder / "ratings.csv"
    ratings.write_text("\n".join(["patient,treatment,hours,score,route", *rows]))
    assert main(["outcomes", str(ratings), "--out", str(folder / "results"), "--by", "route"]) == 0
    return folder / "results"


def section(page: str, title: str) -> str:
    """What stands under one heading, up to the next of its kind."""
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL).group(1)


def first_table(text: str) -> list[list[str]]:
    """The cells of the first table, without its head."""
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE).group().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def described(page: str, title: str) -> list[str]:
    """The names that the first table of a section describes, in its order."""
    return [row[0].strip("`") for row in first_table(section(page, title))]


def unsaid(names: list[str], page: str) -> list[str]:
    """The names that a page nowhere sets as code."""
    said = set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", page))
    return [name for name in names if name not in said]


def chosen(page: str) -> dict[tuple[str, str], float]:
    """The numbers in the table of choices, by name and place."""
    rows = first_table(section(page, f"8. Choices `{DESIGN_MARK}`"))
    return {(name.strip("`"), where.strip("`")): float(number) for name, number, where, _ in rows}


def in_code(name: str, where: str) -> float:
    """The number of that name in a module or in an instrument's file, named by its path below backend."""
    place = Path(where)
    assert (ROOT / "backend" / place).is_file(), where
    if place.suffix == ".toml":
        return float(getattr(get(place.stem), name))
    return float(getattr(importlib.import_module(".".join(["backend", *place.with_suffix("").parts])), name))


def differing(page: str) -> dict[tuple[str, str], tuple[float, float]]:
    """The choices of which page and code give different numbers: that of the page, that of the code."""
    return {at: (told, true) for at, told in chosen(page).items() if told != (true := in_code(*at))}


def marked() -> set[tuple[str, str]]:
    """Every number that the code marks as a choice of ours, by name and place below backend."""
    constants = {
        (name, path.relative_to(ROOT / "backend").as_posix())
        for path in (ROOT / "backend").glob("**/*.py")
        for name in re.findall(rf"^([A-Z_]+) = .*# {re.escape(DESIGN_MARK)}", path.read_text("utf-8"), re.MULTILINE)
    }
    return constants | {
        (name, f"instruments/data/{instrument.slug}.toml")
        for instrument in known()
        for name, source in instrument.basis.items()
        if source.startswith(DESIGN_MARK)
    }


@pytest.mark.parametrize("table", TABLES)
def test_every_column_written_is_described_in_order(results, table):
    with (results / table).open(encoding="utf-8") as file:
        assert described(DATA, f"`{table}`") == next(csv.reader(file))


def test_every_file_that_a_run_leaves_is_described(results):
    assert sorted(described(DATA, "What a run leaves")) == sorted(path.name for path in results.iterdir())


def test_every_field_of_the_json_is_described(tmp_path, capsys):
    intervals = tmp_path / "intervals.csv"
    intervals.write_text("left,right,group\n0,1,a\n1,2,b\n2,inf,b\n")
    assert main(["npmle", str(intervals)]) == 0
    printed = json.loads(capsys.readouterr().out)
    fields = ["groups", *printed["groups"]["a"], "tests", *printed["tests"][0]]
    assert described(DATA, "JSON of `npmle`") == fields


@pytest.mark.parametrize(
    ("title", "command", "fields"),
    [
        (
            "`RATINGS.csv`",
            ["outcomes", "--out", "results"],
            {"score": "8", "treated_at": "2026-03-02T10:00Z", "rated_at": "2026-03-02T09:00Z"},
        ),
        ("`INTERVALS.csv`", ["npmle"], {"left": "0", "right": "1"}),
    ],
)
def test_every_column_described_as_needed_is_asked_for(tmp_path, monkeypatch, capsys, title, command, fields):
    monkeypatch.chdir(tmp_path)
    rows = first_table(section(DATA, title))
    needed = [row[0].strip("`") for row in rows if row[1] == "yes" or row[1].startswith("with ")]
    assert set(fields) <= set(needed)
    for left_out in needed:
        columns = [name for name in needed if name != left_out]
        Path("input.csv").write_text(f"{','.join(columns)}\n{','.join(fields.get(name, 'A') for name in columns)}\n")
        assert main([*command, "input.csv"]) == 2
        assert f"column {left_out}:" in capsys.readouterr().err


def test_every_word_of_the_outcomes_is_explained_in_both_documents():
    assert unsaid(WORDS, METHOD) == []
    assert unsaid(WORDS, DATA) == []


def test_every_number_in_the_table_of_choices_is_that_of_the_code():
    assert differing(METHOD) == {}


def test_every_number_marked_as_a_choice_stands_in_the_table():
    assert marked() - set(chosen(METHOD)) == set()


@pytest.mark.parametrize("word", WORDS)
def test_a_word_taken_out_of_a_document_is_missed(word):
    assert word in unsaid(WORDS, METHOD.replace(f"`{word}`", ""))
    assert word in unsaid(WORDS, DATA.replace(f"`{word}`", ""))


@pytest.mark.parametrize(("name", "where"), sorted(chosen(METHOD)))
def test_a_number_changed_in_the_table_of_choices_is_noticed(name, where):
    row = re.search(rf"^\| `{name}` \| (\S+) \| `{where}`", METHOD, re.MULTILINE)
    assert (name, where) in differing(METHOD[: row.start(1)] + "12345" + METHOD[row.end(1) :])
