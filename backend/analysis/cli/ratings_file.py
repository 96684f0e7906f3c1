"""Turn a file of ratings into a study, checking every row at the door."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.analysis.arrays import Floats, Ints
from backend.analysis.cli.csv_file import CsvFile
from backend.analysis.cli.instants import AN_INSTANT, EARLIEST_US, NOT_AN_INSTANT, microseconds
from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.kernel import MICROSECONDS_PER_HOUR
from backend.analysis.outcomes.study import Series, Study, number_treatments
from backend.charts.model import LONGEST_HOURS
from backend.instruments import Instrument, known

DEFAULT_INSTRUMENT = "nrs-anxiety"
GROUP = "group"  # what the column of --by is called in a study, whatever its name in the file
INSTANTS = ("treated_at", "rated_at")
REDOSE_REASONS = ("", "planned", "symptoms_returned")
NO_GROUPS = ("patient", "hours", *INSTANTS, "score", "instrument")
HIGHEST_SCORE = 1e9
MOST_GROUPS = 50  # compared pair by pair, so what fifty take grows with the square


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """A study read from the file at `path`, its treatments with `GROUP` where cohorts are wanted.

    `series`: the instruments with outcomes; `set_aside`: ratings of others, by slug.
    """

    path: Path
    study: Study
    series: dict[str, Series]
    set_aside: dict[str, int]


def read_ratings(path: Path, *, by: str | None = None, minimum_baseline: float | None = None) -> RatingsFile:
    """Read RATINGS.csv; a file that cannot be used raises `BadInputError`, which names the line and the column.

    `by`: a column that must say the same in all rows of a treatment. `minimum_baseline`: for every instrument, and
    needed for those that Ebb does not know.
    """
    return _Door(CsvFile(path), by).study(minimum_baseline)


class _Door:
    """The rows of one file: `at` numbers the treatment of each row, `opening` is the first row of each treatment."""

    def __init__(self, file: CsvFile, by: str | None) -> None:
        self.file, self.by = file, by
        wanted = [] if by is None else [by]
        file.require("patient", "treatment", "score", *wanted)
        if by in NO_GROUPS:
            raise file.error("not for --by; expected a column that groups treatments", line=1, column=by)
        self.timed = self._has_instants()
        texts = {"patient", "treatment", "instrument", "redose_reason", *wanted} | set(INSTANTS if self.timed else ())
        self.table = file.table(
            texts=texts & set(file.columns), numbers={"score"} if self.timed else {"score", "hours"}
        )
        for name in ("patient", "treatment", "instrument"):
            if name in self.table:
                self._refuse_slips(name)
        self.at, self.opening = number_treatments(self._codes("patient"), self._codes("treatment"))

    def study(self, minimum_baseline: float | None) -> RatingsFile:
        columns: dict[str, NDArray[Any]] = {name: self._told(name) for name in ("patient", "treatment")}
        columns["redose_reason"] = self._redose_reasons()
        if self.timed:
            columns["started_us"], hours = self._started_and_hours()
            self._refuse_simultaneous(columns["patient"], columns["started_us"])
        else:
            hours = self.table["hours"].to_numpy(dtype=float)
        late = ~(np.abs(hours) <= LONGEST_HOURS)
        self.file.refuse(late, "rated_at" if self.timed else "hours", "a time within 20 years of the treatment")
        if self.by is not None:
            self._refuse_changes(self.by)
            columns[GROUP] = self._told(self.by)
            groups = len(self.table[self.by].cat.categories)
            if groups > MOST_GROUPS:
                raise self.file.error(f"{groups} groups; expected at most {MOST_GROUPS}", line=1, column=self.by)
        instrument = self._instruments()
        score = self._scores(instrument)
        series, set_aside = self._series(instrument, minimum_baseline)
        ratings = pd.DataFrame(
            {"at": self.at, "instrument": instrument, "hours": hours, "score": score, "flags": 0}, copy=False
        )
        ratings["flags"] = _acute(ratings)
        return RatingsFile(self.file.path, Study(pd.DataFrame(columns), ratings), series, set_aside)

    def _has_instants(self) -> bool:
        """Tell which of the two forms of time the file has, and insist on one whole one."""
        found = [name for name in INSTANTS if name in self.file.columns]
        if "hours" in self.file.columns:
            if found:
                raise self.file.error(f"stands beside {found[0]}; expected one form of time", line=1, column="hours")
            return False
        if not found:
            raise self.file.error("not in the header; expected it, or treated_at and rated_at", line=1, column="hours")
        self.file.require(*INSTANTS)
        return True

    def _refuse_slips(self, name: str) -> None:
        """Refuse names that are empty or have spaces around them: "P1 " is no other patient than "P1"."""
        names = self.table[name].cat.categories.tolist()
        if "" in names or "".join(names).split() != ["".join(names)]:
            slips = np.array([not text or text != text.strip() for text in names])
            self.file.refuse(slips[self._codes(name)], name, "a name without spaces around it")

    def _codes(self, name: str) -> Ints:
        return self.table[name].cat.codes.to_numpy().astype(np.int64)

    def _told(self, name: str) -> NDArray[np.object_]:
        """Return what a text column says of each treatment, in its first row."""
        return self.table[name].cat.categories.to_numpy(dtype=object)[self._codes(name)[self.opening]]

    def _started_and_hours(self) -> tuple[Ints, Floats]:
        """Return the start of every treatment in microseconds, and the hours since it of every row."""
        treated, rated = (self._microseconds(name) for name in INSTANTS)
        started = treated[self.opening]
        self.file.refuse(treated != started[self.at], "treated_at", "the same start in all rows of a treatment")
        return started, (rated - treated) / MICROSECONDS_PER_HOUR

    def _microseconds(self, name: str) -> Ints:
        categories = self.table[name].cat.categories.astype(str)
        instants = microseconds(pd.Series(categories))[self._codes(name)]
        self.file.refuse(instants == NOT_AN_INSTANT, name, AN_INSTANT)
        self.file.refuse(instants < EARLIEST_US, name, "an instant in or after the year 2000")
        return instants

    def _redose_reasons(self) -> NDArray[np.object_]:
        if "redose_reason" not in self.table:
            return np.full(len(self.opening), "", dtype=object)
        known_reason = self.table["redose_reason"].cat.categories.isin(REDOSE_REASONS)
        strange = ~known_reason[self._codes("redose_reason")]
        self.file.refuse(strange, "redose_reason", "planned, symptoms_returned or nothing")
        self._refuse_changes("redose_reason")
        return self._told("redose_reason")

    def _refuse_changes(self, name: str) -> None:
        codes = self._codes(name)
        self.file.refuse(codes != codes[self.opening][self.at], name, "the same in all rows of a treatment")

    def _refuse_simultaneous(self, patient: NDArray[np.object_], started: Ints) -> None:
        again = pd.DataFrame({"patient": patient, "started": started}).duplicated().to_numpy()
        if again.any():
            row = int(self.opening[np.argmax(again)])
            raise self.file.error_at(row, "treated_at", "two treatments of one patient start at once; expected one")

    def _instruments(self) -> "pd.Categorical[str]":
        """Return the instrument of every row, in order of first appearance."""
        if "instrument" not in self.table:
            return pd.Categorical.from_codes(np.zeros(len(self.table), dtype=np.int64), pd.Index([DEFAULT_INSTRUMENT]))
        codes, first_seen = pd.factorize(self._codes("instrument"))
        slugs = pd.Index([str(slug) for slug in self.table["instrument"].cat.categories[first_seen]])
        return pd.Categorical.from_codes(codes, slugs)

    def _scores(self, instrument: "pd.Categorical[str]") -> Floats:
        score = self.table["score"].to_numpy(dtype=float) + 0.0  # which makes -0.0 a plain 0
        self.file.refuse(~((score >= 0) & (score <= HIGHEST_SCORE)), "score", f"a number from 0 to {HIGHEST_SCORE:.0f}")
        codes = instrument.codes
        for number, slug in enumerate(instrument.categories):
            scale = _KNOWN.get(slug)
            if scale is not None:
                outside = (score < scale.total_minimum) | (score > scale.total_maximum) | (score != np.rint(score))
                expected = f"a whole number from {scale.total_minimum} to {scale.total_maximum} for {slug}"
                self.file.refuse((codes == number) & outside, "score", expected)
        return score

    def _series(
        self, instrument: "pd.Categorical[str]", minimum_baseline: float | None
    ) -> tuple[dict[str, Series], dict[str, int]]:
        series, set_aside = {}, {}
        for number, slug in enumerate(instrument.categories):
            scale = _KNOWN.get(slug)
            if scale is None:
                if minimum_baseline is None:
                    row = int(np.argmax(instrument.codes == number))
                    known_ones = ", ".join(_KNOWN)
                    raise self.file.unexpected(row, "instrument", f"one of {known_ones}, or --min-baseline with it")
                series[slug] = Series(minimum_baseline)
            elif scale.role == "outcome":
                series[slug] = Series.of(scale, minimum_baseline)
            else:
                set_aside[slug] = int((instrument.codes == number).sum())
        if not series:
            with_outcomes = [slug for slug, scale in _KNOWN.items() if scale.role == "outcome"]
            self.file.refuse(instrument.codes >= 0, "instrument", f"some ratings of {', '.join(with_outcomes)}")
        return series, set_aside


_KNOWN: dict[str, Instrument] = {scale.slug: scale for scale in known()}


def _acute(ratings: pd.DataFrame) -> Ints:
    """Return the flag of ratings at whose instant the patient also felt unreal or sleepy."""
    flags = np.zeros(len(ratings), dtype=np.int64)
    for slug, scale in _KNOWN.items():
        if scale.flag_from is None or slug not in ratings["instrument"].cat.categories:
            continue
        felt = ratings[(ratings["instrument"] == slug) & (ratings["score"] >= scale.flag_from)]
        same_instant = pd.MultiIndex.from_frame(ratings[["at", "hours"]]).isin(
            pd.MultiIndex.from_frame(felt[["at", "hours"]])
        )
        flags[same_instant] |= Flag.during_acute_effects
    return flags
