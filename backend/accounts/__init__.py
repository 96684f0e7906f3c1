"""Clinics, people, roles, consent, sign-in and the audit trail."""
