"""Amendments stand beside ratings; the last one counts."""

import numpy as np
import pandas as pd
import pytest

from backend.analysis.outcomes.amendments import amended
from backend.analysis.outcomes.flags import Flag

RATINGS = pd.DataFrame({"score": [8.0, 3.0, np.nan], "flags": [0, int(Flag.late), 0]}, index=["a", "b", "c"])


def changes(*rows):
    return pd.DataFrame(rows, columns=["rating", "made_us", "kind", "score"])


def test_a_correction_replaces_the_total_and_is_marked():
    found = amended(RATINGS, changes(("b", 5, "correct", 4.0)))
    assert found.loc["b"].tolist() == [4.0, Flag.late | Flag.amended]
    assert found.loc["a"].tolist() == [8.0, 0]


def test_a_withdrawn_rating_has_no_total():
    assert np.isnan(amended(RATINGS, changes(("a", 5, "withdraw", np.nan))).loc["a", "score"])


def test_the_last_amendment_counts_in_whatever_order_they_arrive():
    late, early = ("a", 9, "correct", 2.0), ("a", 5, "withdraw", np.nan)
    for order in ((late, early), (early, late)):
        assert amended(RATINGS, changes(*order)).loc["a", "score"] == 2.0


def test_a_correction_can_complete_a_rating_that_had_no_total():
    assert amended(RATINGS, changes(("c", 1, "correct", 6.0))).loc["c", "score"] == 6.0


def test_the_ratings_themselves_stay_as_they_were():
    amended(RATINGS, changes(("a", 5, "correct", 1.0)))
    assert RATINGS.loc["a", "score"] == 8.0


def test_no_amendments_change_nothing():
    pd.testing.assert_frame_equal(amended(RATINGS, changes()), RATINGS)


def test_an_amendment_of_an_unknown_rating_or_kind_is_refused():
    with pytest.raises(ValueError, match="rating 'z', which is not there"):
        amended(RATINGS, changes(("z", 1, "correct", 1.0)))
    with pytest.raises(ValueError, match="kind 'delete'; expected one of correct, withdraw"):
        amended(RATINGS, changes(("a", 1, "delete", 1.0)))
