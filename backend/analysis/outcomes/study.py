"""Ratings and treatments as two tables, and the episodes that they make, per treatment or per course."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.outcomes.episodes import EpisodeColumns, Episodes, RatingColumns, episodes_of
from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.kernel import MICROSECONDS_PER_HOUR
from backend.analysis.schedule import COURSE_GAP_HOURS
from backend.instruments import Instrument

UNKNOWN_BASELINE_WINDOW_HOURS = 7 * 24  # [design] for series of instruments that Ebb does not know


@dataclass(frozen=True, slots=True)
class Series:
    """What the estimator has to know of one instrument."""

    minimum_baseline: float
    baseline_window_hours: float = UNKNOWN_BASELINE_WINDOW_HOURS
    unsettled_change: float = np.inf
    recall_hours: float = 0.0

    @classmethod
    def of(cls, instrument: Instrument, minimum_baseline: float | None = None) -> "Series":
        """Return the rules of a known instrument, with its own smallest baseline unless another is given."""
        smallest = instrument.minimum_baseline if minimum_baseline is None else minimum_baseline
        window, change = instrument.baseline_window_hours, instrument.unsettled_baseline_change
        if smallest is None or window is None:
            raise ValueError(f"{instrument.slug} has no baseline, so no onset and no loss")
        return cls(
            minimum_baseline=smallest,
            baseline_window_hours=-window[0],
            unsettled_change=np.inf if change is None else change,
            recall_hours=instrument.recall_hours,
        )


@dataclass(frozen=True, slots=True)
class Study:
    """What was done and what was rated.

    `treatments`: one row each, with `patient`, `treatment` and, where known, `started_us` (microseconds on any one
    clock) and `redose_reason`. `ratings`: one row each, with `at` (row number in `treatments`), `instrument`,
    `hours` since the start of that treatment, `score` (nan where there is no total) and `flags` (bits of `Flag`).
    """

    treatments: pd.DataFrame
    ratings: pd.DataFrame

    @property
    def has_starts(self) -> bool:
        """Tell whether treatments of one patient can be put in order of time."""
        return "started_us" in self.treatments

    def index_treatments(self) -> Ints:
        """Return the row number of each patient's first treatment."""
        order = self.treatments
        if self.has_starts:
            order = order.sort_values("started_us", kind="stable")
        return np.sort(order.index.to_numpy()[~order["patient"].duplicated().to_numpy()])


def study_of(table: pd.DataFrame, instrument: str) -> Study:
    """Return the study in a table of ratings of one instrument: `patient, treatment, hours, score`.

    `hours` count from the start of the row's own treatment; treatments are taken as unrelated to each other.
    """
    at, opening = number_treatments(table["patient"].to_numpy(), table["treatment"].to_numpy())
    ratings = table[["hours", "score"]].assign(
        at=at, flags=0, instrument=pd.Categorical.from_codes(np.zeros(len(at), dtype=np.int64), pd.Index([instrument]))
    )
    return Study(table[["patient", "treatment"]].iloc[opening].reset_index(drop=True), ratings)


def number_treatments(patient: NDArray[Any], treatment: NDArray[Any]) -> tuple[Ints, Ints]:
    """Return which treatment each row is of, numbered by first appearance, and the first row of each treatment.

    Rows of one treatment mostly stand together, so only the first of each run is looked up.
    """
    opens = np.append(True, (patient[1:] != patient[:-1]) | (treatment[1:] != treatment[:-1]))[: len(patient)]
    runs = np.flatnonzero(opens)
    patient_code, _ = pd.factorize(patient[runs])
    treatment_code, treatments = pd.factorize(treatment[runs])
    code, found = pd.factorize(patient_code * len(treatments) + treatment_code)
    first = np.empty(len(found), dtype=np.int64)
    first[code[::-1]] = runs[::-1]
    return np.repeat(code, np.diff(np.append(runs, len(patient)))), first


@dataclass(frozen=True, slots=True)
class Labelled:
    """Episodes with what they are of: `treatment` (row number of the first one) and `instrument`, one row each."""

    episodes: Episodes
    labels: pd.DataFrame


def episodes_per_treatment(study: Study, series: Mapping[str, Series], *, exclude_flagged: bool = False) -> Labelled:
    """Return one episode for each treatment and instrument, in order of first appearance.

    Without `started_us`, treatments are taken as unrelated: none ends the follow-up of another.
    """
    return _episodes(study, _treatments_alone(study), series, exclude_flagged=exclude_flagged)


def episodes_per_course(study: Study, series: Mapping[str, Series], *, exclude_flagged: bool = False) -> Labelled:
    """Return one episode for each course and instrument; a course is named by its first treatment."""
    if not study.has_starts:
        raise ValueError("courses need the start of every treatment")
    return _episodes(study, _courses(study), series, exclude_flagged=exclude_flagged)


@dataclass(frozen=True, slots=True)
class _Units:
    """Which unit each treatment belongs to, by the row number of the unit's first treatment.

    `offset_us`: from the unit's first dose to this one. The rest is one entry a treatment, true of its whole unit.
    """

    first: Ints
    offset_us: Ints
    last_dose_us: Ints
    next_dose_us: Floats
    next_for_symptoms: Bools


def _treatments_alone(study: Study) -> _Units:
    count = len(study.treatments)
    none = np.zeros(count, dtype=np.int64)
    if not study.has_starts:
        return _Units(np.arange(count), none, none, np.full(count, np.inf), none.astype(bool))
    return _units(study, joins=np.zeros(count, dtype=bool))


def _courses(study: Study) -> _Units:
    ordered = study.treatments.sort_values(["patient", "started_us"], kind="stable")
    waited = ordered["started_us"].diff() <= COURSE_GAP_HOURS * MICROSECONDS_PER_HOUR
    same_patient = ordered["patient"].eq(ordered["patient"].shift())
    return _units(study, joins=(same_patient & waited & ordered["redose_reason"].eq("planned")).to_numpy())


def _units(study: Study, joins: Bools) -> _Units:
    """Gather treatments into units; `joins`, by patient and time, says which continue the unit before them."""
    ordered = study.treatments.sort_values(["patient", "started_us"], kind="stable")
    start = ordered["started_us"].to_numpy()
    same_patient = ordered["patient"].eq(ordered["patient"].shift()).to_numpy()
    if np.any(same_patient[1:] & (np.diff(start) == 0)):
        raise ValueError("two treatments of one patient start at the same instant")
    opens = np.flatnonzero(~joins)
    closes = np.append(opens[1:], len(start)) - 1
    followed = np.append(same_patient[1:], False)[closes]
    next_row = np.where(followed, closes + 1, 0)
    for_symptoms = followed & ordered["redose_reason"].eq("symptoms_returned").to_numpy()[next_row]
    unit = np.cumsum(~joins) - 1
    back = np.argsort(ordered.index.to_numpy())  # from the order of time to the order of the table
    return _Units(
        first=ordered.index.to_numpy()[opens[unit]][back],
        offset_us=(start - start[opens[unit]])[back],
        last_dose_us=(start[closes] - start[opens])[unit][back],
        next_dose_us=np.where(followed, (start[next_row] - start[opens]).astype(float), np.inf)[unit][back],
        next_for_symptoms=for_symptoms[unit][back],
    )


def _episodes(study: Study, units: _Units, series: Mapping[str, Series], *, exclude_flagged: bool) -> Labelled:
    ratings = study.ratings
    slugs = list(series)
    kind = _place_among(slugs, ratings["instrument"])
    if (kind < 0).any():
        ratings, kind = ratings[kind >= 0], kind[kind >= 0]
    at = ratings["at"].to_numpy()
    episode, found = pd.factorize(units.first[at] * len(slugs) + kind)
    unit, kind_of_episode = found // len(slugs), found % len(slugs)
    hours = ratings["hours"].to_numpy()
    since_origin = hours
    if units.offset_us.any():
        offset = units.offset_us[at]
        moved = np.rint(hours * MICROSECONDS_PER_HOUR + offset) / MICROSECONDS_PER_HOUR
        since_origin = np.where(offset == 0, hours, moved)
    columns = RatingColumns(
        episode=episode,
        hours=since_origin,
        hours_since_dose=hours,
        score=ratings["score"].to_numpy(dtype=float),
        flags=ratings["flags"].to_numpy() | _looking_back(hours, kind, list(series.values())),
        first_dose=units.first[at] == at,
    )
    about = EpisodeColumns(
        minimum_baseline=_per_kind(series, "minimum_baseline")[kind_of_episode],
        baseline_window_hours=_per_kind(series, "baseline_window_hours")[kind_of_episode],
        unsettled_change=_per_kind(series, "unsettled_change")[kind_of_episode],
        follow_up_hours=units.next_dose_us[unit] / MICROSECONDS_PER_HOUR,
        next_for_symptoms=units.next_for_symptoms[unit],
        last_dose_hours=units.last_dose_us[unit] / MICROSECONDS_PER_HOUR,
    )
    labels = pd.DataFrame(
        {"treatment": unit, "instrument": pd.Categorical.from_codes(kind_of_episode, pd.Index(slugs))}
    )
    return Labelled(episodes_of(columns, about, exclude_flagged=exclude_flagged), labels)


def _place_among(slugs: list[str], instrument: pd.Series) -> Ints:
    """Return the place of every row's instrument among some slugs, -1 for any other instrument."""
    named = instrument.astype("category").cat
    return pd.Index(slugs).get_indexer(named.categories)[named.codes].astype(np.int64)


def _per_kind(series: Mapping[str, Series], name: str) -> Floats:
    return np.array([getattr(one, name) for one in series.values()], dtype=float)


def _looking_back(hours: Floats, kind: Ints, series: list[Series]) -> Ints:
    """Return the flag of ratings whose recall window reaches back over the dose."""
    recall = np.array([one.recall_hours for one in series])
    if not recall.any():
        return np.zeros(len(hours), dtype=np.int64)
    return np.where((hours > 0) & (hours < recall[kind]), int(Flag.lookback_overlaps_dose), 0)
