"""What a patient sees: the check-in that is due, and what comes next."""
