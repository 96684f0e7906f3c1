"""The patients of one's clinics: what each was given last, how it turned out, and which check-in comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.accounts.models import RECORDING_ROLES, Clinic, Patient
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET
from backend.instruments import PRIMARY
from backend.tracking.models import CheckIn, Outcome, Progress, Treatment, Unit
from backend.web.access import SignedInRequest, patients_of_staff, staff_only
from backend.web.check_in_names import called
from backend.web.clinician.words import Chip, given, status
from backend.web.moments import at_time, stamp

A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """One patient in the list."""

    patient: Patient
    given: str = ""
    route: str = ""
    when: str = ""
    status: Chip | None = None
    check_in: str = ""
    is_overdue: bool = False


@staff_only
@require_safe
def patients(request: SignedInRequest) -> HttpResponse:
    """List patients by code."""
    now = timezone.now()
    code = request.GET.get("code", "").replace("\0", "").strip()  # PostgreSQL takes no text with a NUL
    chosen = patients_of_staff(request.user).filter(code__icontains=code).select_related("clinic")
    page = Paginator(chosen.order_by("code", "pk"), A_PAGE).get_page(request.GET.get("page"))
    listed = rows(list(page.object_list), now)
    several = len({row.patient.clinic_id for row in listed}) > 1
    shown = {"rows": listed, "page": page, "code": code, "several_clinics": several}
    shown["may_enrol"] = Clinic.objects.staffed_by(request.user, RECORDING_ROLES).exists()
    return render(request, "clinician/today/patients.html", shown)


def rows(listed: Sequence[Patient], now: datetime) -> list[Row]:
    """Return a row for each patient; the number of queries does not depend on how many there are."""
    latest = _latest_treatments(listed)
    outcomes = {
        one.treatment_id: one
        for one in Outcome.objects.filter(
            treatment__in=latest.values(), unit=Unit.TREATMENT, instrument=PRIMARY, rule_set=DEFAULT_RULE_SET
        )
    }
    waiting = _waiting_check_ins(listed, now)
    return [_row(one, latest.get(one.pk), outcomes, waiting.get(one.pk), now) for one in listed]


def _latest_treatments(listed: Sequence[Patient]) -> dict[int, Treatment]:
    """Return by patient the last treatment that has started, or else the one planned first."""
    treatments = Treatment.objects.filter(patient__in=listed).exclude(state=Progress.CANCELLED)
    planned_last_to_first = treatments.filter(state=Progress.PLANNED).order_by("-planned_at")
    started = treatments.filter(state=Progress.STARTED).order_by("started_at")
    return _last_by_patient(planned_last_to_first) | _last_by_patient(started)


def _last_by_patient(treatments: Iterable[Treatment]) -> dict[int, Treatment]:
    return {one.patient_id: one for one in treatments}


def _waiting_check_ins(listed: Sequence[Patient], now: datetime) -> dict[int, CheckIn]:
    """Return by patient the check-in that is open, or else the next one to open."""
    not_over = CheckIn.objects.with_answers().filter(treatment__patient__in=listed, superseded=False, closes_at__gt=now)
    going_on = not_over.exclude(treatment__state=Progress.CANCELLED).select_related("treatment").order_by("-opens_at")
    return {one.treatment.patient_id: one for one in going_on if not one.is_answered and one.skip_reason is None}


def _row(
    patient: Patient,
    treatment: Treatment | None,
    outcomes: dict[int, Outcome],
    check_in: CheckIn | None,
    now: datetime,
) -> Row:
    told, overdue = ("", False) if check_in is None else _told(check_in, patient.time_zone, now)
    if treatment is None or treatment.dosed_at is None:
        return Row(patient, check_in=told, is_overdue=overdue)
    when = stamp(treatment.dosed_at, patient.time_zone)
    return Row(
        patient=patient,
        given=given(treatment),
        route=str(treatment.get_route_display()),
        when=when if treatment.started_at else _("planned for {when}").format(when=when),
        status=status(outcomes.get(treatment.pk), treatment),
        check_in=told,
        is_overdue=overdue,
    )


def _told(check_in: CheckIn, zone: str, now: datetime) -> tuple[str, bool]:
    """Return how a check-in stands that is neither answered nor over, and whether it is overdue."""
    name, due = called(check_in.name), at_time(check_in.due_at, now, zone)
    if now < check_in.opens_at:
        return _("{check_in} opens {when}").format(check_in=name, when=at_time(check_in.opens_at, now, zone)), False
    if now < check_in.due_at:
        return _("{check_in} is due {when}").format(check_in=name, when=due), False
    return _("{check_in} was due {when}").format(check_in=name, when=due), True
