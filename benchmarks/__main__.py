"""`python -m benchmarks`: print every measurement; exit 1 if a ratio to its floor is above its limit."""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

from benchmarks import intervals, outcomes

with tempfile.TemporaryDirectory() as folder:
    measured = []
    for found in (intervals.measure(), outcomes.measure(Path(folder))):
        for one in found:
            print(one.line(), flush=True)
        measured += found
sys.exit(any(not one.in_order for one in measured))
