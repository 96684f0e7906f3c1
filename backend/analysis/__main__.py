"""`python -m backend.analysis`: the command line."""

import os
import sys

# The matrices are small: threads of the linear algebra only wait for each other. Numpy reads this when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from backend.analysis.cli.main import main

sys.exit(main())
