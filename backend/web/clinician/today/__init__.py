"""Who needs somebody now: the list of today, alerts, and all patients."""
