"""Patients, samples and cohorts to test the analysis with: builders for those of a sentence, strategies for any."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import inf
from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from backend.analysis.cohorts.cells import Cells, Spans
from backend.analysis.cohorts.population import Population, populations
from backend.analysis.cohorts.response import Curves, InResponse, in_response
from backend.analysis.intervals.npmle import Npmle, npmle
from backend.analysis.intervals.squarem import Squarem
from backend.analysis.intervals.support import Support, checked, innermost
from backend.analysis.outcomes.episodes import Episodes
from backend.analysis.outcomes.kernel import Outcomes, Status, outcomes_of
from backend.analysis.outcomes.rules import RULE_SETS, RuleSet
from backend.analysis.outcomes.study import Labelled, Series, Study, episodes_per_course, episodes_per_treatment
from backend.analysis.outcomes.table import outcome_table
from backend.analysis.schedule import Protocol
from backend.analysis.simulation import Simulated
from tests.analysis.plain_loop import Dose, Rating

MICROSECONDS_PER_HOUR = 3_600_000_000
MINIMUM_BASELINE = 4
LARGEST_GAP = 1e-8  # what every estimate is held to
NRS = Series(MINIMUM_BASELINE, baseline_window_hours=24, unsettled_change=3)
PER_UNIT: dict[str, Callable[..., Labelled]] = {"treatment": episodes_per_treatment, "course": episodes_per_course}
REASONS = ("planned", "symptoms_returned", "")

Patient = Sequence[Dose]


# One patient


def dose(baseline, *later, start=0.0, reason="") -> Dose:
    """A dose with one baseline an hour before it, unless None, and pairs of hours and score after it."""
    before = () if baseline is None else (Rating(-1.0, baseline),)
    return Dose(float(start), before + tuple(Rating(float(hours), score) for hours, score in later), reason)


def with_rating(patient: Patient, hours: float, score: float, at: int = 0) -> list[Dose]:
    """The same patient with one more rating, listed under the dose at that place."""
    return [
        replace(one, ratings=(*one.ratings, Rating(hours, score))) if place == at else one
        for place, one in enumerate(patient)
    ]


def rescored(patient: Patient, factor: int, parts: int = 1) -> list[Dose]:
    """The same patient with every score times the factor and divided by the parts of a point."""
    return [
        replace(
            one,
            ratings=tuple(r if r.score is None else replace(r, score=r.score * factor / parts) for r in one.ratings),
        )
        for one in patient
    ]


def study(*patients: Patient, first_instant_us: int = 0) -> Study:
    """What was done and rated; hour 0 of every patient's clock is the first instant."""
    doses = [
        (patient, number, one) for patient, all_of_one in enumerate(patients) for number, one in enumerate(all_of_one)
    ]
    rows = [(at, rating) for at, (_, _, one) in enumerate(doses) for rating in one.ratings]
    treatments = pd.DataFrame(
        {
            "patient": [patient for patient, _, _ in doses],
            "treatment": [number for _, number, _ in doses],
            "started_us": [first_instant_us + round(one.start_hours * MICROSECONDS_PER_HOUR) for _, _, one in doses],
            "redose_reason": [one.redose_reason for _, _, one in doses],
        }
    )
    ratings = pd.DataFrame(
        {
            "at": np.array([at for at, _ in rows], dtype=np.int64),
            "instrument": "nrs-anxiety",
            "hours": np.array([rating.hours for _, rating in rows], dtype=float),
            "score": np.array([math.nan if r.score is None else r.score for _, r in rows], dtype=float),
            "flags": np.zeros(len(rows), dtype=np.int64),
        }
    )
    return Study(treatments, ratings)


def conclusions(of: Study, rules: RuleSet, unit: str = "treatment", series: Series = NRS) -> pd.DataFrame:
    """The outcome table of a study, one row for each patient and treatment or course, in that order."""
    labelled = PER_UNIT[unit](of, {"nrs-anxiety": series})
    table = outcome_table(of, labelled, outcomes_of(labelled.episodes, rules), rules.name)
    return table.sort_values(["patient", "treatment"], ignore_index=True)


class Conclusion(NamedTuple):
    """What was concluded of one first treatment or course; spans are (nan, nan) where there is none."""

    status: str
    onset: tuple[float, float]
    loss: tuple[float, float]
    loss_e2: tuple[float, float]
    duration: tuple[float, float]


def first_conclusions(
    *patients: Patient, rules: RuleSet, unit: str = "treatment", series: Series = NRS
) -> list[Conclusion]:
    """Conclude the first treatment or course of each patient; every one must have a rating there."""
    of = study(*patients)
    labelled = PER_UNIT[unit](of, {"nrs-anxiety": series})
    found = outcomes_of(labelled.episodes, rules)
    row = {treatment: number for number, treatment in enumerate(labelled.labels["treatment"])}
    firsts = np.cumsum([0, *(len(patient) for patient in patients)])[:-1]
    return [conclusion_at(found, row[first]) for first in firsts]


def conclusion_at(found: Outcomes, row: int) -> Conclusion:
    """One entry of the outcomes."""
    spans = {
        "onset": (found.onset_lower, found.onset_upper),
        "loss": (found.loss_lower, found.loss_upper),
        "loss_e2": (found.loss_lower, found.loss_upper_e2),
        "duration": (found.duration_lower, found.duration_upper),
    }
    ends = {name: (float(lower[row]), float(upper[row])) for name, (lower, upper) in spans.items()}
    return Conclusion(Status(found.status[row]).name, **ends)


# One draw a rating keeps examples cheap; few times make equal instants, repeated scores and windows' edges common.
HOURS_AFTER = [*(quarters / 4 for quarters in range(1, 20)), 1.1, 5.3, 24.0, 47.9999999, 72.0, 120.0]
HOURS_AFTER += [168.0 * week for week in range(1, 7)] + [168.5, 240.0, 335.75, 408.25, 600.0, 2100.125]
HOURS_BEFORE = [0.0, -0.25, -1.0, -23.75, -24.0, -24.25, -100.0]
SCORES = range(11)
WAITS = [168.0, 336.0, 336.25, 48.0, 1.0, 3.5, 100.0, 240.0, 700.0]
scores = st.integers(0, 10)
rule_sets = st.sampled_from(
    [
        *RULE_SETS.values(),
        replace(RULE_SETS["R50C-L50"], confirm_within_hours=100.0),
        replace(RULE_SETS["R50F-L50"], losses_in_a_row=2),
    ]
)
units = st.sampled_from(sorted(PER_UNIT))
ratings_after = st.sampled_from([Rating(hours, score) for hours in HOURS_AFTER for score in SCORES])
any_ratings = st.sampled_from(
    [Rating(hours, score) for hours in [*HOURS_AFTER, *HOURS_BEFORE * 2] for score in [*SCORES, None]]
)
ONE_MORE = [(wait, reason) for wait in WAITS for reason in REASONS]
next_doses = st.one_of(  # as many with none as with one and with two
    st.just(()), st.sampled_from([(dose,) for dose in ONE_MORE]), st.sampled_from(list(product(ONE_MORE, repeat=2)))
)


@st.composite
def patients(draw) -> list[Dose]:
    """Anybody: with or without baseline, out of order, at equal instants, with ratings after the next dose."""
    return [Dose(0.0, tuple(draw(st.lists(any_ratings, max_size=8)))), *draw(later_doses())]


@st.composite
def rated_patients(draw) -> list[Dose]:
    """Somebody whose first dose has one baseline worth evaluating and a rating after it, mostly before the next."""
    baseline = Rating(-1.0, draw(st.integers(MINIMUM_BASELINE, 10)))
    return [Dose(0.0, (baseline, *draw(st.lists(ratings_after, min_size=1, max_size=8)))), *draw(later_doses())]


@st.composite
def later_doses(draw) -> list[Dose]:
    """The doses after the first, with ratings of any kind."""
    doses, start = [], 0.0
    for wait, reason in draw(next_doses):
        start += wait
        doses.append(Dose(start, tuple(draw(st.lists(any_ratings, max_size=4))), reason))
    return doses


def relieved(patient: Patient) -> list[Dose]:
    """The same patient, but without any anxiety at a quarter and at half an hour: in response by every rule set."""
    return with_rating(with_rating(patient, 0.25, 0), 0.5, 0)


relieved_patients = rated_patients().map(relieved)


# Samples of waiting times


class Sample(NamedTuple):
    """Observations `(left, right]`, exact where equal, with whole-number weights."""

    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, *spans, weight=None) -> "Sample":
        """Pairs of ends, of weight 1 unless others are given."""
        ends = np.array(spans, dtype=float).reshape(-1, 2)
        return cls(ends[:, 0], ends[:, 1], np.ones(len(ends)) if weight is None else np.array(weight, dtype=float))

    def __add__(self, other: "Sample") -> "Sample":
        """Both together."""
        return Sample(*(np.concatenate(columns) for columns in zip(self, other, strict=True)))

    def take(self, rows) -> "Sample":
        """The chosen rows in the chosen order."""
        return Sample(*(column[rows] for column in self))

    @property
    def support(self) -> Support:
        """Its innermost intervals."""
        return innermost(*checked(*self))


NOBODY_KNOWS = (0.0, inf)
ANY_TIMES = 16_000  # eighths of an hour


def _any_span(code: int) -> tuple[float, float]:
    """One of the spans between times that hardly ever meet; one in five is exact, one in five has no end."""
    code, kind = divmod(code, 5)
    first, second = sorted(time / 8 for time in divmod(code, ANY_TIMES))
    return first, (first, inf, second, second, second)[kind]


GRID = (0.0, 1.0, 2.0, 3.0, 4.0, 168.0, inf)
grid_spans = st.sampled_from([(left, right) for right in GRID for left in GRID if left < right])
exact_spans = st.sampled_from([(time, time) for time in GRID[:-1]])
any_spans = st.integers(0, 5 * ANY_TIMES**2 - 1).map(_any_span)


def samples_of(spans, most=10) -> st.SearchStrategy[Sample]:
    """Samples of at least one such span."""
    return st.lists(spans, min_size=1, max_size=most).map(lambda drawn: Sample.of(*drawn))


grid_samples = samples_of(grid_spans)
samples = st.one_of(grid_samples, samples_of(st.one_of(grid_spans, exact_spans)), samples_of(any_spans))


@st.composite
def weighted_samples(draw) -> Sample:
    """Any sample with weights from 1 to 5."""
    sample = draw(samples)
    weight = [draw(st.integers(1, 5)) for _ in sample.left]
    return sample._replace(weight=np.array(weight, dtype=float))


right_censored = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=15)


def fit(sample: Sample) -> Npmle:
    """Its estimate."""
    return npmle(*sample)


def times_around(*fits: Npmle) -> np.ndarray:
    """Every finite support end of some estimates, with times before, between and after them."""
    ends = np.unique(np.concatenate([[0.0], *((one.left, one.right) for one in fits)], axis=None))
    ends = ends[np.isfinite(ends)]
    return np.sort(np.concatenate([ends, (ends[1:] + ends[:-1]) / 2, ends[-1:] + 1]))


def squarem(sample: Sample, tolerance: float = LARGEST_GAP) -> Squarem:
    """Accelerated EM of one sample on all its innermost intervals, before the first round."""
    support = sample.support
    number = np.arange(len(support.left))[:, np.newaxis]
    cover = ((support.first <= number) & (number < support.stop)).astype(float)
    return Squarem(support.weight[:, np.newaxis], cover, np.ones((len(number), 1), dtype=bool), tolerance)


def cumulated(mass: np.ndarray) -> np.ndarray:
    """F at both ends of every innermost interval, as `Support` takes it."""
    return np.concatenate([[0.0], np.cumsum(mass)[:-1], [1.0]])


def mass_on(support: Support, found: Npmle) -> np.ndarray:
    """The mass of every innermost interval, also of those that an estimate leaves out because they have none."""
    carried = dict(zip(zip(found.left, found.right, strict=True), found.mass, strict=True))
    mass = np.array([carried.pop(interval, 0.0) for interval in zip(support.left, support.right, strict=True)])
    assert not carried  # no mass elsewhere
    return mass


def is_well_determined(sample: Sample, found: Npmle, margin: float = 3e-3) -> bool:
    """Tell whether every innermost interval clearly has mass, or would clearly lose likelihood by having some.

    Where it is neither, the likelihood is so flat that a gap of 1e-8 leaves a mass open by about its root, 1e-4.
    """
    support = sample.support
    mass = mass_on(support, found)
    gradient = support.gradient(cumulated(mass)) / support.n
    return bool(np.all((mass > margin) | (gradient < 1 - margin)))


def left_open(sample: Sample, found: Npmle) -> float:
    """How far apart a gap of 1e-8 leaves the masses of two estimates of one sample."""
    return 1e-6 if is_well_determined(sample, found) else 5e-4


# Cohorts


STEPS = len(GRID) - 1
SEEN = [
    (first, stop, loss_first, loss_stop)
    for stop in range(1, STEPS)
    for first in range(stop)
    for loss_first in range(stop, STEPS)
    for loss_stop in range(loss_first + 1, STEPS + 1)
]
NEVER_SEEN = [(first, STEPS, last, STEPS) for last in range(1, STEPS) for first in range(last + 1)]
# Onset and loss of one patient as numbers of grid times: relief is lost after it was seen, if it was.
rows_of_cells = st.lists(st.one_of(st.sampled_from(SEEN), st.sampled_from(NEVER_SEEN)), min_size=5, max_size=12)


def cells_of(rows) -> Cells:
    """Count such rows; the end of relief is counted from the same dose as its loss."""
    hours = np.array(GRID)[np.array(rows, dtype=np.int64).reshape(-1, 4)]
    onset, loss = Spans(hours[:, 0], hours[:, 1]), Spans(hours[:, 2], hours[:, 3])
    return Cells.counted(np.array(GRID), onset, loss, loss)


def counts_by_cell(cells: Cells) -> Mapping[tuple[int, ...], int]:
    """How often each combination of spans was seen."""
    ends = (cells.onset, cells.loss, cells.end)
    keys = zip(*(end.tolist() for event in ends for end in (event.first, event.stop)), strict=True)
    return dict(zip(keys, cells.count.tolist(), strict=True))


def in_response_of(cells: Cells) -> InResponse:
    """Its probability of being in response at the grid times."""
    hours, count = cells.hours, cells.count.astype(float)
    onset, end = (npmle(hours[event.first], hours[event.stop], count) for event in (cells.onset, cells.end))
    return in_response(hours[:-1], Curves.at(hours[:-1], onset), Curves.at(hours[:-1], end))


def episodes(of: Study, unit: str = "treatment") -> Episodes:
    """Its episodes of the only instrument."""
    return PER_UNIT[unit](of, {"nrs-anxiety": NRS}).episodes


def population(of: Study, rules: RuleSet, protocol: Protocol, unit: str = "treatment") -> Population:
    """Everybody of a study as one cohort."""
    (everyone,) = populations(of, PER_UNIT[unit](of, {"nrs-anxiety": NRS}), rules, protocol)
    return everyone


def simulated_study(simulated: Simulated) -> Study:
    """The ratings of simulated patients and, listed after everybody's first dose, the doses given for lost relief."""
    truth = simulated.truth
    again = truth.loc[np.isfinite(truth["redosed_hours"])]
    started = [np.zeros(len(truth)), again["redosed_hours"].to_numpy() * MICROSECONDS_PER_HOUR]
    treatments = pd.DataFrame(
        {
            "patient": np.concatenate([truth["patient"], again["patient"]]),
            "treatment": np.repeat(["1", "2"], [len(truth), len(again)]),
            "started_us": np.concatenate(started).astype(np.int64),
            "redose_reason": np.repeat(["", "symptoms_returned"], [len(truth), len(again)]),
        }
    )
    rated = simulated.ratings
    at = pd.Index(truth["patient"]).get_indexer(rated["patient"])
    columns = {"at": at, "hours": rated["hours"], "score": rated["score"].astype(float), "flags": 0}
    return Study(treatments, pd.DataFrame(columns).assign(instrument="nrs-anxiety"))
