"""Work that several connections do at the same time, on the database that is configured."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections

PATIENCE_SECONDS = 10.0


@contextmanager
def shared(tmp_path: Path) -> Iterator[None]:
    """Let threads share the database as processes do: on SQLite a file in place of the one in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    file, name = tmp_path / "shared.sqlite3", connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    in_memory, connection.connection = connection.connection, None
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.close()
        connection.connection = in_memory
        connection.settings_dict["NAME"] = name


def meanwhile(work: Callable[[], Any]) -> Future[Any]:
    """Begin some work on another connection; return as soon as it is done or waits for a lock of ours."""

    def on_its_own() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(1)
    begun = pool.submit(on_its_own)
    pool.shutdown(wait=False)
    until = time.monotonic() + PATIENCE_SECONDS
    while not begun.done() and not _waits() and time.monotonic() < until:
        time.sleep(0.01)
    return begun


def _waits() -> bool:
    """Tell whether anybody waits for a lock; SQLite does not say so, and gets a moment in which it will have begun."""
    if connection.vendor == "sqlite":
        time.sleep(0.3)
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
