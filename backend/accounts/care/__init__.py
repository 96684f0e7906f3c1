"""Whom a patient can call: the reviewed table of help numbers."""

from backend.accounts.care.help_numbers import Help, Line, countries, help_for

__all__ = ["Help", "Line", "countries", "help_for"]
