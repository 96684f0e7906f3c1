"""An instrument file, TOML text, made into an Instrument or refused with the reason."""

import re
import tomllib
from dataclasses import replace
from types import MappingProxyType
from typing import TypeGuard, TypeVar, get_args

from backend.instruments.checks import check
from backend.instruments.instrument import Band, Given, Instrument, Item, Loinc, Role
from backend.instruments.table import FLAG, NUMBER, NUMBER_RANGE, TEXT, TEXTS, WHOLE, WHOLE_RANGE, Kind, Table, mistake

T = TypeVar("T")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read(text: str) -> Instrument:
    """Return the instrument a file describes.

    ValueError names the slug, the field, what was found and what was expected. The shipped files in `data/` show the
    form: plain fields first, then a table of anchors and one table with `value` and `source` for each threshold.
    """
    table = _opened(text)
    instrument = _built(table)
    translations = _translations(table, instrument)
    table.close()
    for one in (instrument, *translations.values()):
        check(one)
    return replace(instrument, translations=MappingProxyType(translations))


class _Thresholds:
    """Takes numbers from tables of `value` and `source`, and keeps the sources under the numbers' names."""

    def __init__(self, table: Table) -> None:
        self.basis: dict[str, str] = {}
        self._table = table

    def take(self, name: str, kind: Kind[T]) -> T | None:
        inner = self._table.maybe_table(name)
        if inner is None:
            return None
        self.basis[name] = inner.need("source", TEXT)
        return inner.need("value", kind)


def _opened(text: str) -> Table:
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ValueError(f"instrument file: not TOML, {problem}") from problem
    slug = Table("instrument file", entries).need("slug", TEXT)
    if not _SLUG.fullmatch(slug):
        raise mistake("instrument file", "slug", slug, "lower-case letters and digits, joined by single hyphens")
    return Table(slug, entries)


def _built(table: Table) -> Instrument:
    answer_minimum, answer_maximum = table.need("answer_range", WHOLE_RANGE)
    loinc = table.maybe_table("loinc")
    thresholds = _Thresholds(table)
    return Instrument(
        slug=table.need("slug", TEXT),
        version=table.need("version", WHOLE),
        order=table.need("order", WHOLE),
        title=table.need("title", TEXT),
        role=table.need("role", _ROLE),
        recall=table.need("recall", TEXT),
        recall_hours=table.need("recall_hours", NUMBER),
        stem=table.maybe("stem", TEXT),
        items=_items(table, loinc),
        answer_minimum=answer_minimum,
        answer_maximum=answer_maximum,
        anchors=MappingProxyType(table.table("anchors").texts_by_number()),
        baseline_window_hours=_baseline_window(table),
        minimum_baseline=thresholds.take("minimum_baseline", NUMBER),
        reliable_change=thresholds.take("reliable_change", NUMBER),
        mcid=thresholds.take("mcid", NUMBER),
        unsettled_baseline_change=thresholds.take("unsettled_baseline_change", NUMBER),
        flag_from=thresholds.take("flag_from", WHOLE),
        prorate_from=thresholds.take("prorate_from", WHOLE),
        basis=MappingProxyType(thresholds.basis),
        bands=_bands(table),
        given=_given(table),
        label=table.maybe("label", TEXT),
        loinc=None if loinc is None else _loinc(loinc, range(answer_minimum, answer_maximum + 1)),
        licence=table.need("licence", TEXT),
        sources=_sources(table),
    )


def _is_role(entry: object) -> TypeGuard[Role]:
    return entry in get_args(Role)


_ROLE = Kind("one of " + ", ".join(get_args(Role)), _is_role)


def _items(table: Table, loinc: Table | None) -> tuple[Item, ...]:
    texts = table.need("items", TEXTS)
    codes = None if loinc is None else loinc.maybe("items", TEXTS)
    if codes is None:
        return tuple(map(Item, texts))
    if len(codes) != len(texts):
        raise mistake(table.slug, "loinc.items", codes, f"{len(texts)} codes, one per item")
    return tuple(map(Item, texts, codes))


def _loinc(table: Table, values: range) -> Loinc:
    codes = table.maybe("answers", TEXTS)
    if codes is not None and len(codes) != len(values):
        raise mistake(table.slug, "loinc.answers", codes, f"{len(values)} codes, one per answer, lowest first")
    return Loinc(
        panel=table.maybe("panel", TEXT),
        total=table.maybe("total", TEXT),
        answers=MappingProxyType(dict(zip(values, codes or [], strict=False))),
    )


def _baseline_window(table: Table) -> tuple[float, float] | None:
    window = table.maybe("baseline_window_hours", NUMBER_RANGE)
    return None if window is None else (window[0], window[1])


def _given(table: Table) -> Given | None:
    given = table.maybe_table("given")
    if given is None:
        return None
    indications = given.maybe("indications", TEXTS)
    return Given(
        baseline=given.maybe("baseline", FLAG) or False,
        from_hours=given.maybe("from_hours", NUMBER),
        until_hours=given.maybe("until_hours", NUMBER),
        every_weeks=given.maybe("every_weeks", WHOLE),
        indications=() if indications is None else tuple(indications),
    )


def _bands(table: Table) -> tuple[Band, ...]:
    bands = table.maybe_table("bands")
    if bands is None:
        return ()
    source = bands.need("source", TEXT)
    return tuple(
        Band(row.need("minimum", WHOLE), row.need("maximum", WHOLE), row.need("label", TEXT), source)
        for row in bands.tables("ranges")
    )


def _translations(table: Table, instrument: Instrument) -> dict[str, Instrument]:
    """Return the instrument in other words, by language."""
    languages = table.maybe_table("translations")
    if languages is None:
        return {}
    return {code: _translated(languages.table(code), code, instrument) for code in languages.names()}


def _translated(table: Table, code: str, instrument: Instrument) -> Instrument:
    texts = table.need("items", TEXTS)
    if len(texts) != len(instrument.items):
        raise mistake(table.slug, f"translations.{code}.items", texts, f"{len(instrument.items)} texts, one per item")
    anchors = table.table("anchors").texts_by_number()
    if anchors.keys() != instrument.anchors.keys():
        raise mistake(
            table.slug, f"translations.{code}.anchors", anchors, f"the keys {', '.join(map(str, instrument.anchors))}"
        )
    stem = table.maybe("stem", TEXT)
    if (stem is None) != (instrument.stem is None):
        raise mistake(
            table.slug, f"translations.{code}.stem", stem, "a text where the original has one, none elsewhere"
        )
    return replace(
        instrument,
        language=code,
        title=table.maybe("title", TEXT) or instrument.title,
        recall=table.need("recall", TEXT),
        stem=stem,
        items=tuple(replace(item, text=text) for item, text in zip(instrument.items, texts, strict=True)),
        anchors=MappingProxyType(anchors),
        label=table.maybe("label", TEXT),
        wording=table.need("source", TEXT),
    )


def _sources(table: Table) -> MappingProxyType[str, str]:
    sources = table.maybe_table("sources")
    return MappingProxyType({} if sources is None else sources.texts_by_key())
