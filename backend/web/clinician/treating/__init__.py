"""Inviting, enrolling, planning, starting and correcting, and a tablet lent to a patient."""
