"""A rating scale: what it asks, what its numbers mean and where they come from, and how answers become a score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Literal

LANGUAGE = "en"  # of every file; translations stand in tables of their own
Role = Literal["outcome", "flag", "change"]

HOURS_PER_WEEK = 7 * 24


@dataclass(frozen=True, slots=True)
class Item:
    """One question, in the words the patient reads."""

    text: str
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of totals, both ends included, with the citation of its cut-offs."""

    minimum: int
    maximum: int
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Loinc:
    """LOINC codes of the whole scale; those of the items stand on the items, answers are keyed by their value."""

    panel: str | None
    total: str | None
    answers: Mapping[int, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Given:
    """At which check-ins an instrument is asked: before the dose (`baseline`), and by hours since its start.

    After the dose it is asked from `from_hours` up to before `until_hours`, or with `every_weeks` at every so many
    weeks; `indications` limits it to treatments for these, none named means for all.
    """

    baseline: bool
    from_hours: float | None
    until_hours: float | None
    every_weeks: int | None
    indications: tuple[str, ...]

    def at(self, nominal_hours: float | None, indication: str) -> bool:
        """Tell whether it is asked at a check-in, None standing for one before the dose."""
        if self.indications and indication not in self.indications:
            return False
        if nominal_hours is None:
            return self.baseline
        if self.every_weeks is not None:
            return nominal_hours % (self.every_weeks * HOURS_PER_WEEK) == 0
        begun = self.from_hours is not None and nominal_hours >= self.from_hours
        return begun and (self.until_hours is None or nominal_hours < self.until_hours)


@dataclass(frozen=True, slots=True)
class Score:
    """What a set of answers is worth.

    `total` is None unless every item is answered. `prorated` is the mean answer times the number of items, unrounded;
    it exists only where `total` does not and the instrument allows it, and never enters an outcome.
    """

    total: int | None
    answered: int
    prorated: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A rating scale as its data file states it; higher totals are worse.

    Windows and recall are in hours. Thresholds are in points of the total and None where the file states none;
    `basis` maps the name of each to its citation or, marked "[design]", to the reason we chose it. Only instruments
    with the role "outcome" have a baseline window, so only they can have an onset or a loss.
    """

    slug: str
    version: int
    order: int  # place in lists shown to people
    title: str
    role: Role
    recall: str
    recall_hours: float
    stem: str | None  # read before the items, which complete it
    items: tuple[Item, ...]
    answer_minimum: int
    answer_maximum: int
    anchors: Mapping[int, str] = field(hash=False)
    baseline_window_hours: tuple[float, float] | None
    minimum_baseline: float | None
    reliable_change: float | None
    mcid: float | None
    unsettled_baseline_change: float | None
    flag_from: int | None
    prorate_from: int | None  # answered items below which nothing is prorated
    basis: Mapping[str, str] = field(hash=False)
    bands: tuple[Band, ...]
    given: Given | None  # None: only where somebody chooses to ask it
    label: str | None  # shown wherever the instrument is named
    loinc: Loinc | None
    licence: str
    sources: Mapping[str, str] = field(hash=False)  # short citation -> full reference
    language: str = LANGUAGE  # of the texts that people read
    wording: str = ""  # where a translation's words come from, or that they are our own
    translations: "Mapping[str, Instrument]" = field(default_factory=dict, hash=False, repr=False)

    def in_language(self, code: str) -> "Instrument":
        """Return the instrument in the words of a language; as it is where there are none to be had."""
        return self.translations.get(code, self)

    @property
    def total_minimum(self) -> int:
        """Lowest possible total."""
        return len(self.items) * self.answer_minimum

    @property
    def total_maximum(self) -> int:
        """Highest possible total."""
        return len(self.items) * self.answer_maximum

    def score(self, answers: Sequence[int | None]) -> Score:
        """Score one answer per item, None where unanswered; a wrong count, type or range raises ValueError."""
        if len(answers) != len(self.items):
            raise ValueError(
                f"{self.slug} takes one answer per item ({len(self.items)}, None where unanswered), got {len(answers)}"
            )
        given = [self._checked(place, answer) for place, answer in enumerate(answers, start=1) if answer is not None]
        complete = len(given) == len(self.items)
        return Score(
            total=sum(given) if complete else None,
            answered=len(given),
            prorated=None if complete else self._prorated(given),
        )

    def check_total(self, total: float) -> None:
        """Raise ValueError unless `total`, read without its answers, is a total this instrument can have."""
        is_number = isinstance(total, Real) and not isinstance(total, bool)
        if not (is_number and self.total_minimum <= total <= self.total_maximum and total == int(total)):
            raise ValueError(
                f"{self.slug} totals are whole numbers from {self.total_minimum} to {self.total_maximum}, got {total!r}"
            )

    def band(self, total: float) -> Band | None:
        """Return the band of a total, None where the instrument has no bands; an impossible total raises ValueError."""
        self.check_total(total)
        return next((band for band in self.bands if band.minimum <= total <= band.maximum), None)

    def _checked(self, place: int, answer: object) -> int:
        if (
            isinstance(answer, int)
            and not isinstance(answer, bool)
            and self.answer_minimum <= answer <= self.answer_maximum
        ):
            return answer
        raise ValueError(
            f"{self.slug} item {place} takes a whole number from {self.answer_minimum} to {self.answer_maximum}, "
            f"got {answer!r}"
        )

    def _prorated(self, given: Sequence[int]) -> float | None:
        if self.prorate_from is None or len(given) < self.prorate_from:
            return None
        return sum(given) * len(self.items) / len(given)
