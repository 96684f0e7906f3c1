"""What is known of a patient's treatments on paper: a page made to be printed, and a PDF where one can be made."""

from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from backend.accounts.models import Patient
from backend.charts.paper import on_paper
from backend.web.access import SignedInRequest, signed_in
from backend.web.clinician.patient.curve import Drawing
from backend.web.clinician.patient.look import Look
from backend.web.clinician.patient.notes import note_rows
from backend.web.clinician.patient.page import about, judged, looked_up
from backend.web.moments import stamp

PDF_MAKER = "weasyprint"  # an extra: it needs libraries of the system, which docs/operations.md names
PAPER_PX = 660
STYLE = "report.css"


@signed_in
@require_safe
def report(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Show the report as a page, to be printed from the browser."""
    somebody, treats = looked_up(request, patient_id)
    shown = _reported(request, somebody, treats=treats)
    return render(request, "clinician/patient/report.html", shown | {"has_pdf": _can_make_pdf()})


@signed_in
@require_safe
def report_pdf(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Give the report as a PDF file, or say plainly that this server cannot make one."""
    somebody, treats = looked_up(request, patient_id)
    if not _can_make_pdf():
        shown = {"patient": somebody, "query": request.GET.urlencode()}
        return render(request, "clinician/patient/no_pdf.html", shown, status=HTTPStatus.NOT_IMPLEMENTED)
    shown = _reported(request, somebody, treats=treats)
    page = render_to_string("clinician/patient/report_paper.html", shown | {"language": get_language()})
    answer = HttpResponse(_pdf_of(page), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="ebb-report-{somebody.pk}.pdf"'
    return answer


def _reported(request: SignedInRequest, patient: Patient, *, treats: bool) -> dict[str, object]:
    """Return what the report says; notes only to those who treat there, and not where they are switched off."""
    look = Look.at(patient, request.GET.dict())
    wants_notes = request.GET.get("notes", "1") == "1"
    other = request.GET.copy()
    other["notes"] = "0" if wants_notes else "1"
    shown: dict[str, object] = {
        "patient": patient,
        "treatment": look.treatment,
        "printed": stamp(timezone.now(), patient.time_zone),
        "printed_by": request.user.known_as,
        "treats": treats,
        "notes": note_rows(patient) if treats and wants_notes else None,
        "query": request.GET.urlencode(),
        "query_with_other_notes": other.urlencode(),
    }
    if look.treatment is not None:
        shown |= about(look, look.treatment) | judged(look, look.treatment)
    drawing = shown.get("drawing")
    return shown | {"on_paper": _on_paper(drawing.alone) if isinstance(drawing, Drawing) else ""}


def _on_paper(alone: Callable[..., str]) -> SafeString:
    """Return a picture that any program can draw; backend.charts has escaped every text in it."""
    return mark_safe(on_paper(alone(width=PAPER_PX)))  # noqa: S308 - see above


def _can_make_pdf() -> bool:
    return find_spec(PDF_MAKER) is not None


def _pdf_of(page: str) -> bytes:
    """Return a page as a PDF. All it needs is in it: the maker may fetch nothing, from no address."""
    maker: Any = import_module(PDF_MAKER)
    style = Path(str(finders.find(STYLE))).read_text(encoding="utf-8")
    document = maker.HTML(string=page, url_fetcher=fetch_nothing)
    return bytes(document.write_pdf(stylesheets=[maker.CSS(string=style, url_fetcher=fetch_nothing)]))


def fetch_nothing(url: str, *_more: object, **_options: object) -> NoReturn:
    """Refuse every address that a report could ask for."""
    raise ValueError(f"a report asked for {url[:80]!r}, expected nothing from outside")
