"""The estimate of samples that are hard to come by: long chains, flat likelihoods."""

from itertools import pairwise

import numpy as np
import pytest

from backend.analysis.intervals.newton import newton_iterates
from backend.analysis.intervals.npmle import npmle
from backend.analysis.intervals.support import checked, innermost


@pytest.mark.parametrize("width", [1.5, 2.5, 5.5])
def test_a_chain_of_overlapping_intervals_is_solved_although_em_hardly_moves(width):
    begins = np.arange(400.0)
    assert npmle(begins, begins + width).gap <= 1e-8


def test_newton_steps_never_lose_likelihood():
    begins = np.arange(60.0)
    support = innermost(*checked(begins, begins + 2.5, None))
    states = newton_iterates(support, np.linspace(0.0, 1.0, len(support.left) + 1))
    found = [support.loglik(next(states)[0]) for _ in range(12)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(found))


def test_a_sample_too_large_for_newton_steps_says_how_far_it_came():
    begins = np.arange(3000.0)
    fit = npmle(begins, begins + 1.5)
    assert 1e-8 < fit.gap < 1e-4
    assert fit.mass.sum() == pytest.approx(1)
