"""Help numbers by country, read from the table that ships as data."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who listens. `name` is their own, in their own language; empty hours mean day and night."""

    name: str
    number: str
    source: str
    option: int | None = None  # to press once the call is taken
    takes_texts: bool = False
    opens: str = ""  # every day, such as 10:00
    closes: str = ""

    @property
    def dial(self) -> str:
        """Return the number as a telephone takes it: the digits, with a leading star or plus."""
        return dialled(self.number)


@dataclass(frozen=True, slots=True)
class Help:
    """Whom to call in one country. Without a row: no country, no numbers, and the reader's local emergency number."""

    country: str = ""
    emergency: str = ""  # empty: "your local emergency number"
    emergency_source: str = ""
    lines: tuple[Line, ...] = ()
    checked_on: date | None = None  # when somebody last held every number of the row against its source

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the pages that the numbers were read from, each once."""
        every = (self.emergency_source, *(line.source for line in self.lines))
        return tuple(dict.fromkeys(filter(None, every)))


def dialled(number: str) -> str:
    """Return a written number without what only eyes need."""
    return re.sub(r"[^\d*+]", "", number)


def help_for(country: str) -> Help:
    """Return the row of a country by its ISO 3166-1 code; for any other code one that holds no number."""
    return _table().get(country.upper(), Help())


def countries() -> tuple[str, ...]:
    """Return the codes that have a row, in order."""
    return tuple(sorted(_table()))


@cache
def _table() -> dict[str, Help]:
    text = resources.files("backend.accounts.care").joinpath("help_numbers.toml").read_text("utf-8")
    return {country: _row(country, entries) for country, entries in tomllib.loads(text).items()}


def _row(country: str, entries: dict[str, Any]) -> Help:
    lines = tuple(Line(**line) for line in entries.pop("lines", []))
    return Help(country=country, lines=lines, **entries)
