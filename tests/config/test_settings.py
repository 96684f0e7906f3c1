"""Settings as a fresh machine reads them: a copy of the backend, another process, no variables but those given."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy at a path with everything in its name that a URL would mangle."""
    place = tmp_path / "a clone, 100%+1 #fresh"
    shutil.copytree(ROOT / "backend", place / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    return place


def run(clone: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"DJANGO_SETTINGS_MODULE": "backend.config.settings", **variables}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )


def setting(clone: Path, *names: str, **variables: str):
    """One setting as it is read there, or a list of several."""
    read = ", ".join(f"settings.{name}" for name in names)
    done = run(clone, f"import json; from django.conf import settings; print(json.dumps([{read}]))", **variables)
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)
    return values if len(names) > 1 else values[0]


def refusal(clone: Path, **variables: str) -> str:
    done = run(clone, "from django.conf import settings; settings.DEBUG", **variables)
    assert done.returncode != 0
    return done.stderr.splitlines()[-1]


def test_without_any_variable_errors_stay_hidden_and_only_this_machine_is_answered(clone):
    assert setting(clone, "DEBUG") is False
    assert setting(clone, "ALLOWED_HOSTS") == ["localhost", "127.0.0.1"]


def test_without_a_database_url_facts_are_kept_under_var(clone):
    assert setting(clone, "DATABASES['default']['NAME']") == str(clone / "var" / "ebb.sqlite3")


def test_a_database_url_may_name_another_file_whose_folder_is_made(clone, tmp_path):
    file = tmp_path / "data" / "other.sqlite3"
    assert setting(clone, "DATABASES['default']['NAME']", DATABASE_URL=f"sqlite:///{file}") == str(file)
    assert file.parent.is_dir()


def test_sqlite_keeps_a_rollback_journal_synced_to_the_disk_and_takes_the_write_lock_first(clone):
    code = """
from django.db import connection
with connection.cursor() as cursor:
    for pragma in ("journal_mode", "synchronous"):
        print(cursor.execute(f"PRAGMA {pragma}").fetchone()[0])
print(connection.transaction_mode, connection.settings_dict["OPTIONS"]["timeout"])
"""
    done = run(clone, code)
    assert done.stdout.split() == ["delete", "2", "IMMEDIATE", "20"], done.stderr


def test_a_key_is_made_once_readable_by_its_owner_alone(clone):
    key = setting(clone, "SECRET_KEY")
    file = clone / "var" / "secret_key"
    assert setting(clone, "SECRET_KEY") == key == file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_given_key_is_used_and_nothing_is_written(clone):
    key = "$ecret#" * 10
    assert setting(clone, "SECRET_KEY", SECRET_KEY=key) == key
    assert not (clone / "var" / "secret_key").exists()


def test_the_environment_wins_over_the_file(clone):
    (clone / ".env").write_text("PORT=8100\nALLOWED_HOSTS=ebb.example, www.ebb.example\n")
    assert setting(clone, "PORT", PORT="8200") == 8200
    assert setting(clone, "ALLOWED_HOSTS") == ["ebb.example", "www.ebb.example"]


def test_the_example_file_says_what_the_defaults_are(clone):
    names = ["DEBUG", "ALLOWED_HOSTS", "PORT", "CELERY_BROKER_URL", "DATABASES['default']['NAME']"]
    without = setting(clone, *names)
    shutil.copy(ROOT / ".env.example", clone / ".env")
    assert setting(clone, *names) == without


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe', expected true or false"),
        ({"PORT": "http"}, "PORT is 'http', expected a whole number"),
        ({"DATABASE_URL": "nonsense:secret"}, "DATABASE_URL names no known database, expected a URL such as"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(clone, variables, reason):
    assert reason in refusal(clone, **variables)
    assert "secret" not in refusal(clone, **variables)


def test_an_empty_key_file_is_refused_by_name(clone):
    (clone / "var").mkdir()
    (clone / "var" / "secret_key").touch()
    assert "secret_key holds 0 characters, expected a key of 50 or more" in refusal(clone)
