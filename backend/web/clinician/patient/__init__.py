"""One patient: how they responded, what was given and seen, what was written, and a report."""
