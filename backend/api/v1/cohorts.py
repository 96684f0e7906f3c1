"""One cohort's curves as numbers."""

import math
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Clinic
from backend.analysis.cohorts.estimate import SMALLEST_COHORT, CohortEstimate, Curve, Median
from backend.analysis.cohorts.response import RMDOR_HOURS
from backend.api.conventions.routes import Route
from backend.tracking.cohorts import Cohort, Selection, cohort, selection_from

Json = dict[str, Any]


class CohortCurves(Route):
    """`cohorts/?route=&drug=&indication=&instrument=&rule_set=&from=&to=&unit=`, for the clinics one works at."""

    query_parameters = frozenset({"route", "drug", "indication", "instrument", "rule_set", "from", "to", "unit"})

    def get(self, request: Request) -> Response:
        """Return the cohort; somebody who works nowhere has none."""
        if not Clinic.objects.staffed_by(self.person).exists():
            raise Http404
        return Response(told(cohort(self.person, selection_from(request.query_params))))


def told(found: Cohort) -> Json:
    """Return all that is known of a cohort; without an estimate there are no curves, and a reason why."""
    e1, e2 = found.estimate, found.estimate_e2
    return {
        "selection": _selection(found.selection),
        "rule_set": found.rules.in_words(),
        "population": population(found),
        "n": found.n,
        "reasons": found.counts.reasons,
        "waiting": found.waiting,
        "check_ins": _check_ins(found),
        "no_curves_because": None if e1 else _too_few(found.n),
        "curves": curves_of(e1),
        "curves_e2": curves_of(e2),
        "quantiles": {"onset": _median(e1.onset_median), "loss": _median(e1.loss_median)} if e1 else None,
        "quantiles_e2": {"onset": _median(e2.onset_median), "loss": _median(e2.loss_median)} if e2 else None,
        "rmdor": _mean_duration(e1),
        "rmdor_e2": _mean_duration(e2),
        "gap": {"onset": e1.onset_fit.gap, "loss": e1.loss_fit.gap} if e1 else None,
        "clipped": e1.response.clipped if e1 else None,
    }


def population(found: Cohort) -> str:
    """Return who was counted, in one sentence."""
    selection = found.selection
    chosen = [
        f"{name} {given}"
        for name, given in (
            ("route", selection.route),
            ("drug", selection.drug),
            ("indication", selection.indication),
            ("from", selection.since),
            ("to", selection.until),
        )
        if given
    ]
    left_out = sum(found.counts.reasons.values())
    return (
        f"The first {selection.unit} of each patient ({', '.join(chosen) or 'any'}): "
        f"{found.n} evaluable on {selection.instrument}, {left_out} not."
    )


def curves_of(estimate: CohortEstimate | None) -> dict[str, list[Json]]:
    """Return the three curves, a row an hour; empty without an estimate."""
    if estimate is None:
        return {}
    named = {"onset": estimate.onset, "loss": estimate.loss, "in_response": estimate.in_response}
    hours = estimate.hours.tolist()
    return {name: _rows(curve, hours, estimate.n) for name, curve in named.items()}


def _rows(curve: Curve, hours: list[float], n: int) -> list[Json]:
    columns = {
        "hours": hours,
        "estimate": curve.estimate.tolist(),
        "lower": curve.lower.tolist(),
        "upper": curve.upper.tolist(),
        "ci_lower": curve.confidence.lower.tolist(),
        "ci_upper": curve.confidence.upper.tolist(),
    }
    return [dict(zip(columns, row, strict=True)) | {"n": n} for row in zip(*columns.values(), strict=True)]


def _selection(selection: Selection) -> Json:
    return {
        "route": selection.route or None,
        "drug": selection.drug or None,
        "indication": selection.indication or None,
        "instrument": selection.instrument,
        "rule_set": selection.rule_set,
        "from": selection.since,
        "to": selection.until,
        "unit": selection.unit,
    }


def _check_ins(found: Cohort) -> list[Json]:
    columns = zip(found.check_in_names, found.counts.hours[1:-1], found.due, found.answered, strict=True)
    return [dict(zip(("name", "hours", "due", "answered"), row, strict=True)) for row in columns]


def _too_few(n: int) -> str:
    return f"{n} evaluable, expected {SMALLEST_COHORT} or more: fewer say more about persons than about a treatment."


def _median(median: Median) -> Json:
    confidence = None
    if median.confidence is not None:
        confidence = {"lower": _finite(median.confidence[0]), "upper": _finite(median.confidence[1])}
    return {
        "lower": _finite(median.lower),
        "upper": _finite(median.upper),
        "events": median.events,
        "ci": confidence,
    }


def _mean_duration(estimate: CohortEstimate | None) -> Json | None:
    if estimate is None:
        return None
    mean, confidence = estimate.mean_duration, estimate.mean_duration_confidence
    return {
        "estimate": float(mean.estimate),
        "lower": float(mean.lower),
        "upper": float(mean.upper),
        "ci_lower": float(confidence.lower),
        "ci_upper": float(confidence.upper),
        "horizon_hours": RMDOR_HOURS,
    }


def _finite(hours: float) -> float | None:
    """Return null where a time is not reached: JSON has no infinity."""
    return hours if math.isfinite(hours) else None
