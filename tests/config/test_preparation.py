"""What a start does before the web server: everything on a new folder, nothing on one that is ready."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.processes import ROOT, Ebb

STEPS = """
import json
from backend.config.processes import preparation
print(json.dumps([step[1] for step in preparation.steps()]))
"""


def run(var: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = Ebb(var, port=1).environment
    return subprocess.run(
        [sys.executable, "-W", "error", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def steps(var: Path) -> list[str]:
    done = run(var, "-c", STEPS)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    var = tmp_path_factory.mktemp("prepared") / "var"
    assert steps(var) == ["migrate", "collectstatic", "backend.config.translations"]
    done = run(var, "-m", "backend.config.processes.preparation")
    assert done.returncode == 0, done.stderr
    return var


def test_what_is_ready_is_left_alone(prepared):
    assert steps(prepared) == []


def test_a_database_that_lacks_a_migration_is_migrated(prepared):
    with closing(sqlite3.connect(prepared / "ebb.sqlite3")) as database:
        row = database.execute("SELECT app, name, applied FROM django_migrations ORDER BY id DESC").fetchone()
        database.execute("DELETE FROM django_migrations WHERE app = ? AND name = ?", row[:2])
        database.commit()
        assert steps(prepared) == ["migrate"]
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", row)
        database.commit()
    assert steps(prepared) == []


def test_static_files_are_collected_again_when_what_they_came_from_changed(prepared):
    stamp = prepared / "static.collected"
    before = stamp.read_text()
    stamp.write_text("of other files")
    assert steps(prepared) == ["collectstatic"]
    stamp.write_text(before)
    manifest = prepared / "static" / "staticfiles.json"
    manifest.rename(manifest.with_suffix(".gone"))
    assert steps(prepared) == ["collectstatic"]
    manifest.with_suffix(".gone").rename(manifest)


def test_translations_are_compiled_again_when_they_changed(prepared):
    stamp = prepared / "locale" / "compiled"
    before = stamp.read_text()
    stamp.write_text("of other texts")
    assert steps(prepared) == ["backend.config.translations"]
    stamp.write_text(before)
    assert (prepared / "locale" / "es" / "LC_MESSAGES" / "django.mo").exists()


def test_collected_files_are_named_by_their_content_and_compressed(prepared):
    paths = json.loads((prepared / "static" / "staticfiles.json").read_text())["paths"]
    hashed = paths["django_htmx/htmx.min.js"] if "django_htmx/htmx.min.js" in paths else next(iter(paths.values()))
    assert (prepared / "static" / hashed).exists()
    assert list((prepared / "static").rglob("*.gz"))
    page = "from django.templatetags.static import static; import django; django.setup(); print(static({!r}))"
    name = next(iter(paths))
    assert run(prepared, "-c", page.format(name)).stdout.strip() == f"/static/{paths[name]}"


def test_where_nothing_was_collected_names_stay_plain(tmp_path):
    page = "from django.templatetags.static import static; import django; django.setup(); print(static('a.css'))"
    done = run(tmp_path / "var", "-c", page)
    assert done.stdout.strip() == "/static/a.css", done.stderr
