"""Typed reading of a TOML table: each mistake names the instrument, the field, what stood there and what should."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeGuard, TypeVar

T = TypeVar("T")

_PLAIN_WHOLE = re.compile(r"0|-?[1-9][0-9]*")  # one spelling per number, so that two keys cannot mean the same


def mistake(slug: str, field: str, found: object, expected: str) -> ValueError:
    """Return the error for a field that holds something else than it should."""
    return ValueError(f"{slug}: {field} is {found!r}, expected {expected}")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A type of entry: how to recognise it and what to call it in an error."""

    expected: str
    fits: Callable[[object], TypeGuard[T]]


def _is_text(entry: object) -> TypeGuard[str]:
    return isinstance(entry, str) and bool(entry.strip())


def _is_whole(entry: object) -> TypeGuard[int]:
    return isinstance(entry, int) and not isinstance(entry, bool)


def _is_number(entry: object) -> TypeGuard[float]:
    return _is_whole(entry) or (isinstance(entry, float) and math.isfinite(entry))


def _is_texts(entry: object) -> TypeGuard[list[str]]:
    return isinstance(entry, list) and bool(entry) and all(_is_text(each) for each in entry)


def _is_whole_range(entry: object) -> TypeGuard[list[int]]:
    return isinstance(entry, list) and list(map(_is_whole, entry)) == [True, True] and entry[0] < entry[1]


def _is_number_range(entry: object) -> TypeGuard[list[float]]:
    return isinstance(entry, list) and list(map(_is_number, entry)) == [True, True] and entry[0] < entry[1]


def _is_table(entry: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(entry, dict) and bool(entry)


def _is_tables(entry: object) -> TypeGuard[list[Mapping[str, object]]]:
    return isinstance(entry, list) and bool(entry) and all(_is_table(each) for each in entry)


def _is_flag(entry: object) -> TypeGuard[bool]:
    return isinstance(entry, bool)


FLAG = Kind("true or false", _is_flag)
TEXT = Kind("some text", _is_text)
WHOLE = Kind("a whole number", _is_whole)
NUMBER = Kind("a number", _is_number)
TEXTS = Kind("a list of texts", _is_texts)
WHOLE_RANGE = Kind("two whole numbers, the lower first", _is_whole_range)
NUMBER_RANGE = Kind("two numbers, the lower first", _is_number_range)
_TABLE = Kind("a table", _is_table)
_TABLES = Kind("a list of tables", _is_tables)


class Table:
    """One TOML table handed out field by field; a field nobody asked for is refused when the table is closed."""

    def __init__(self, slug: str, entries: Mapping[str, object], path: str = "") -> None:
        self.slug = slug
        self._path = path
        self._entries = entries
        self._unread = dict.fromkeys(entries)
        self._inner: list[Table] = []

    def need(self, key: str, kind: Kind[T]) -> T:
        """Return a field that must be there."""
        if key not in self._entries:
            raise ValueError(f"{self.slug}: {self._path}{key} is missing, expected {kind.expected}")
        self._unread.pop(key, None)
        entry = self._entries[key]
        if not kind.fits(entry):
            raise mistake(self.slug, f"{self._path}{key}", entry, kind.expected)
        return entry

    def maybe(self, key: str, kind: Kind[T]) -> T | None:
        """Return a field that may be left out, None where it is."""
        return self.need(key, kind) if key in self._entries else None

    def table(self, key: str) -> "Table":
        """Return an inner table that must be there."""
        return self._opened(f"{key}.", self.need(key, _TABLE))

    def maybe_table(self, key: str) -> "Table | None":
        """Return an inner table that may be left out, None where it is."""
        return self.table(key) if key in self._entries else None

    def tables(self, key: str) -> "list[Table]":
        """Return a list of inner tables that must be there."""
        rows = self.need(key, _TABLES)
        return [self._opened(f"{key}[{place}].", row) for place, row in enumerate(rows, start=1)]

    def names(self) -> list[str]:
        """Return the names of all fields."""
        return list(self._entries)

    def texts_by_key(self) -> dict[str, str]:
        """Return every field of a table whose keys are free."""
        return {key: self.need(key, TEXT) for key in self._entries}

    def texts_by_number(self) -> dict[int, str]:
        """Return every field of a table whose keys are whole numbers."""
        for key in self._entries:
            if not _PLAIN_WHOLE.fullmatch(key):
                raise mistake(self.slug, f"a key of {self._path.rstrip('.')}", key, WHOLE.expected)
        return {int(key): label for key, label in self.texts_by_key().items()}

    def close(self) -> None:
        """Refuse the fields nobody asked for, here and in the inner tables."""
        for key in self._unread:
            raise ValueError(f"{self.slug}: {self._path}{key} is unknown, expected only {self._known()}")
        for inner in self._inner:
            inner.close()

    def _known(self) -> str:
        return ", ".join(key for key in self._entries if key not in self._unread)

    def _opened(self, path: str, entries: Mapping[str, object]) -> "Table":
        inner = Table(self.slug, entries, self._path + path)
        self._inner.append(inner)
        return inner
