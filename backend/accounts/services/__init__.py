"""What people do to clinics, people, consent and invitations: every write is one transaction with its audit row."""
