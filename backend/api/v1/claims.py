"""What clinics tell patients about speed and duration, beside what one's clinics have seen."""

import math
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Clinic
from backend.analysis.cohorts.claims import Group, Row
from backend.analysis.cohorts.telling.claim_words import caveats, literature, measured, said, why_words
from backend.api.conventions.routes import Route
from backend.api.v1.cohorts import selected
from backend.tracking.cohorts import FIELDS, Claims, Selection, claims, selection_from

Json = dict[str, Any]


class ClaimsAnswered(Route):
    """`claims/`, chosen by the parameters of `cohorts/`, for the clinics one works at."""

    query_parameters = frozenset(FIELDS)

    def get(self, request: Request) -> Response:
        """Return every claim's numbers; somebody who works nowhere has none."""
        if not Clinic.objects.staffed_by(self.person).exists():
            raise Http404
        return Response(told(claims(self.person, selection_from(request.query_params))))


def told(found: Claims) -> Json:
    """Return a row a number, whom each group holds, and what must be said beside."""
    groups: dict[Group, Selection] = {
        "cohort": found.about,
        "at_common_check_ins": found.about,
        "comparator": found.comparator,
        "others_failed": found.others_failed,
    }
    return {
        "groups": {name: selected(selection) for name, selection in groups.items()},
        "results": [_told(row) for row in found.rows],
        "caveats": caveats(),
    }


def _told(row: Row) -> Json:
    ends = ("estimate", "estimate_lower", "estimate_upper", "ci_lower", "ci_upper")
    return {
        "claim": row.claim,
        "said": said(row.claim),
        "group": row.group,
        "measure": row.measure,
        "measured": measured(row),
        "rule_set": row.rule_set,
        "hours": row.hours,
        **{name: _finite(getattr(row, name)) for name in ends},
        "n": row.n,
        "no_number_because": why_words(row.why, row.n) or None,
        "literature": literature(row.claim),
    }


def _finite(found: float | None) -> float | None:
    """Return null where a time is not reached: JSON has no infinity."""
    return found if found is not None and math.isfinite(found) else None
