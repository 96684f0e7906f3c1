"""Two groups of one cohort side by side: both curves in one picture, and whether chance alone would part them so."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from backend.accounts.refusals import Refused
from backend.analysis.cohorts.estimate import SMALLEST_COHORT, Curve
from backend.analysis.cohorts.telling.drawing import MEASURES
from backend.tracking.cohorts import Cohort, Compared, Selection, claims_about
from backend.tracking.pictures import comparison_pictures, group_words
from backend.web.access import SignedInRequest, staff_only
from backend.web.check_in_names import called
from backend.web.clinician.cohorts.figures import Figure, Line, facts_of, figure
from backend.web.clinician.cohorts.filters import asked_of, selection_of, without
from backend.web.clinician.cohorts.numbers import NOTHING, a_share, shares
from backend.web.clinician.cohorts.pairs import BY, GROUPS, Pair, PairFilters, by_of, largest, pair_of
from backend.web.clinician.cohorts.standing import early_and_later, steps
from backend.web.clinician.cohorts.testing import tests_of

PAGE = "clinician/cohorts/compare.html"

NamedCohorts = list[tuple[str, Cohort]]


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to form groups."""

    name: str | Promise
    address: str
    is_chosen: bool


@staff_only
@require_safe
def comparison(request: SignedInRequest) -> HttpResponse:
    """Show two groups; while they are not both named, go on to the largest."""
    asked = asked_of(request) if request.GET else claims_about(Selection()).about.as_params()
    shown: dict[str, object] = {"form": (form := PairFilters(asked)), "tabs": _tabs(asked), "by": by_of(asked)}
    try:
        selection, pair = selection_of(asked), pair_of(asked)
    except Refused as refusal:
        form.refuse(refusal)
        return render(request, PAGE, shown, status=400)
    if pair is not None:
        return render(request, PAGE, shown | _told(pair.compared(request.user, selection), pair))
    pair = largest(request.user, selection, by_of(asked), named=asked.get("a") or asked.get("b") or "")
    if pair is None:
        return render(request, PAGE, shown | {"nobody": True})
    return HttpResponseRedirect(f"{reverse('compare')}?{urlencode(pair.as_params(selection))}")


def _tabs(asked: dict[str, str]) -> list[Tab]:
    """Return the ways to form groups; the filters stay, the groups of one way are none of another."""
    kept = without(asked, ["by", *GROUPS])
    return [
        Tab(name, f"?{urlencode({**without(kept, [by]), 'by': by})}", is_chosen=by == by_of(asked))
        for by, name in BY.items()
    ]


def _told(found: Compared, pair: Pair) -> dict[str, object]:
    """Return what the page says of two groups."""
    names = {one.value: group_words(found.by, one.value, found.selection.unit) for one in found.groups}
    groups = [(names[one.value], one.cohort) for one in found.groups]
    return {
        "compared": found,
        "names": list(names.values()),
        "among": found.selection.in_words(),
        "check_ins": [called(name) for name in found.check_in_names],
        "smallest": SMALLEST_COHORT,
        "too_few": [(name, one.n) for name, one in groups if one.estimate is None],
        "figures": _figures(found, groups, pair.as_params(found.selection)),
        "tests": tests_of(found, names),
        "lines": _lines(groups),
    }


def _figures(found: Compared, groups: NamedCohorts, params: dict[str, str]) -> list[Figure]:
    if all(one.estimate is None for _name, one in groups):
        return []
    return [figure(name, picture, _rows(groups, name), params) for name, picture in comparison_pictures(found).items()]


def _rows(groups: NamedCohorts, measure: str) -> list[Line]:
    """Return the numbers of both groups at every check-in up to the last that anybody answered."""
    followed = max(one.check_ins_followed for _name, one in groups)
    check_ins = groups[0][1].check_in_names[:followed]
    return [
        Line(called(check_in), [(name, _at(one, measure, at)) for name, one in groups])
        for at, check_in in enumerate(check_ins, start=1)
    ]


def _at(found: Cohort, measure: str, at: int) -> SafeString:
    if found.estimate is None or at > found.check_ins_followed:
        return NOTHING
    curve: Curve = getattr(found.estimate, measure)
    interval = shares(curve.confidence.lower[at], curve.confidence.upper[at])
    return format_html("{} ({})", a_share(curve.estimate[at]), interval)


def _lines(groups: NamedCohorts) -> list[Line]:
    """Return the groups' numbers, a row for each; a group without estimate has only its size."""
    columns = {name: {step.name: step.count for step in steps(one)} | _facts(one) for name, one in groups}
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    return [Line(row, [(name, column.get(row, NOTHING)) for name, column in columns.items()]) for row in rows]


def _facts(found: Cohort) -> dict[str, SafeString]:
    """Return every number of a group by its name, the interval of a median under a name of its own."""
    if found.estimate is None:
        return {}
    told = dict(early_and_later(found))
    for measure in MEASURES:
        (name, number), (interval, ends), *left_open = facts_of(measure, found, found.estimate)
        told |= {name: number, f"{name}: {interval}": ends, **dict(left_open)}
    return told
