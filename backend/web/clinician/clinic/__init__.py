"""A clinic's own settings, staff, alert plan, and the quality of its records."""
