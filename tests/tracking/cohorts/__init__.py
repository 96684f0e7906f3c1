"""Cohorts: what is chosen, kept, compared and claimed."""
