"""Read a CSV file as a table, or say in one line what is wrong with it and where."""

import csv
import io
import warnings
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from backend.analysis.arrays import Bools

UTF8_MARK = b"\xef\xbb\xbf"
NO_SEPARATOR = bytes(set(range(256)) - set(b",\n"))
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
LONGEST_QUOTE = 120  # characters of the input that a message repeats
csv.field_size_limit(1 << 30)  # a field that never ends is reported as such, whatever its length


class BadInputError(ValueError):
    """The input cannot be used; the message is one line naming file, line, column and what was expected."""


class CsvFile:
    """A rectangular CSV file in UTF-8 with a header of distinct names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content = self._text_of(path)
        self.columns = self._header()

    def require(self, *names: str) -> None:
        """Raise `BadInputError` for the first name that is no column."""
        for name in names:
            if name not in self.columns:
                found = _shortened(", ".join(map(repr, self.columns)))
                hint = ", with commas between columns" if len(self.columns) == 1 else ""
                raise self.error(f"not in the header, {found}; expected it{hint}", line=1, column=name)

    def table(self, *, texts: Collection[str], numbers: Collection[str]) -> pd.DataFrame:
        """Return the named columns: texts as categories of str, numbers as float or int, never missing.

        Raises `BadInputError` for rows of another length than the header and for what is no number.
        """
        wanted = [name for name in self.columns if name in texts or name in numbers]
        try:
            with warnings.catch_warnings(action="ignore", category=pd.errors.DtypeWarning):  # see _as_numbers
                table = pd.read_csv(
                    io.BytesIO(self._content),
                    usecols=wanted,
                    dtype=dict.fromkeys(texts, object),  # not "category", which takes 007 and 7.0 for the number 7
                    na_filter=False,
                    index_col=False,
                )
        except pd.errors.ParserError:
            table = pd.DataFrame()
        if not self._looks_rectangular(len(table)):
            self._check_rows()
        if table.empty:
            raise self.error("a header and no rows; expected at least one row", line=1)
        return pd.DataFrame(
            {name: self._as_numbers(table[name]) if name in numbers else _categories(table[name]) for name in wanted},
            copy=False,
        )

    def error(self, message: str, *, line: int | None = None, column: str | None = None) -> BadInputError:
        """Return the error that names this file, the line and the column."""
        place = [str(self.path)]
        if line is not None:
            place.append(f"line {line}")
        if column is not None:
            place.append(f"column {column}")
        text = " ".join(f"{', '.join(place)}: {message}".split())
        return BadInputError("".join(letter if letter.isprintable() else UNPRINTABLE for letter in text))

    def error_at(self, row: int, column: str, message: str) -> BadInputError:
        """Return the error about one data row, counted from 0."""
        return self.error(message, line=self._record(row)[0], column=column)

    def refuse(self, wrong: Bools, column: str, expected: str) -> None:
        """Raise `BadInputError` for the first row marked wrong, quoting what stands there."""
        if wrong.any():
            raise self.unexpected(int(np.argmax(wrong)), column, expected)

    def unexpected(self, row: int, column: str, expected: str) -> BadInputError:
        """Return the error that quotes one field and says what was expected there."""
        field = self._record(row)[1][self.columns.index(column)]
        return self.error_at(row, column, f"{_shortened(field)!r}; expected {expected}")

    def _text_of(self, path: Path) -> bytes:
        try:
            content = path.read_bytes().removeprefix(UTF8_MARK)
        except OSError as reason:
            raise self.error(f"cannot be read: {reason.strerror}; expected a CSV file") from reason
        if not content or content.isspace():
            raise self.error("empty; expected a header line and rows", line=1)
        wrong = content.find(b"\0")
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as reason:
            wrong = reason.start if wrong < 0 else min(wrong, reason.start)
        if wrong >= 0:
            line = content.count(b"\n", 0, wrong) + 1
            raise self.error(f"not text: byte 0x{content[wrong]:02x}; expected CSV in UTF-8", line=line)
        return content

    def _header(self) -> list[str]:
        _, names = next(self._records())
        for number, name in enumerate(names, start=1):
            if not name.strip():
                raise self.error("without a name; expected one", line=1, column=str(number))
            if name in names[: number - 1]:
                raise self.error("stands twice in the header; expected distinct names", line=1, column=name)
        return names

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the line on which each record begins, and its fields; blank lines are passed over."""
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(self._content), "utf-8", newline=""), strict=True)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as reason:
                raise self.error(f"{reason}; expected CSV with closed quotes", line=line) from reason
            if fields:
                yield line, fields

    def _looks_rectangular(self, rows: int) -> bool:
        """Tell cheaply that every row has a field for each column; False when only a full reading can tell."""
        line = b"," * (len(self.columns) - 1) + b"\n"
        separators = self._content.translate(None, NO_SEPARATOR).rstrip(b"\n") + b"\n"
        return rows > 0 and len(line) > 1 and b'"' not in self._content and separators == line * (rows + 1)

    def _check_rows(self) -> None:
        for line, fields in self._records():
            if len(fields) != len(self.columns):
                found = "1 field" if len(fields) == 1 else f"{len(fields)} fields"
                raise self.error(f"{found}; expected {len(self.columns)}, as in the header", line=line)

    def _record(self, row: int) -> tuple[int, list[str]]:
        return next(islice(self._records(), row + 1, None))

    def _as_numbers(self, column: "pd.Series[float]") -> "pd.Series[float]":
        parsed = column.dtype.kind in "iuf"
        read = column if parsed else pd.to_numeric(column.astype(str).str.strip(), errors="coerce")
        self.refuse(read.isna().to_numpy(), str(column.name), "a number")
        return read


def _categories(column: "pd.Series[str]") -> pd.Categorical:
    """Return texts as categories; equal ones mostly stand together, so only the first of each run is looked up."""
    texts = column.to_numpy(dtype=object)
    runs = np.flatnonzero(np.append(True, texts[1:] != texts[:-1]))
    codes, found = pd.factorize(texts[runs])
    lengths = np.diff(np.append(runs, len(texts)))
    return pd.Categorical.from_codes(np.repeat(codes, lengths), pd.Index(found, dtype=object))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
