"""One cohort's curves as numbers."""

import math
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Clinic
from backend.accounts.refusals import Refused
from backend.analysis.cohorts.estimate import SMALLEST_COHORT, CohortEstimate, Median
from backend.analysis.cohorts.response import RMDOR_HOURS
from backend.analysis.cohorts.telling.curve_rows import curve_rows
from backend.api.conventions.routes import Route
from backend.tracking.cohorts import FIELDS, Cohort, Compared, Selection, cohort, compare, selection_from

Json = dict[str, Any]

JUDGED = {"instrument", "rule_set", "unit", "number"}  # told in a sentence of their own


class CohortCurves(Route):
    """`cohorts/`, chosen by `FIELDS`, for the clinics one works at; `by` and `values` add a comparison of groups."""

    query_parameters = frozenset({*FIELDS, "by", "values"})

    def get(self, request: Request) -> Response:
        """Return the cohort; somebody who works nowhere has none."""
        if not Clinic.objects.staffed_by(self.person).exists():
            raise Http404
        asked = request.query_params
        selection = selection_from(asked)
        values = [one for one in asked.get("values", "").split(",") if one]
        if values and not asked.get("by"):
            raise Refused("values", "values is given without by, expected what the groups differ in")
        groups = compare(self.person, selection, asked["by"], values) if asked.get("by") else None
        found = told(cohort(self.person, selection))
        return Response(found | {"comparison": None if groups is None else told_apart(groups)})


def told(found: Cohort) -> Json:
    """Return all that is known of a cohort; without an estimate there are no curves, and a reason why."""
    return {
        "selection": selected(found.selection),
        "rule_set": found.rules.in_words(),
        "population": population(found),
        "waiting": found.waiting,
        **numbers(found),
    }


def told_apart(found: Compared) -> Json:
    """Return groups at the check-ins that all of them share, and the tests of every pair."""
    return {
        "by": found.by,
        "fewer_check_ins": found.fewer_check_ins,
        "waiting": found.waiting,
        "groups": [{"value": one.value, **numbers(one.cohort)} for one in found.groups],
        "tests": [
            {
                "event": one.event,
                "scores": one.test.scores,
                "group_a": one.group_a,
                "group_b": one.group_b,
                "z": one.test.z,
                "p": one.test.p,
                "n_a": one.n_a,
                "n_b": one.n_b,
            }
            for one in found.tests
        ],
    }


def numbers(found: Cohort) -> Json:
    """Return who is counted, what was answered, and the curves with what follows from them."""
    e1, e2 = found.estimate, found.estimate_e2
    return {
        "n": found.n,
        "reasons": found.counts.reasons,
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
    chosen = [f"{name} {given}" for name, given in selection.as_params().items() if name not in JUDGED]
    counted = "first" if selection.number == 1 else f"{selection.number}."
    left_out = sum(found.counts.reasons.values())
    return (
        f"The {counted} {selection.unit} of each patient ({', '.join(chosen) or 'any'}): "
        f"{found.n} evaluable on {selection.instrument}, {left_out} not."
    )


def curves_of(estimate: CohortEstimate | None) -> Json:
    """Return the three curves, a row an hour; empty without an estimate."""
    return {} if estimate is None else {**curve_rows(estimate)}


def selected(selection: Selection) -> Json:
    """Return a selection by the names of the parameters; null takes any."""
    fields = {name: getattr(selection, field) for name, field in FIELDS.items()}
    doses = {name: None if fields[name] is None else float(fields[name]) for name in ("dose_from", "dose_to")}
    return {name: None if given == "" else given for name, given in fields.items()} | doses


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
