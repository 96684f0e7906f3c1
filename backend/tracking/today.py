"""Who needs somebody now: what the list of today says about each patient."""
