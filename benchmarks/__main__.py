"""`python -m benchmarks`: print every measurement; exit 1 if a ratio to its floor is above its limit."""

import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

import django
from django.core.management import call_command

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

with tempfile.TemporaryDirectory() as name:  # for the files and the database of what is measured
    os.environ |= {"VAR_DIR": name, "DATABASE_URL": "", "DEBUG": "false", "ALLOWED_HOSTS": "testserver"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from benchmarks import intervals, outcomes, pages  # Django's models can be loaded only now

    in_order = True
    for found in chain(intervals.measure(), outcomes.measure(Path(name)), pages.measure()):
        print(found.line(), flush=True)
        in_order &= found.in_order
sys.exit(not in_order)
