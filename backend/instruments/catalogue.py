"""The instruments that ship with Ebb, found by slug and listed in one order."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from backend.instruments.instrument import Instrument
from backend.instruments.reading import read
from backend.instruments.table import mistake
from backend.language import current

PRIMARY = "nrs-anxiety"  # asked first at every check-in, which is answered with it


def get(slug: str) -> Instrument:
    """Return the instrument with this slug; ValueError names the known ones."""
    by_slug = _by_slug()
    if slug not in by_slug:
        raise ValueError(f"no instrument is called {slug!r}, known are {', '.join(by_slug)}")
    return by_slug[slug]


def spoken(instrument: Instrument) -> Instrument:
    """Return an instrument in the language of whoever reads, in English where that has no wording to be had."""
    return instrument.in_language(current())


@cache
def known() -> tuple[Instrument, ...]:
    """Return every instrument, in the order people see them."""
    return read_folder(files("backend.instruments") / "data")


def choices() -> list[tuple[str, str]]:
    """Return (slug, title) pairs: a callable for form and model fields, so a new file makes no migration."""
    return [(instrument.slug, instrument.title) for instrument in known()]


def asked_at(nominal_hours: float | None, indication: str) -> tuple[Instrument, ...]:
    """Return what is asked at a check-in of a treatment for an indication, in order; None hours: before the dose."""
    return tuple(one for one in known() if one.given is not None and one.given.at(nominal_hours, indication))


def read_folder(folder: Traversable) -> tuple[Instrument, ...]:
    """Return the instruments of a folder, one `<slug>.toml` each, by their `order`; ValueError names a bad file."""
    entries = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(map(_read_file, entries), key=lambda instrument: (instrument.order, instrument.slug)))


def _read_file(entry: Traversable) -> Instrument:
    try:
        instrument = read(entry.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ValueError(f"{entry.name}: {problem}") from problem
    if entry.name != f"{instrument.slug}.toml":
        raise mistake(instrument.slug, "file name", entry.name, f"{instrument.slug}.toml")
    return instrument


@cache
def _by_slug() -> dict[str, Instrument]:
    return {instrument.slug: instrument for instrument in known()}
