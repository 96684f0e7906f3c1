"""Run the tests that need a database on a private PostgreSQL: `python -m tests.on_postgresql [arguments of pytest]`."""

import os
import subprocess
import sys

from tests import servers


def main(arguments: list[str]) -> int:
    with servers.postgresql(durable=False) as url:
        command = [sys.executable, "-m", "pytest", "-m", "database", *arguments]
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
