"""A folder for what Ebb writes during tests, set before settings are read: never that of an Ebb running beside them.

Its broker would take the jobs of tests for its own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "PYTEST_XDIST_WORKER" not in os.environ:  # workers use the folder of the process that started them
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="ebb-tests-")
    (Path(os.environ["VAR_DIR"]) / "static").mkdir()  # or the web application warns that it is missing
    from backend.config.translations import compile_into  # here: what it imports may read settings

    compile_into(Path(os.environ["VAR_DIR"]) / "locale", Path(__file__).parents[1] / "locale")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
