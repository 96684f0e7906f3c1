"""Ebb's Celery application with one task more, which is busy until it is killed."""

import os
import time
from pathlib import Path

from backend.config.celery import app


@app.task(name="slow")
def slow(sign: str) -> None:
    """Leave the number of the process that works on it, then take long."""
    Path(sign).write_text(str(os.getpid()))
    time.sleep(60)
