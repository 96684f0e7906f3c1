"""The monitoring sheet of one dose: what staff saw, for printing, with lines left to write on."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts.reading import note_reading
from backend.charts.words import number
from backend.tracking.models import Treatment
from backend.web.access import SignedInRequest, staff_only
from backend.web.clinician.patient.observations.log import looks_at, rows_of, standing
from backend.web.clinician.patient.observations.pages import about, is_treated_by, treatment_of_staff
from backend.web.clinician.patient.observations.summary import observed
from backend.web.moments import stamp

BLANK_ROWS = 4  # for what is written by hand


@staff_only
@require_safe
def monitoring_sheet(request: SignedInRequest, patient_id: int, treatment_id: int) -> HttpResponse:
    """Show what was seen after one dose as a sheet to print."""
    treatment = treatment_of_staff(request.user, patient_id, treatment_id)
    treats = is_treated_by(treatment, request.user)
    note_reading(reader=request.user, patients=[treatment.patient])
    with timezone.override(ZoneInfo(treatment.patient.time_zone)):
        looks = looks_at(treatment)
        rows = [row for row in rows_of(looks, by_those_who_treat=treats) if row.is_standing]
        shown = about(treatment) | {
            "rows": rows,
            "replaced": len(looks) - len(standing(looks)),
            "blank_rows": range(BLANK_ROWS),
            "drug": treatment.drug_name or treatment.get_drug_display(),
            "dose": _dose(treatment),
            "observed": observed(treatment, by_those_who_treat=treats, looks=looks),
            "printed": stamp(timezone.now(), treatment.patient.time_zone),
        }
        return render(request, "clinician/patient/observations/sheet.html", shown)


def _dose(treatment: Treatment) -> str:
    """Return "84 mg", empty where the dose is not on record."""
    return "" if treatment.dose_mg is None else f"{number(float(treatment.dose_mg))}\N{NO-BREAK SPACE}mg"
