"""The repository keeps its own promises: locks, settings, commands, reasons and names."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
ASKED = ["requirements.in", "requirements-dev.in", "requirements-pdf.in"]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-pdf.txt"]
VAGUE = {"common", "helper", "helpers", "lib", "misc", "util", "utilities", "utils"}

# Put together from pieces, so that this file does not hold what it forbids.
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+)/"),
    "a package registry's host": re.compile(r"py" + r"pi\.org|python" + r"hosted\.org|np" + r"mjs\.(?:org|com)"),
    "a package index": re.compile(r"(?<![\w-])--(?:(?:extra-)?index-" + r"url|find-" + r"links)\b"),
}


@cache
def tracked() -> list[Path]:
    """Every file that is tracked or would be at the next `git add`."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so which files belong to it is unknown")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in sorted(filter(None, listed.split("\0"))) if (path := ROOT / name).is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts(under: str = "", ending: str | tuple[str, ...] = "") -> dict[str, str]:
    """The tracked text files below a folder whose name ends so, by path."""
    chosen = [path for path in tracked() if named(path).startswith(under) and path.name.endswith(ending)]
    raw = {named(path): path.read_bytes() for path in chosen}
    return {name: content.decode() for name, content in raw.items() if b"\0" not in content}


def pins(lock: str) -> dict[str, str]:
    """Release by package."""
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;\\]+)", lock, re.MULTILINE))


def faults_of_lock(lock: str) -> list[str]:
    entries = lock.replace("\\\n", " ").splitlines()
    wrong = [entry for entry in entries if not re.match(r"#|[a-z0-9][\w.-]*==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)]
    return wrong + re.findall(r".*https?:.*", lock) + ([] if "make lock" in lock[:200] else ["not made by make lock"])


def requested(lines: str) -> list[str]:
    """The lines of a requirements file that ask for something."""
    return [line for line in lines.splitlines() if line.strip() and not line.startswith(("#", "-r"))]


def without_reason(lines: str) -> list[str]:
    return [line for line in requested(lines) if not re.search(r"\s# .*\w{2}", line)]


def ignores_without_reason(pyproject: str) -> list[str]:
    """Lines that switch off a check of ruff, mypy, pytest or import-linter and do not say why."""
    opening = r"(?:extend-)?(?:ignore|exclude)\w* = \[|\"[^\"]+\" = \[|ignore_imports = \["
    switch = r"(?:ignore|disable|allow)_\w+ = |unmatched_\w+ = |follow_imports|warn_\w+ = false|strict = false"
    silent, inside = [], False
    for line in (line.strip() for line in pyproject.splitlines()):
        opens = re.match(opening, line) is not None
        concerned = (inside and line.startswith('"')) or (opens and '"]' in line) or re.match(switch, line)
        if concerned and not line.endswith("[") and not re.search(r"# .*\w{2}", line):
            silent.append(line)
        inside = (opens or inside) and not re.search(r"\](?:\s*#.*)?$", line)
    return silent


def names_read(settings: str) -> set[str]:
    """The variables that calls such as env.text("NAME", …) read."""
    calls = [node for node in ast.walk(ast.parse(settings)) if isinstance(node, ast.Call) and node.args]
    return {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        if isinstance(node.args[0], ast.Constant)
    }


def commands(page: str) -> str:
    """What a page sets as code, a line each: that is what a reader will type."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", page)])


def targets(makefile: str) -> dict[str, str]:
    """What `make` can be asked for, and what it says about itself."""
    return {
        name: said.strip()
        for name, said in re.findall(r"^([a-z][\w-]*):(?!=)[^#\n]*(?:## *(.*))?$", makefile, re.MULTILINE)
    }


def runs_as_module(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return spec is not None
    return importlib.util.find_spec(f"{name}.__main__") is not None


def unknown_commands(code: str, makefile: str) -> list[str]:
    asked = {f"make {name}" for name in re.findall(r"\bmake ((?!-)[a-z][\w-]*)", code)}
    known = {f"make {name}" for name in targets(makefile)}
    modules = {name for name in re.findall(r"\bpython3? -m ([\w.]*\w)", code) if not runs_as_module(name)}
    managed = set(re.findall(r"manage\.py ([a-z_]+)", code)) - set(get_commands()) - {"help", "version"}
    return sorted((asked - known) | modules | managed)


def foreign(text: str) -> list[str]:
    return [f"{kind}: {found.group()}" for kind, pattern in FOREIGN.items() for found in pattern.finditer(text)]


def is_vendored(name: str, text: str) -> bool:
    """Minified, bundled or somebody else's: what a package installs does not belong here."""
    of_a_browser = name.endswith((".js", ".mjs", ".css"))
    marked = re.search(r"\.min\.|\.bundle\.|\.map$|(?:^|/)(?:node_modules|vendor|third_party)/", name)
    return bool(marked) or (of_a_browser and any(len(line) > 500 for line in text.splitlines()))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_release_has_hashes_and_no_lock_names_a_host(lock):
    assert faults_of_lock((ROOT / lock).read_text()) == []


def test_what_is_tested_is_what_runs():
    runtime, everything, for_pdf = (pins((ROOT / lock).read_text()) for lock in LOCKS)
    assert runtime.items() <= everything.items()
    assert [name for name, release in for_pdf.items() if runtime.get(name, release) != release] == []


@pytest.mark.parametrize(("asked", "lock"), list(zip(ASKED, LOCKS, strict=True)))
def test_everything_asked_for_has_a_reason_and_is_locked(asked, lock):
    lines = (ROOT / asked).read_text()
    assert without_reason(lines) == []
    wanted = {re.match(r"[\w.-]+", line).group() for line in requested(lines) if not line.startswith("-")}
    assert wanted - set(pins((ROOT / lock).read_text())) == set()


def installs_that_choose_releases(name: str, text: str) -> list[str]:
    """Installs from a lock in which pip may still look for what packages ask for, and take a newer release of it."""
    installs = [line for line in text.replace("\\\n", " ").splitlines() if re.search(r"\bpip install\b", line)]
    return [
        f"{name}: {line.strip()}" for line in installs if not {"--no-deps", "--require-hashes"} <= set(line.split())
    ]


def test_whoever_installs_a_lock_takes_it_as_it_is():
    found = {
        name: text for name, text in texts().items() if name in ("Makefile", "Dockerfile") or name.startswith("docs/")
    }
    assert [line for name, text in found.items() for line in installs_that_choose_releases(name, text)] == []
    assert installs_that_choose_releases("Makefile", "pip install -q --require-hashes \\\n -r lock") != []


def test_the_locks_hold_everything_their_packages_ask_for():
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_every_switched_off_check_has_a_reason():
    assert ignores_without_reason((ROOT / "pyproject.toml").read_text()) == []


def test_the_example_names_exactly_the_variables_that_settings_read():
    example = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(names_read((ROOT / "backend/config/settings.py").read_text())) == sorted(example)


def test_every_variable_of_the_example_is_explained():
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = pairwise(lines)
    assert [line for before, line in pairs if re.match(r"\w+=", line) and not before.startswith("# ")] == []


def test_only_the_settings_read_the_environment():
    reading = re.compile(r"\bgetenv\b|environ(?:\[|\.get)")
    assert [name for name, text in texts("backend/", ".py").items() if reading.search(text)] == [
        "backend/config/env.py"
    ]


def test_every_command_the_documents_show_exists():
    makefile = (ROOT / "Makefile").read_text()
    pages = {name: commands(text) for name, text in texts(ending=".md").items()} | {"Makefile": makefile}
    assert "make test" in pages["CONTRIBUTING.md"]
    assert {name: gone for name, code in pages.items() if (gone := unknown_commands(code, makefile))} == {}


def test_make_has_few_targets_and_help_lists_them_all():
    described = targets((ROOT / "Makefile").read_text())
    assert len(described) <= 10
    assert [name for name, said in described.items() if not said] == []
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split(maxsplit=2)[1:] for line in shown.splitlines()] == [list(pair) for pair in described.items()]


def test_no_minified_or_vendored_file_is_tracked():
    assert [name for name, text in texts().items() if is_vendored(name, text)] == []


def test_every_room_has_tests():
    rooms = {Path(name).parts[1] for name in texts("backend/", ".py")} - {"__init__.py"}
    assert {room for room in rooms if not list((ROOT / "tests" / room).glob("**/test_*.py"))} == set()


def test_no_module_has_a_name_that_could_hold_anything():
    assert [
        name for name in texts(ending=".py") if VAGUE & {part.removesuffix(".py") for part in Path(name).parts}
    ] == []


def test_nothing_tracked_names_a_machine_or_a_registry():
    assert {name: found for name, text in texts().items() if (found := foreign(text))} == {}


def test_the_models_load_no_tables(tmp_path):
    loaded = "import django, sys; django.setup(); print({'backend.tracking.models', 'pandas'} & set(sys.modules))"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "backend.config.settings", "VAR_DIR": str(tmp_path)}
    said = subprocess.check_output([sys.executable, "-c", loaded], cwd=ROOT, env=environment, text=True)
    assert said == "{'backend.tracking.models'}\n"


def test_a_decision_is_short_and_says_where_it_stands():
    decisions = texts("docs/decisions/")
    assert [name for name in decisions if not re.match(r"docs/decisions/\d{4}-[a-z0-9-]+\.md$", name)] == []
    assert [name for name, text in decisions.items() if len(text.splitlines()) > 40 or "Status: " not in text] == []


def test_the_checks_and_the_lock_are_for_the_oldest_python_supported():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())
    oldest = tools["project"]["requires-python"].removeprefix(">=")
    assert tools["tool"]["mypy"]["python_version"] == oldest
    assert tools["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text()
