"""The estimators of interval-censored times, from a clinic's size to a country's."""

from collections.abc import Callable

import numpy as np

from backend.analysis.arrays import Floats, Ints
from backend.analysis.intervals.npmle import GAP_TOLERANCE, npmle
from backend.analysis.intervals.resampled import resampled_npmle
from backend.analysis.outcomes.kernel import outcomes_of
from backend.analysis.outcomes.rules import rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment, study_of
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from backend.instruments import get
from benchmarks.measure import Measured, beside

INSTRUMENT = "nrs-anxiety"
GRID_STEPS = 17  # 16 check-ins of hourly-weekly, and never
RESAMPLES = 1000
EVENTS = ("onset", "loss")
Spans = tuple[Floats, Floats]


def simulated_spans(treatments: int) -> dict[str, Spans]:
    """Return onset and loss spans at actual, distinct times, of as many evaluable treatments."""
    study = study_of(simulate(treatments + treatments // 10, protocol("hourly-weekly"), seed=2).ratings, INSTRUMENT)
    episodes = episodes_per_treatment(study, {INSTRUMENT: Series.of(get(INSTRUMENT))}).episodes
    found = outcomes_of(episodes, rule_set("R50F-L50"))
    rated = np.flatnonzero(found.reason == 0)[:treatments]
    unseen = np.isnan(found.loss_lower)
    lower, upper = np.where(unseen, found.last_rating, found.loss_lower), np.where(unseen, np.inf, found.loss_upper)
    return {"onset": (found.onset_lower[rated], found.onset_upper[rated]), "loss": (lower[rated], upper[rated])}


def on_grid(spans: Spans) -> tuple[Ints, Ints]:
    """Return spans moved outwards to the 16 check-ins, as numbers of grid times."""
    nominal = protocol("hourly-weekly").nominal_hours
    first = np.searchsorted(nominal, spans[0], side="right")
    return first, np.maximum(np.searchsorted(nominal, spans[1]) + 1, first + 1)


def certified(left: Floats, right: Floats, weight: Floats | None = None) -> None:
    """Estimate, and insist on the certificate."""
    gap = npmle(left, right, weight).gap
    if gap > GAP_TOLERANCE:
        raise AssertionError(f"gap {gap} is above {GAP_TOLERANCE}")


def sorting(spans: Spans) -> tuple[str, Callable[[], object]]:
    """Return the floor of everything that has to look at both ends of every span."""
    ends = np.concatenate(spans)
    return "sorting the ends", lambda: np.sort(ends)


def measure() -> list[Measured]:
    """Measure estimates of one sample and of many resamples."""
    spans = simulated_spans(100_000)
    return [*_distinct_times(spans), *_exact(spans), *_grid(spans), *_resampled(spans)]


def _distinct_times(spans: dict[str, Spans]) -> list[Measured]:
    return [
        beside(
            f"NPMLE of {event}, n = {n:,}, distinct times",
            lambda left=spans[event][0][:n], right=spans[event][1][:n]: certified(left, right),
            sorting((spans[event][0][:n], spans[event][1][:n])),
            target_seconds=seconds,
            limit=200,
        )
        for n, seconds in ((10_000, 0.1), (100_000, 1.0))
        for event in EVENTS
    ]


def _exact(spans: dict[str, Spans]) -> list[Measured]:
    left, right = spans["loss"]
    exact = np.where(np.isfinite(right), right, left)
    known = (exact, np.where(np.isfinite(right), right, np.inf))
    name = f"NPMLE, n = {len(left):,}, exact and right-censored"
    return [beside(name, lambda: certified(*known), sorting(known), target_seconds=1.0, limit=200)]


def _grid(spans: dict[str, Spans]) -> list[Measured]:
    first, stop = on_grid(spans["loss"])
    many = np.random.default_rng(3).integers(0, len(first), 1_000_000)
    left, right = first[many].astype(float), np.where(stop[many] == GRID_STEPS, np.inf, stop[many].astype(float))
    pairs, counts = np.unique(np.column_stack([left, right]), axis=0, return_counts=True)
    weight = counts.astype(float)
    return [
        beside(
            "NPMLE, 1,000,000 subjects on a 16-point grid",
            lambda: certified(left, right),
            sorting((left, right)),
            target_seconds=0.2,
            limit=20,
        ),
        beside(
            "the same from counts",
            lambda: certified(pairs[:, 0], pairs[:, 1], weight),
            _em_step(pairs[:, 0], np.nan_to_num(pairs[:, 1], posinf=GRID_STEPS), weight[:, np.newaxis]),
            target_seconds=0.005,
            limit=500,
        ),
    ]


def _resampled(spans: dict[str, Spans]) -> list[Measured]:
    events = [_draws(*on_grid(spans[event])) for event in EVENTS]

    def both() -> None:
        for first, stop, counts in events:
            gap = resampled_npmle(first, stop, counts, GRID_STEPS).gap.max()
            if gap > GAP_TOLERANCE:
                raise AssertionError(f"gap {gap} is above {GAP_TOLERANCE}")

    floor = _em_step(*events[1])
    return [beside(f"{RESAMPLES} resamples of onset and of loss", both, floor, target_seconds=0.3, limit=500)]


def _draws(first: Ints, stop: Ints) -> tuple[Ints, Ints, Floats]:
    pairs, counts = np.unique(np.column_stack([first, stop]), axis=0, return_counts=True)
    draws = np.random.default_rng(4).multinomial(counts.sum(), counts / counts.sum(), size=RESAMPLES)
    return pairs[:, 0], pairs[:, 1], draws.T.astype(float)


def _em_step(first: Ints | Floats, stop: Ints | Floats, counts: Floats) -> tuple[str, Callable[[], object]]:
    step = np.arange(GRID_STEPS)[:, np.newaxis]
    cover = ((first <= step) & (step < stop)).astype(float)
    mass = np.full((GRID_STEPS, counts.shape[1]), 1 / GRID_STEPS)
    return "one EM step", lambda: mass * (cover @ (counts / (cover.T @ mass)))
