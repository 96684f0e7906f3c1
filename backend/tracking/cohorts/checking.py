"""Work out again every kept answer that can still be asked for, and count those that were not the same."""

import json
from collections.abc import Callable

from backend.accounts.models import Clinic
from backend.accounts.refusals import Refused
from backend.tracking.cohorts.claiming import asked_for_claims
from backend.tracking.cohorts.cohort import asked_for_cohort
from backend.tracking.cohorts.comparing import asked_to_compare
from backend.tracking.cohorts.selection import selection_from
from backend.tracking.cohorts.stored import Asked
from backend.tracking.models import CohortCurve

QUESTIONS: dict[str, Callable[..., Asked]] = {
    "cohort": asked_for_cohort,
    "claims": asked_for_claims,
    "compare": asked_to_compare,
}


def check_kept() -> tuple[int, int]:
    """Replace what differs and drop what nobody can ask for any more; return how many were checked and differed."""
    checked = differing = 0
    for primary_key in list(CohortCurve.objects.order_by("pk").values_list("pk", flat=True)):
        row = CohortCurve.objects.get(pk=primary_key)
        asked = _asked_again(row)
        if asked is None or asked.key() != row.key:
            row.delete()
            continue
        checked += 1
        worked_out = json.loads(json.dumps(asked.work_out(asked)))
        if worked_out != row.estimates:
            differing += 1
            CohortCurve.objects.filter(pk=row.pk).update(estimates=worked_out)
    return checked, differing


def _asked_again(row: CohortCurve) -> Asked | None:
    """Return the question a row answers, None where its scale or rules are gone."""
    what, *details = row.selection["asked"]
    try:
        selection = selection_from({name: told for name, told in row.selection.items() if name != "asked"})
    except Refused:
        return None
    return QUESTIONS[what](Clinic.objects.filter(pk__in=row.clinics), selection, *details)
