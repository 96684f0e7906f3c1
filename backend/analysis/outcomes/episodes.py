"""Ratings ordered into episodes: one series of one treatment or course, its baseline and its follow-up."""

from dataclasses import dataclass, replace

import numpy as np

from backend.analysis.arrays import Bools, Floats, Ints
from backend.analysis.outcomes.flags import ACUTE_HOURS, Flag

MOST_DECIMALS = 9  # decimal scores with up to this many places are compared as whole numbers


@dataclass(frozen=True, slots=True)
class RatingColumns:
    """Ratings in any order, one entry each.

    `episode`: which episode it belongs to, 0 to count - 1; `hours` since the origin of that episode;
    `hours_since_dose`: since the start of its own treatment (differs from `hours` in courses only);
    `score`: the total, nan where there is none; `flags`: bits of `Flag`; `first_dose`: whether it was
    entered for the treatment that opens the episode, so that it can be its baseline.
    """

    episode: Ints
    hours: Floats
    hours_since_dose: Floats
    score: Floats
    flags: Ints
    first_dose: Bools

    def take(self, chosen: Bools | Ints) -> "RatingColumns":
        """Return the chosen ratings in the chosen order."""
        return RatingColumns(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class EpisodeColumns:
    """What is known of each episode apart from its ratings, one entry each.

    `minimum_baseline`: the smallest baseline that can be evaluated; `baseline_window_hours`: how long before the
    dose a baseline counts; `unsettled_change`: spread of the baseline ratings worth a flag, inf for never;
    `follow_up_hours`: start of the next treatment, inf if none; `next_for_symptoms`: it was given because
    symptoms returned; `last_dose_hours`: start of the last dose of a course, 0 for a treatment.
    """

    minimum_baseline: Floats
    baseline_window_hours: Floats
    unsettled_change: Floats
    follow_up_hours: Floats
    next_for_symptoms: Bools
    last_dose_hours: Floats


@dataclass(frozen=True, slots=True)
class Episodes:
    """Episodes ready for any rule set.

    `about`: the episode columns; `baseline`: nan where there is none; `baseline_flags`: bits of `Flag`.
    `episode`, `hours`, `score`, `flags`, `actual_hours`: the follow-up, ordered by episode and time, one total
    an instant; `actual_hours` differs from `hours` on a cohort's grid only. `start`: where each episode begins in
    these, with one more entry for the end. `scale`: scores times this are whole numbers; nan
    where nothing makes them so.
    """

    about: EpisodeColumns
    baseline: Floats
    baseline_flags: Ints
    episode: Ints
    hours: Floats
    actual_hours: Floats
    score: Floats
    flags: Ints
    start: Ints
    scale: float

    def __len__(self) -> int:
        """Return the number of episodes."""
        return len(self.baseline)

    def with_follow_up(self, chosen: Ints, hours: Floats) -> "Episodes":
        """Return the episodes with only the chosen follow-up ratings, at other times."""
        episode = self.episode[chosen]
        return replace(
            self,
            episode=episode,
            hours=hours,
            actual_hours=self.actual_hours[chosen],
            score=self.score[chosen],
            flags=self.flags[chosen],
            start=_starts(episode, len(self)),
        )


def episodes_of(ratings: RatingColumns, about: EpisodeColumns, *, exclude_flagged: bool = False) -> Episodes:
    """Sort ratings into episodes: the baseline of each, and its follow-up up to the next treatment.

    The last valid total in the baseline window is the baseline. At equal instants the higher total stands.
    With `exclude_flagged`, ratings that carry a flag of their own are left out.
    """
    ratings = replace(ratings, flags=_with_acute(ratings))
    usable = ~np.isnan(ratings.score)
    if exclude_flagged:
        usable &= ratings.flags == 0
    early = np.flatnonzero(usable & ratings.first_dose & (ratings.hours <= 0))
    before = early[ratings.hours[early] >= -about.baseline_window_hours[ratings.episode[early]]]
    later = np.flatnonzero(usable & (ratings.hours > 0))
    after = later[ratings.hours[later] < about.follow_up_hours[ratings.episode[later]]]
    baseline, baseline_flags = _baselines(ratings.take(before), about)
    follow_up, tied = _one_an_instant(ratings.take(after))
    baseline_flags[tied] |= Flag.equal_instants
    return Episodes(
        about=about,
        baseline=baseline,
        baseline_flags=baseline_flags,
        episode=follow_up.episode,
        hours=follow_up.hours,
        actual_hours=follow_up.hours,
        score=follow_up.score,
        flags=follow_up.flags,
        start=_starts(follow_up.episode, len(baseline)),
        scale=_whole_number_scale(ratings.score[usable]),
    )


def _with_acute(ratings: RatingColumns) -> Ints:
    acute = np.flatnonzero((ratings.hours_since_dose > 0) & (ratings.hours_since_dose <= ACUTE_HOURS))
    flags = ratings.flags.copy()
    flags[acute] |= Flag.during_acute_effects
    return flags


def _baselines(ratings: RatingColumns, about: EpisodeColumns) -> tuple[Floats, Ints]:
    """Return the baseline of each episode and the flags that it brings."""
    count = len(about.minimum_baseline)
    standing, tied = _one_an_instant(ratings)
    last = np.flatnonzero(np.diff(standing.episode, append=-1))
    baseline, flags = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    baseline[standing.episode[last]] = standing.score[last]
    flags[standing.episode[last]] = standing.flags[last]
    flags[tied] |= Flag.equal_instants
    highest, lowest = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(highest, ratings.episode, ratings.score)
    np.minimum.at(lowest, ratings.episode, ratings.score)
    flags[highest - lowest >= about.unsettled_change] |= Flag.unsettled_baseline
    return baseline, flags


def _one_an_instant(ratings: RatingColumns) -> tuple[RatingColumns, Ints]:
    """Order ratings by episode and time, the higher total standing at equal instants; also tell where that was.

    Equal totals at one instant stand as one, with the flags of all.
    """
    ratings = _ordered(ratings)
    same = (ratings.episode[1:] == ratings.episode[:-1]) & (ratings.hours[1:] == ratings.hours[:-1])
    if not same.any():
        return ratings, np.empty(0, dtype=np.int64)
    twins = same & (ratings.score[1:] == ratings.score[:-1])
    runs = np.flatnonzero(np.append(True, ~twins))
    standing = replace(ratings.take(runs), flags=np.bitwise_or.reduceat(ratings.flags, runs))
    instant = np.cumsum(np.append(True, ~same))[runs]
    return standing.take(np.flatnonzero(np.diff(instant, append=-1))), np.unique(ratings.episode[1:][same])


def _ordered(ratings: RatingColumns) -> RatingColumns:
    """Return ratings by episode, time and total; files are mostly in that order already."""
    episode, hours, score = ratings.episode, ratings.hours, ratings.score
    later_episode = episode[1:] > episode[:-1]
    same_episode = episode[1:] == episode[:-1]
    later = (hours[1:] > hours[:-1]) | ((hours[1:] == hours[:-1]) & (score[1:] >= score[:-1]))
    if np.all(later_episode | (same_episode & later)):
        return ratings
    return ratings.take(np.lexsort((score, hours, episode)))


def _starts(episode: Ints, count: int) -> Ints:
    return np.searchsorted(episode, np.arange(count + 1))


def _whole_number_scale(scores: Floats) -> float:
    """Return the smallest power of ten that makes every score a whole number, nan if there is none."""
    for places in range(MOST_DECIMALS + 1):
        scale = 10.0**places
        if np.array_equal(np.rint(scores * scale) / scale, scores):
            return scale
    return np.nan
