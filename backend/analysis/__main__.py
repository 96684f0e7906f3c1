"""`python -m backend.analysis`: the command line."""

import sys

from backend.analysis.cli.main import main

sys.exit(main())
