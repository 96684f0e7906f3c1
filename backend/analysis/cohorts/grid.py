"""Put the ratings of a cohort on the common times of a protocol, so that all its spans end on one small grid."""

from dataclasses import replace

import numpy as np

from backend.analysis.arrays import Floats, Ints
from backend.analysis.outcomes.episodes import Episodes
from backend.analysis.schedule import Protocol


def gridded(episodes: Episodes, protocol: Protocol, check_in: Ints) -> Episodes:
    """Return the episodes with each rating at the nominal time of its check-in; the last one in a window stands.

    `check_in`: for each rating what `protocol.check_in_at` tells of its hours. Ratings outside every window are left
    out; the wait for a confirming rating stays an actual one. The start of the next treatment moves out to the first
    nominal time that is neither before it nor before a kept rating.
    """
    nominal = protocol.nominal_hours
    inside = np.flatnonzero(check_in >= 0)
    window = episodes.episode[inside] * len(nominal) + check_in[inside]
    chosen = inside[np.flatnonzero(np.diff(window, append=-1))]
    kept = episodes.with_follow_up(chosen, nominal[check_in[chosen]])
    last = np.zeros(len(kept))
    last[kept.episode] = kept.hours  # in order of time, so the last one stays
    times = np.append(nominal, np.inf)
    beyond = np.maximum(np.searchsorted(times, kept.about.follow_up_hours), np.searchsorted(times, last, side="right"))
    return replace(kept, about=replace(kept.about, follow_up_hours=times[np.minimum(beyond, len(nominal))]))


def coarsened(lower: Floats, upper: Floats, protocol: Protocol) -> tuple[Floats, Floats]:
    """Return spans moved to the nominal times of a protocol, for ratings of several doses on one clock.

    An end inside a window takes that check-in's nominal time; any other end moves outwards, and so does the lower
    end of a span that would have become empty. A span that ends after the last check-in becomes open; one that is
    not known, nan, becomes (0, inf].
    """
    lower, upper = np.where(np.isnan(lower), 0.0, lower), np.where(np.isnan(upper), np.inf, upper)
    times = protocol.grid_hours
    upper_window, lower_window = protocol.check_in_at(upper), protocol.check_in_at(lower)
    end = np.where(upper_window >= 0, upper_window + 1, np.searchsorted(times, upper))
    begin = np.where(lower_window >= 0, lower_window + 1, np.searchsorted(times, lower, side="right") - 1)
    begin = np.minimum(begin, end - 1)
    return times[begin], times[end]
