"""Enrolling, inviting, and a tablet lent to a patient."""
