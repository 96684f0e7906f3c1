"""How the last rating of a series stands against its baseline, and against the best rating since the dose."""

from dataclasses import dataclass

import numpy as np

from backend.analysis.facts import Facts
from backend.analysis.outcomes.episodes import Episodes
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RuleSet, rule_set
from backend.analysis.outcomes.study import Series, episodes_per_treatment
from backend.instruments import PRIMARY, Instrument, get


@dataclass(frozen=True, slots=True)
class Latest:
    """The last rating of a follow-up, in hours since the dose and in points of its instrument.

    `above_baseline` is below 0 where it is better than the baseline, None where there is no baseline. `is_worse`: at
    least the reliable change above baseline. `is_relief_ending`: above the line under which relief counts as lost, or
    at least the reliable change above the best rating since the dose; it means something only once relief was seen.
    Reliable changes come from the instrument's own file, with their sources.
    """

    hours: float
    score: float
    above_baseline: float | None
    above_best: float
    is_worse: bool
    is_relief_ending: bool


def latest_rating(facts: Facts, instrument: str = PRIMARY, rules: RuleSet | None = None) -> Latest | None:
    """Return how the last valid rating of a treatment stands; None where there is none after the dose."""
    scale = get(instrument)
    labelled = episodes_per_treatment(facts.study(), {instrument: Series.of(scale)})
    ours = np.flatnonzero(labelled.labels["treatment"].to_numpy() == 0)
    return latest_of(labelled.episodes, int(ours[0]), scale, rules) if len(ours) else None


def latest_of(episodes: Episodes, at: int, scale: Instrument, rules: RuleSet | None = None) -> Latest | None:
    """Return how the last rating of the episode numbered `at` stands, None where nothing was rated after the dose."""
    follow_up = slice(int(episodes.start[at]), int(episodes.start[at + 1]))
    scores = episodes.score[follow_up]
    if not len(scores):
        return None
    last, baseline = float(scores[-1]), float(episodes.baseline[at])
    lost_above = (rules or rule_set(DEFAULT_RULE_SET)).lost_above_percent
    change = np.inf if scale.reliable_change is None else scale.reliable_change
    above_best = last - float(scores.min())
    return Latest(
        hours=float(episodes.hours[follow_up][-1]),
        score=last,
        above_baseline=None if np.isnan(baseline) else last - baseline,
        above_best=above_best,
        is_worse=bool(last >= baseline + change),
        is_relief_ending=bool(100 * last > lost_above * baseline or above_best >= change),
    )
