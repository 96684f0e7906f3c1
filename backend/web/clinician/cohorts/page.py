"""One cohort of one's clinics: the claims, the curves, and who they rest on, chosen by GET."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.analysis.cohorts.telling.notes import reason_words
from backend.charts.words import HOURS_PER_DAY
from backend.tracking.cohorts import HOURLY, Cohort, Selection, claims, claims_about, cohort
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.cohorts.claims import card
from backend.web.clinician.cohorts.figures import figures
from backend.web.clinician.cohorts.filters import Filters, asked_of, chosen, without
from backend.web.clinician.cohorts.standing import answered, estimands, steps

PAGE = "clinician/cohorts/page.html"


@staff_only
@require_safe
def cohorts(request: SignedInRequest) -> HttpResponse:
    """Show the cohort asked for; a filter that makes no sense is named beside its field.

    Who asks for nothing gets those whom the claims are about, and sees so in the filters.
    """
    asked = asked_of(request) if request.GET else claims_about(Selection()).about.as_params()
    form = Filters(asked)
    selection = chosen(asked, form)
    if selection is None:
        return render(request, PAGE, {"form": form, "is_filtered": True}, status=400)
    told = claims(request.user, selection)  # first: the cohort may be kept on the way
    found = cohort(request.user, selection)
    shown = {
        "form": form,
        "cohort": found,
        "is_filtered": bool(request.GET),
        "claims": card(told),
        "compare_address": f"{reverse('compare')}?{urlencode(selection.as_params())}",
        **_told(found),
    }
    return render(request, PAGE, shown)


def _told(found: Cohort) -> dict[str, object]:
    selection = found.selection
    return {
        "chosen": selection.in_words(),
        "rules": found.rules.in_words(),
        "smallest": SMALLEST_COHORT,
        "figures": figures(found),
        "steps": steps(found),
        "estimands": estimands(found),
        "answered": answered(found),
        "left_out": [(reason_words(reason), count) for reason, count in found.counts.reasons.items()],
        "hourly_address": _hourly_address(found),
    }


def _hourly_address(found: Cohort) -> str:
    """Return where to find those asked in the first hours, where check-ins that all share begin later than that."""
    first = found.counts.hours[1]
    if not found.n or first < HOURS_PER_DAY or found.selection.protocol:
        return ""
    params = without(found.selection.as_params(), ["protocol"]) | {"protocol": HOURLY}
    return f"{reverse('cohorts')}?{urlencode(params)}"
