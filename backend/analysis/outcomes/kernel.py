"""When relief began and when it was lost, for every episode at once, under one rule set."""

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.outcomes.episodes import Episodes
from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.rules import RuleSet

MICROSECONDS_PER_HOUR = 3_600_000_000
ROUNDING = 1e-12  # shares that differ by less, such as those of thirds, differ by how numbers are stored


class Status(IntEnum):
    """What can be said of one episode."""

    not_evaluable = 0
    pending = 1
    no_response = 2
    responding = 3
    lost = 4


class Reason(IntEnum):
    """Why an episode cannot be evaluated; the first that applies."""

    none = 0
    no_baseline = 1
    baseline_below_minimum = 2
    no_rating_after_dose = 3


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Conclusions, one entry an episode; spans are half-open `(lower, upper]` in hours, nan where unknown.

    Onset counts from the first dose, loss from the last one (the same in a treatment); `loss_upper` is inf while
    responding. E2 counts a re-dose because of returned symptoms as a loss; it moves the upper end alone.
    """

    status: Ints
    reason: Ints
    baseline: Floats
    n_ratings: Ints
    onset_lower: Floats
    onset_upper: Floats
    loss_lower: Floats
    loss_upper: Floats
    loss_upper_e2: Floats
    duration_lower: Floats
    duration_upper: Floats
    best_improvement_percent: Floats
    flags: Ints
    last_rating: Floats


def outcomes_of(episodes: Episodes, rules: RuleSet) -> Outcomes:
    """Apply one rule set to all episodes; see `Outcomes` for what comes back."""
    reason = _reasons(episodes)
    evaluable = reason == Reason.none
    walk = _Walk(episodes)
    meets = walk.at_most(rules.response_at_most_percent)
    hit = walk.first(meets & walk.confirmed(meets, rules) if rules.confirmed else meets)
    responded = evaluable & (hit < walk.stop)
    onset_lower, onset_upper = _onset(walk, meets, hit)
    loss_lower, loss_upper = _loss(walk, hit, rules)
    redosed = np.isinf(loss_upper) & episodes.about.next_for_symptoms
    pending = evaluable & ~responded & walk.of_last(meets)
    status = np.select(
        [~evaluable, pending, ~responded, np.isinf(loss_upper)],
        [Status.not_evaluable, Status.pending, Status.no_response, Status.responding],
        Status.lost,
    )
    last_dose, follow_up = episodes.about.last_dose_hours, episodes.about.follow_up_hours
    return Outcomes(
        status=status,
        reason=reason,
        baseline=episodes.baseline,
        n_ratings=walk.stop - walk.start,
        onset_lower=np.where(evaluable, onset_lower, np.nan),
        onset_upper=np.where(evaluable, onset_upper, np.nan),
        loss_lower=np.where(responded, loss_lower, np.nan),
        loss_upper=np.where(responded, loss_upper, np.nan),
        loss_upper_e2=np.where(responded, np.where(redosed, follow_up - last_dose, loss_upper), np.nan),
        duration_lower=np.where(responded, np.maximum(loss_lower + last_dose - onset_upper, 0.0), np.nan),
        duration_upper=np.where(responded, loss_upper + last_dose - onset_lower, np.nan),
        best_improvement_percent=np.where(evaluable, walk.best_improvement_percent(), np.nan),
        flags=np.where(evaluable, walk.flags(hit, responded), 0),
        last_rating=walk.time_of_last(),
    )


def _reasons(episodes: Episodes) -> Ints:
    return np.select(
        [
            np.isnan(episodes.baseline),
            episodes.baseline < episodes.about.minimum_baseline,
            np.diff(episodes.start) == 0,
        ],
        [Reason.no_baseline, Reason.baseline_below_minimum, Reason.no_rating_after_dose],
        Reason.none,
    ).astype(np.int64)


class _Walk:
    """Look-ups along the follow-up of every episode; positions count through all ratings."""

    def __init__(self, episodes: Episodes) -> None:
        self.episodes = episodes
        self.start, self.stop = episodes.start[:-1], episodes.start[1:]
        self.position = np.arange(len(episodes.episode))
        self.has_next = np.append(np.diff(episodes.episode) == 0, False)[: len(self.position)]

    def at_most(self, percent: int) -> Bools:
        """Return which ratings are at most `percent` of their baseline, in whole numbers where scores can be."""
        score, baseline, scale = self.episodes.score, self.episodes.baseline, self.episodes.scale
        if math.isnan(scale):
            baseline = baseline * (1 + ROUNDING)
        else:
            score, baseline = np.rint(score * scale), np.rint(baseline * scale)
        return np.asarray(100 * score <= np.repeat(percent * baseline, self.stop - self.start))

    def next_too(self, chosen: Bools) -> Bools:
        """Return which ratings are followed, in their episode, by a chosen one."""
        return np.asarray(self.has_next & np.append(chosen[1:], False)[: len(chosen)])

    def confirmed(self, meets: Bools, rules: RuleSet) -> Bools:
        """Return which ratings are followed by one that meets response within the rules' longest wait."""
        wait = np.rint(np.diff(self.episodes.actual_hours) * MICROSECONDS_PER_HOUR)
        in_time = wait <= np.rint(rules.confirm_within_hours * MICROSECONDS_PER_HOUR)
        return np.asarray(self.next_too(meets) & np.append(in_time, False)[: len(meets)])

    def first(self, chosen: Bools, after: Ints | None = None) -> Ints:
        """Return the position of the first chosen rating of each episode (past `after`), its stop if none."""
        found = np.flatnonzero(chosen)
        at = np.searchsorted(found, self.start if after is None else np.maximum(after + 1, self.start))
        position = np.append(found, len(chosen))[at]
        return np.where(position < self.stop, position, self.stop)

    def time_before(self, position: Ints, among: Bools) -> Floats:
        """Return the time of the last rating among some before a position in its episode, 0 if none."""
        found = np.flatnonzero(among)
        at = np.searchsorted(found, position) - 1
        last = np.append(found, -1)[at]
        return np.where(last >= self.start, self.hours_at(last), 0.0)

    def hours_at(self, position: Ints) -> Floats:
        """Return the time of the rating at a position; whatever stands there is returned where there is none."""
        hours = self.episodes.hours
        return hours[np.clip(position, 0, len(hours) - 1)] if len(hours) else np.zeros(len(position))

    def time_of_last(self) -> Floats:
        """Return the time of the last rating, nan if none."""
        return np.where(self.stop > self.start, self.hours_at(self.stop - 1), np.nan)

    def of_last(self, chosen: Bools) -> Bools:
        """Return which episodes end on a chosen rating."""
        last = self.stop - 1
        return np.asarray((last >= self.start) & np.append(chosen, False)[last])

    def best_improvement_percent(self) -> Floats:
        """Return how far the lowest total lies below baseline, in percent of it; nan without ratings."""
        lowest = np.full(len(self.start), np.nan)
        rated = self.stop > self.start
        if rated.any():
            lowest[rated] = np.minimum.reduceat(self.episodes.score, self.start[rated])
        baseline = self.episodes.baseline
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100.0 * (baseline - lowest) / baseline)

    def flags(self, hit: Ints, responded: Bools) -> Ints:
        """Return the flags of baseline and follow-up together; acute effects count at the onset rating alone."""
        rated = self.stop > self.start
        found = self.episodes.baseline_flags.copy()
        if rated.any():
            found[rated] |= np.bitwise_or.reduceat(self.episodes.flags, self.start[rated])
        found &= ~int(Flag.during_acute_effects)
        found[responded] |= self.episodes.flags[hit[responded]] & Flag.during_acute_effects
        return found


def _onset(walk: _Walk, meets: Bools, hit: Ints) -> tuple[Floats, Floats]:
    """Return the span of onset: up to the hit, or open after what was last seen not to meet response."""
    seen = hit < walk.stop
    return walk.time_before(hit, ~meets), np.where(seen, walk.hours_at(hit), np.inf)


def _loss(walk: _Walk, hit: Ints, rules: RuleSet) -> tuple[Floats, Floats]:
    """Return the span of loss in hours since the last dose; meaningless where there was no hit."""
    last_dose = walk.episodes.about.last_dose_hours
    above = ~walk.at_most(rules.lost_above_percent)
    counted = above
    if last_dose.any():
        counted = above & (walk.episodes.hours > np.repeat(last_dose, walk.stop - walk.start))
    lost = walk.first(counted & walk.next_too(counted) if rules.losses_in_a_row > 1 else counted, after=hit)
    seen = lost < walk.stop
    last_alone = ~seen & walk.of_last(counted) & (hit < walk.stop - 1)
    before = np.where(seen, lost, walk.stop - last_alone) - 1
    return (
        np.maximum(walk.hours_at(before) - last_dose, 0.0),
        np.where(seen, walk.hours_at(lost) - last_dose, np.inf),
    )
