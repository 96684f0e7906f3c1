"""Run the tests that need a database on a private PostgreSQL: `python -m tests.on_postgresql [arguments of pytest]`.

With the profile `drill` all of them, else without those that hold on any database if they hold on one.
"""

import os
import subprocess
import sys

from tests import servers


def main(arguments: list[str]) -> int:
    with servers.postgresql(durable=False) as url:
        every = os.environ.get("HYPOTHESIS_PROFILE") == "drill"
        chosen = "database" if every else "database and not any_database"
        command = [sys.executable, "-m", "pytest", "-m", chosen, *arguments]
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
