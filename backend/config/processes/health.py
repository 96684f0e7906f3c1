"""Whether Ebb does its work, asked from beside it: `python -m backend.config.processes.health web|jobs`."""

import http.client
import sys
import time
from contextlib import closing

from django.conf import settings

SILENCE_SECONDS = 180  # a heartbeat is due every 30: after this long, nothing is sent, received or done


def answer(path: str) -> int:
    """Return the status with which the web server on this machine answers, 0 when it does not."""
    host = settings.ALLOWED_HOSTS[0].replace("*", "localhost").lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    with closing(http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=5)) as connection:
        try:
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0


def heartbeat_age() -> float:
    """Return the seconds since scheduled work was last done."""
    file = settings.HEARTBEAT_FILE
    return time.time() - file.stat().st_mtime if file.exists() else float("inf")


def main(which: str) -> int:
    """Return 0 when all is well, for a container's health check."""
    well = answer("/readyz") == http.client.OK if which == "web" else heartbeat_age() < SILENCE_SECONDS
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
