"""Data quality: what became of every check-in of a clinic, as a page and as a file."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from backend.analysis.calendar import YEARS
from backend.analysis.csv_text import csv_text
from backend.analysis.schedule import PROTOCOLS
from backend.charts.words import plain
from backend.instruments import get, spoken
from backend.tracking.models import Route, SkipReason, Timing
from backend.tracking.quality import Chosen, Occasion, entered, occasions, total
from backend.web.access import SignedInRequest, staff_only
from backend.web.check_in_names import called
from backend.web.clinician.clinic.room import clinic_of_staff
from backend.web.clinician.protocols import described
from backend.web.clinician.words import share

TIMINGS = {
    Timing.LIVE: pgettext_lazy("answers", "in time"),
    Timing.OFFLINE: pgettext_lazy("answers", "in time, sent later"),
    Timing.LATE: pgettext_lazy("answers", "late"),
    Timing.SUSPECT: pgettext_lazy("answers", "at a doubtful time"),
}


class QualityForm(forms.Form):
    """Whose check-ins are counted."""

    since = forms.DateField(
        label=gettext_lazy("Due from"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("Due until"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    protocol = forms.ChoiceField(label=gettext_lazy("Protocol"), required=False)
    route = forms.ChoiceField(label=gettext_lazy("Route"), required=False)

    def __init__(self, sent: dict[str, Any]) -> None:
        super().__init__(sent, label_suffix="")
        protocols = [(slug, described(slug).title) for slug in PROTOCOLS]
        for name, choices in (("protocol", protocols), ("route", list(Route.choices))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [("", pgettext_lazy("choice", "any")), *choices]

    def clean_since(self) -> date | None:
        """Expect a day in a calendar that reaches a day further."""
        return self._in_reach("since")

    def clean_until(self) -> date | None:
        """Expect the same of the last day."""
        return self._in_reach("until")

    def clean(self) -> dict[str, Any]:
        """Expect the days in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        return cleaned

    def _in_reach(self, name: str) -> date | None:
        found: date | None = self.cleaned_data[name]
        if found is not None and found.year not in YEARS:
            raise forms.ValidationError(_("Write a day such as 2026-01-31."))
        return found


@staff_only
@require_safe
def quality(request: SignedInRequest, clinic_id: int) -> HttpResponse:
    """Show how complete a clinic's ratings are."""
    clinic = clinic_of_staff(request.user, clinic_id)
    form = QualityForm(request.GET.dict())
    left_out = [spoken(get(slug)).title for slug in clinic.left_out_instruments]
    shown: dict[str, object] = {"clinic": clinic, "form": form, "left_out": left_out}
    if not form.is_valid():
        return render(request, "clinician/clinic/quality.html", shown, status=HTTPStatus.BAD_REQUEST)
    chosen = Chosen(clinic, **form.cleaned_data)
    found = occasions(chosen, timezone.now())
    shown |= {
        "rows": [row(one) for one in found],
        "whole": row(total(found)) if found else None,
        "entered": entered(chosen),
        "is_filtered": any(form.cleaned_data.values()),
        "query": request.GET.urlencode(),
    }
    return render(request, "clinician/clinic/quality.html", shown)


@staff_only
@require_safe
def quality_csv(request: SignedInRequest, clinic_id: int) -> HttpResponse:
    """Return the same numbers as a file; 400 for what the page would not take."""
    clinic = clinic_of_staff(request.user, clinic_id)
    form = QualityForm(request.GET.dict())
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    found = occasions(Chosen(clinic, **form.cleaned_data), timezone.now())
    response = HttpResponse(csv_text(COLUMNS, map(_cells, found)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="check-ins.csv"'
    return response


def row(one: Occasion) -> dict[str, object]:
    """Return what the page says of the check-ins of one name."""
    return {
        "name": called(one.name),
        "due": one.due,
        "answers": one.answers,
        "share": None if one.share is None else share(one.share),
        "exact": one.share,
        "timings": [(one.answered[timing], words) for timing, words in TIMINGS.items() if one.answered[timing]],
        "reasons": [(one.skipped[reason], plain(reason)) for reason in SkipReason if one.skipped[reason]],
        "missed": one.missed,
        "superseded": one.superseded,
    }


COLUMNS = (
    "check_in",
    "nominal_hours",
    "due",
    "answered",
    *(f"answered_{one}" for one in Timing.values),
    "skipped",
    *(f"skipped_{one}" for one in SkipReason.values),
    "missed",
    "superseded",
)


def _cells(one: Occasion) -> list[object]:
    """Return the cells of one line, in the order of `COLUMNS`."""
    hours = "" if one.nominal_hours is None else f"{one.nominal_hours:g}"
    answered, skipped = list(one.answered.values()), list(one.skipped.values())
    return [one.name, hours, one.due, one.answers, *answered, one.skips, *skipped, one.missed, one.superseded]
