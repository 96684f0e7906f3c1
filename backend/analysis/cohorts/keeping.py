"""A cohort's estimate as JSON and back, every number the same to the last bit."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np

from backend.analysis.arrays import Floats
from backend.analysis.cohorts.estimate import CohortEstimate, Curve, Interval, Median
from backend.analysis.cohorts.response import InResponse, MeanDuration
from backend.analysis.intervals.npmle import Npmle

NEVER = "inf"  # JSON has no infinity

Json = Mapping[str, Any]


def as_json(estimate: CohortEstimate) -> dict[str, Any]:
    """Return an estimate as JSON."""
    return cast("dict[str, Any]", _plain(estimate))


def from_json(stored: Json) -> CohortEstimate:
    """Read what `as_json` wrote."""
    return CohortEstimate(
        n=stored["n"],
        hours=_array(stored["hours"]),
        onset_fit=_fit(stored["onset_fit"]),
        loss_fit=_fit(stored["loss_fit"]),
        onset=_curve(stored["onset"]),
        loss=_curve(stored["loss"]),
        in_response=_curve(stored["in_response"]),
        response=InResponse(
            **{name: _array(stored["response"][name]) for name in _arrays_of(InResponse)},
            clipped=stored["response"]["clipped"],
        ),
        between=_interval(stored["between"]),
        mean_duration=MeanDuration(**_of_arrays(stored["mean_duration"])),
        mean_duration_confidence=_interval(stored["mean_duration_confidence"]),
        onset_median=_median(stored["onset_median"]),
        loss_median=_median(stored["loss_median"]),
    )


def _plain(found: object) -> object:
    if is_dataclass(found):
        return {one.name: _plain(getattr(found, one.name)) for one in fields(found)}
    if isinstance(found, np.ndarray | np.generic):
        return _plain(found.tolist())
    if isinstance(found, list | tuple):
        return [_plain(one) for one in found]
    return NEVER if isinstance(found, float) and math.isinf(found) else found


def _number(stored: float | str) -> float:
    return math.inf if stored == NEVER else float(stored)


def _array(stored: list[float | str] | float | str) -> Floats:
    return np.array([_number(one) for one in stored] if isinstance(stored, list) else _number(stored), dtype=float)


def _of_arrays(stored: Json) -> dict[str, Floats]:
    return {name: _array(one) for name, one in stored.items()}


def _arrays_of(kind: type[InResponse]) -> list[str]:
    return [one.name for one in fields(kind) if one.name != "clipped"]


def _interval(stored: Json) -> Interval:
    return Interval(**_of_arrays(stored))


def _curve(stored: Json) -> Curve:
    curves = {name: _array(stored[name]) for name in ("estimate", "lower", "upper")}
    return Curve(**curves, confidence=_interval(stored["confidence"]))


def _fit(stored: Json) -> Npmle:
    return Npmle(
        left=_array(stored["left"]),
        right=_array(stored["right"]),
        mass=_array(stored["mass"]),
        loglik=_number(stored["loglik"]),
        gap=_number(stored["gap"]),
        n=_number(stored["n"]),
        iterations=stored["iterations"],
    )


def _median(stored: Json) -> Median:
    confidence = stored["confidence"]
    return Median(
        lower=_number(stored["lower"]),
        upper=_number(stored["upper"]),
        events=stored["events"],
        confidence=None if confidence is None else (_number(confidence[0]), _number(confidence[1])),
    )
