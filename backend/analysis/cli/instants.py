"""Read ISO-8601 instants with offset from text."""

import numpy as np
import pandas as pd

from backend.analysis.arrays import Ints

AN_INSTANT = "an ISO-8601 instant with offset, such as 2026-03-01T10:00:00+01:00"
NOT_AN_INSTANT = np.iinfo(np.int64).max
EARLIEST_US = 946_684_800_000_000  # 2000-01-01T00:00Z; anything before it is a clock that was never set
PATTERN = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)"


def microseconds(texts: "pd.Series[str]") -> Ints:
    """Return microseconds since 1970 in UTC, `NOT_AN_INSTANT` for what is no instant or has no offset."""
    well_formed = texts.str.fullmatch(PATTERN).to_numpy(dtype=bool)
    instants = pd.to_datetime(texts.where(well_formed), format="ISO8601", utc=True, errors="coerce")
    counted = instants.dt.as_unit("us").astype("int64").to_numpy().astype(np.int64)
    counted[instants.isna().to_numpy()] = NOT_AN_INSTANT
    return counted
