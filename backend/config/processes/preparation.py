"""What must be done before a web server may start: tables as the code expects, static files and translations ready."""

import hashlib
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.contrib.staticfiles.finders import get_finder
from django.db import DatabaseError, connection

from backend.config import translations

STAMP = "static.collected"  # which files the collected ones were made from


def steps() -> list[list[str]]:
    """Return the commands that are needed, behind `python`; usually there are none, and asking costs little."""
    apps = [AppConfig.create(entry) for entry in settings.INSTALLED_APPS]
    migrate = ["manage.py", "migrate", "--no-input", "--verbosity", "0"]
    collect = ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    translate = ["-m", "backend.config.translations", "compile"]
    return [
        *([migrate] if _migrations(apps) - _applied() else []),
        *([collect] if _collected() != _static_files(apps) else []),
        *([] if translations.are_compiled() else [translate]),
    ]


def keep_stamp() -> None:
    """Remember which files were collected."""
    apps = [AppConfig.create(entry) for entry in settings.INSTALLED_APPS]
    (settings.VAR_DIR / STAMP).write_text(_static_files(apps), encoding="ascii")


def _migrations(apps: list[AppConfig]) -> set[tuple[str, str]]:
    """Return the label and name of every migration that the code brings."""
    files = [(app.label, file) for app in apps for file in Path(app.path, "migrations").glob("[!_]*.py")]
    return {(label, file.stem) for label, file in files}


def _applied() -> set[tuple[str, str]]:
    """Return those the database says it has had; a database that cannot be asked has had none."""
    try:
        connection.ensure_connection()
        # The driver's own cursor: Django's wants every application loaded, which takes far longer than the question.
        with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return {(app, name) for app, name in cursor.fetchall()}
    except DatabaseError:
        return set()
    finally:
        connection.close()


def _static_files(apps: list[AppConfig]) -> str:
    """Return a fingerprint of the files there are to collect, by path, size and time of change."""
    # Django's own search through applications wants them loaded; the other finders do not.
    others = [get_finder(name) for name in settings.STATICFILES_FINDERS if not name.endswith(".AppDirectoriesFinder")]
    found = [Path(storage.path(name)) for finder in others for name, storage in finder.list(None)]
    files = sorted(found + [file for app in apps for file in Path(app.path, "static").rglob("*") if file.is_file()])
    lines = [f"{file} {stat.st_size} {stat.st_mtime_ns}" for file in files for stat in [file.stat()]]
    how = settings.STORAGES["staticfiles"]["BACKEND"]
    return hashlib.sha256("\n".join([how, *lines]).encode()).hexdigest()


def _collected() -> str:
    try:
        (settings.STATIC_ROOT / "staticfiles.json").stat()
        return (settings.VAR_DIR / STAMP).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def main() -> int:
    """Do what is needed, one step after the other, and stop at the first that fails."""
    for step in steps():
        status = subprocess.run([sys.executable, *step], cwd=settings.BASE_DIR, check=False).returncode  # noqa: S603 - our own commands
        if status:
            return status
    keep_stamp()
    return 0


if __name__ == "__main__":
    sys.exit(main())
