"""What patients consent to: the texts, by version and language."""

from backend.accounts.consent.texts import CURRENT, Section, Text, is_current, text

__all__ = ["CURRENT", "Section", "Text", "is_current", "text"]
