"""Figures as files: a picture that stands on its own, a table, and everything with nothing rounded.

The address of a file is its recipe: the same one brings the same figure for the same facts.
"""

import json
from dataclasses import dataclass, replace
from itertools import chain

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.accounts.models import Person
from backend.accounts.refusals import Refused
from backend.analysis.cohorts.population import EVERYONE
from backend.analysis.cohorts.telling.curve_rows import CURVES_CSV, csv_rows, curve_rows
from backend.analysis.cohorts.telling.drawing import MEASURES
from backend.analysis.csv_text import csv_text
from backend.charts import CohortPicture, cohort_svg
from backend.tracking.cohorts import Cohort, cohort
from backend.tracking.pictures import cohort_pictures, comparison_pictures
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.cohorts.filters import asked_of, selection_of
from backend.web.clinician.cohorts.pairs import pair_of


@dataclass(frozen=True, slots=True)
class Download:
    """One figure as it was asked for: one cohort, or two, named as in curves.csv whatever the reader's language."""

    name: str
    params: dict[str, str]
    picture: CohortPicture
    cohorts: list[tuple[str, Cohort]]


@staff_only
@require_safe
def figure_svg(request: SignedInRequest, name: str) -> HttpResponse:
    """Return the picture with its stylesheet inside, and with the address it came from."""
    return _file(request, name, "svg", "image/svg+xml")


@staff_only
@require_safe
def figure_csv(request: SignedInRequest, name: str) -> HttpResponse:
    """Return the numbers at every check-in, in the columns of curves.csv."""
    return _file(request, name, "csv", "text/csv; charset=utf-8")


@staff_only
@require_safe
def figure_json(request: SignedInRequest, name: str) -> HttpResponse:
    """Return the numbers with all that must be said beside them."""
    return _file(request, name, "json", "application/json")


def _file(request: SignedInRequest, name: str, ending: str, kind: str) -> HttpResponse:
    if name not in MEASURES:
        raise Http404
    try:
        figure = _asked(request.user, name, asked_of(request))
    except Refused as refusal:
        return HttpResponse(f"{refusal.field}: {refusal}\n", content_type="text/plain; charset=utf-8", status=400)
    written = {"svg": _svg, "csv": _csv, "json": _json}[ending](figure, request.build_absolute_uri())
    group = "comparison" if len(figure.cohorts) > 1 else "cohort"
    disposition = f'attachment; filename="ebb-{group}-{name}.{ending}"'
    return HttpResponse(written, content_type=kind, headers={"Content-Disposition": disposition})


def _asked(person: Person, name: str, asked: dict[str, str]) -> Download:
    """Return the figure; groups are compared where the address says by what they differ."""
    selection, pair = selection_of(asked), pair_of(asked) if "by" in asked else None
    if pair is None:
        found = cohort(person, selection)
        return Download(name, selection.as_params(), cohort_pictures(found)[name], [(EVERYONE, found)])
    compared = pair.compared(person, selection)
    groups = [(one.value, one.cohort) for one in compared.groups]
    return Download(name, pair.as_params(selection), comparison_pictures(compared)[name], groups)


def _svg(figure: Download, address: str) -> str:
    source = _("Source: {address}").format(address=address)
    return cohort_svg(replace(figure.picture, notes=(*figure.picture.notes, source)), standalone=True)


def _csv(figure: Download, _address: str) -> str:
    rows = (
        csv_rows(group, figure.name, found.estimate, found.counts.hours[:-1], found.n)
        for group, found in figure.cohorts
    )
    return csv_text(CURVES_CSV, chain.from_iterable(rows))


def _json(figure: Download, address: str) -> str:
    told = {
        "address": address,
        "figure": figure.name,
        "title": figure.picture.title,
        "measure": figure.picture.measure,
        "notes": figure.picture.notes,
        "asked": figure.params,
        "cohorts": [
            {
                "name": group,
                "n": found.n,
                "left_out": found.counts.reasons,
                "curve": curve_rows(found.estimate)[figure.name] if found.estimate else None,
            }
            for group, found in figure.cohorts
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)
