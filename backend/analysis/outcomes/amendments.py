"""Apply amendments to ratings: the last one counts, and the original row stays where it was."""

import numpy as np
import pandas as pd

from backend.analysis.outcomes.flags import Flag

KINDS = ("correct", "withdraw")


def amended(ratings: pd.DataFrame, amendments: pd.DataFrame) -> pd.DataFrame:
    """Return ratings as their last amendments leave them; a withdrawn one has no total.

    `ratings`: indexed by rating id, with `score` and `flags`. `amendments`: `rating` (id), `made_us` (when, in
    microseconds), `kind` (correct, withdraw), `score` (the corrected total, nan where it has none); of two made at
    one instant the later row counts. ValueError for an unknown kind or rating.
    """
    strange = ~amendments["kind"].isin(KINDS)
    if strange.any():
        raise ValueError(f"amendment kind {amendments['kind'][strange].iloc[0]!r}; expected one of {', '.join(KINDS)}")
    last = amendments.sort_values("made_us", kind="stable").drop_duplicates("rating", keep="last")
    place = ratings.index.get_indexer(pd.Index(last["rating"]))
    if (place < 0).any():
        raise ValueError(f"amendment of rating {last['rating'].iloc[int(np.argmin(place))]!r}, which is not there")
    score, flags = ratings["score"].to_numpy(dtype=float).copy(), ratings["flags"].to_numpy().copy()
    score[place] = np.where(last["kind"] == "withdraw", np.nan, last["score"].to_numpy(dtype=float))
    flags[place] |= Flag.amended
    return ratings.assign(score=score, flags=flags)
