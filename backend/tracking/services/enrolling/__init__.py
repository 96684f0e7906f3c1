"""Patients, what they consented to, and what had been tried before."""
