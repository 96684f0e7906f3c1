"""One supervisor for one folder of data."""

import fcntl
import os
from pathlib import Path
from typing import IO


def hold(file: Path) -> IO[str]:
    """Return the open file whose lock is ours until it is closed, here and in every process forked from this one."""
    held = file.open("a+", encoding="ascii")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        holder = held.read().strip() or "unknown"
        held.close()
        raise RuntimeError(f"it runs on {file.parent} already, as process {holder}") from None
    held.truncate(0)
    held.write(f"{os.getpid()}\n")
    held.flush()
    return held
