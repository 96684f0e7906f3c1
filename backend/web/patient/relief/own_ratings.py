"""A patient's own ratings as rows: for the page to print, and as a CSV file with everything that was stored."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

from django.utils.translation import gettext as _

from backend.accounts.models import Patient
from backend.instruments import get, spoken
from backend.tracking.models import Amendment, Rating, Treatment
from backend.web.moments import stamp

COLUMNS = (
    "clinic",
    "treatment_started_at",
    "drug",
    "route",
    "dose_mg",
    "check_in",
    "instrument",
    "instrument_version",
    "rated_at",
    "hours_since_start",
    "answers",
    "total",
    "total_now",
    "amended",
    "timing",
    "respondent",
)
AN_HOUR = timedelta(hours=1)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")  # full-width ones count too


@dataclass(frozen=True, slots=True)
class Line:
    """One rating in the table of the page to print."""

    when: str
    scale: str
    score: str


def lines(treatments: Iterable[Treatment], zone: str) -> list[Line]:
    """Return the ratings of some treatments by time, as their last amendments leave them."""
    return [_line(one, zone) for one in _ratings(treatment__in=list(treatments))]


def as_csv(patients: Iterable[Patient]) -> str:
    """Return every rating of some patients as CSV, by time: as entered, and what counts now."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in _ratings(patient__in=list(patients)):
        writer.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in _cells(one)])
    return written.getvalue()


def _ratings(**whose: object) -> Iterator[Rating]:
    rows = Rating.objects.filter(**whose).with_last_amendment()
    return iter(rows.select_related("patient__clinic", "treatment", "check_in").order_by("effective_at", "pk"))


def _line(rating: Rating, zone: str) -> Line:
    scale = spoken(get(rating.instrument))
    if rating.amended_kind == Amendment.Kind.WITHDRAW:
        score = _("withdrawn")
    elif rating.total_now is None:
        score = _("left blank in part")
    else:
        score = _("%(total)d of %(most)d") % {"total": rating.total_now, "most": scale.total_maximum}
    return Line(stamp(rating.effective_at, zone), scale.title, score)


def _cells(rating: Rating) -> tuple[object, ...]:
    """Return the values of COLUMNS; an empty cell is "not known"."""
    treatment = rating.treatment
    started_at = treatment.started_at
    hours = None if started_at is None else (rating.effective_at - started_at) / AN_HOUR
    return (
        rating.patient.clinic.name,
        _instant(started_at),
        treatment.drug_name or treatment.drug,
        treatment.route,
        treatment.dose_mg,
        rating.check_in.name if rating.check_in else "",
        rating.instrument,
        rating.instrument_version,
        _instant(rating.effective_at),
        hours,
        ";".join("" if one is None else str(one) for one in rating.answers),
        rating.total,
        rating.total_now,
        rating.amended_kind or "",
        rating.timing,
        rating.respondent,
    )


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _inert(words: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words
