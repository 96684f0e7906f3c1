"""The words of the rooms that know no framework: English as written, until a framework lends them its translations."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

ENGLISH = "en"  # what the source is written in


class Translations(Protocol):
    """What a framework lends: texts in the language of whoever reads right now, and which one that is."""

    def gettext(self, message: str, /) -> str:
        """Return a text translated."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """Return the form of a text that fits a number, translated."""

    def pgettext(self, context: str, message: str, /) -> str:
        """Return a text translated as it is meant in a context."""

    def get_language(self) -> str | None:
        """Return the code of the language."""


class _AsWritten:
    """The source itself."""

    def gettext(self, message: str, /) -> str:
        return message

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        return singular if number == 1 else plural

    def pgettext(self, _context: str, message: str, /) -> str:
        return message

    def get_language(self) -> str:
        return ENGLISH


_AS_WRITTEN = _AsWritten()
_lent: list[Translations] = []
_english_only: ContextVar[bool] = ContextVar("english_only", default=False)


def lend(translations: Translations) -> None:
    """Use these translations from now on, for as long as the process runs."""
    _lent[:] = [translations]


@contextmanager
def in_english() -> Iterator[None]:
    """Keep to English, whoever reads: for words that are stored."""
    before = _english_only.set(True)
    try:
        yield
    finally:
        _english_only.reset(before)


def _current() -> Translations:
    return _lent[0] if _lent and not _english_only.get() else _AS_WRITTEN


def gettext(message: str) -> str:
    """Return a text in the language of whoever reads."""
    return _current().gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of a text that fits a number, in the language of whoever reads."""
    return _current().ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    """Return a text as it is meant in a context, in the language of whoever reads."""
    return _current().pgettext(context, message)


def gettext_noop(message: str) -> str:
    """Return the text itself: marked here, translated where it is shown."""
    return message


def pgettext_noop(_context: str, message: str) -> str:
    """Return the text itself: marked here, translated where it is shown."""
    return message


def current() -> str:
    """Return the code of the language of whoever reads, without a region."""
    return (_current().get_language() or ENGLISH).partition("-")[0]
