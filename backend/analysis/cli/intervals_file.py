"""Turn a file of intervals into groups of observations, and their estimates into JSON."""

import json
import math
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.cli.csv_file import CsvFile
from backend.analysis.intervals.npmle import Npmle, npmle
from backend.analysis.intervals.two_sample import two_sample

ONE_GROUP = "all"
LIGHTEST = 1e-12  # of the sum; an observation that weighs less is lost in rounding


@dataclass(frozen=True, slots=True)
class Observations:
    """Waiting times of one group in `(left, right]`, exact where equal, each counted `weight` times."""

    left: Floats
    right: Floats
    weight: Floats

    @property
    def columns(self) -> tuple[Floats, Floats, Floats]:
        """Return them as the estimators take them."""
        return self.left, self.right, self.weight

    def estimate(self, tolerance: float) -> Npmle:
        """Estimate their distribution."""
        return npmle(*self.columns, tolerance=tolerance)


def read_intervals(path: Path) -> dict[str, Observations]:
    """Read INTERVALS.csv into groups by name, in sort order; rows of weight 0 are left out.

    Raises `BadInputError`, naming file, line, column and what was expected.
    """
    file = CsvFile(path)
    file.require("left", "right")
    table = file.table(texts={"group"} & set(file.columns), numbers={"left", "right", "weight"})
    left, right = table["left"].to_numpy(dtype=float) + 0.0, table["right"].to_numpy(dtype=float) + 0.0  # no -0.0
    weight = table["weight"].to_numpy(dtype=float) if "weight" in table else np.ones(len(table))
    file.refuse(~((left >= 0) & (left < np.inf)), "left", "a finite number of 0 or more")
    file.refuse(~(right >= left), "right", "a number not below left, or inf")
    file.refuse(~((weight >= 0) & (weight < np.inf)), "weight", "a finite number of 0 or more")
    with np.errstate(over="ignore"):
        too_light = (weight > 0) & (weight < LIGHTEST * weight.sum())
    file.refuse(too_light, "weight", f"0, or at least {LIGHTEST:g} of all weights together")
    group = np.full(len(table), ONE_GROUP) if "group" not in table else table["group"].astype(str).to_numpy()
    file.refuse(group == "", "group", "a name")
    counted = weight > 0
    if not counted.any():
        file.refuse(weight == 0, "weight", "some weight above 0")
    return {
        name: Observations(left[chosen], right[chosen], weight[chosen])
        for name in sorted(set(group[counted].tolist()))
        if (chosen := counted & (group == name)).any()
    }


def npmle_json(groups: dict[str, Observations], fits: dict[str, Npmle]) -> str:
    """Return the estimate of every group and the tests of every pair, infinity as null."""
    return json.dumps(
        {
            "groups": {name: _told(fit) for name, fit in fits.items()},
            "tests": [
                {"scores": test.scores, "group_a": first, "group_b": second, "z": test.z, "p": test.p}
                for first, second in combinations(groups, 2)
                for test in two_sample(groups[first].columns, groups[second].columns)
            ],
        },
        allow_nan=False,
        indent=2,
    )


def _told(fit: Npmle) -> dict[str, object]:
    return {
        "n": int(fit.n) if fit.n.is_integer() else fit.n,
        "left": fit.left.tolist(),
        "right": [None if math.isinf(end) else end for end in fit.right.tolist()],
        "mass": fit.mass.tolist(),
        "loglik": fit.loglik,
        "gap": fit.gap,
        "iterations": fit.iterations,
    }
