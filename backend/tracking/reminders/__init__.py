"""Telling patients that a check-in is open: planned as rows, sent under a lease, every step on record."""
