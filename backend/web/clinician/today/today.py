"""Today: who needs somebody now and why, as a page and as the fragment that the page asks for again."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from backend.accounts.models import RECORDING_ROLES, Clinic, Membership
from backend.tracking.models import Alert
from backend.tracking.services.rating.crossings import standings
from backend.tracking.today import Reason, looked_at
from backend.web.access import SignedInRequest, signed_in
from backend.web.clinician.today.alert_words import alert_line
from backend.web.clinician.today.item9 import item9_lines
from backend.web.clinician.today.rows import CHIPS, ORDERS, Row, in_order, rows_of

ALL = "all"
TREATS = "treats"  # what a clinic is told with: whether the reader treats there
SORTED_BY = {
    "urgency": gettext_lazy("urgency"),
    "patient": gettext_lazy("patient"),
    "since": gettext_lazy("longest first"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to see the list: by a reason, or in an order."""

    key: str
    title: str | Promise
    query: str
    is_chosen: bool
    count: int = 0


@signed_in
@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """Show who needs somebody now."""
    return render(request, "clinician/today/today.html", _shown(request))


@signed_in
@require_safe
def today_list(request: SignedInRequest) -> HttpResponse:
    """Return the list alone, for the page to put in the place of the one it has."""
    return render(request, "clinician/today/list.html", _shown(request))


def _shown(request: SignedInRequest) -> dict[str, object]:
    now = timezone.now()
    treats = Membership.objects.held_by(request.user, RECORDING_ROLES).filter(clinic=OuterRef("pk"))
    works_at = Clinic.objects.staffed_by(request.user).annotate(**{TREATS: Exists(treats)}).select_related("alert_plan")
    clinics = {one.pk: one for one in works_at}
    if not clinics:
        raise Http404
    alerts = list(
        Alert.objects.treated_by(request.user)
        .unacknowledged()
        .select_related("rule", "rating", "patient")
        .order_by("quiet", "-raised_at", "pk")
    )
    looked = looked_at(list(clinics.values()), alerts, now)
    stands = standings(alerts) if alerts else {}
    rows = rows_of(looked, clinics, stands, now)
    asked_for, order = _chosen(request.GET)
    listed = in_order([row for row in rows if asked_for is None or asked_for in row.reasons], order)
    return {
        "rows": listed,
        "total": len(rows),
        "reasons": _reasons(rows, asked_for, order),
        "orders": [Choice(key, title, _query(asked_for, key), key == order) for key, title in SORTED_BY.items()],
        "query": _query(asked_for, order),
        "starts_at": {one.pk for one in works_at if getattr(one, TREATS)},
        "alerts": [alert_line(one, stands[one.pk], clinics[one.patient.clinic_id], now) for one in alerts],
        "item9": item9_lines(request.user, now),
        "without_plan": [one for one in clinics.values() if not hasattr(one, "alert_plan")],
        "several_clinics": len(clinics) > 1,
        "updated": _clock(now, clinics),
    }


def _chosen(asked: QueryDict) -> tuple[Reason | None, str]:
    """Return by which reason and in which order; a choice that does not exist counts as not made."""
    reason, order = asked.get("reason", ALL), asked.get("sort", "")
    return next((one for one in Reason if one.value == reason), None), order if order in ORDERS else "urgency"


def _reasons(rows: list[Row], chosen: Reason | None, order: str) -> list[Choice]:
    """Return the reasons that anybody is listed for, and the one that was asked for."""
    counts = Counter(reason for row in rows for reason in row.reasons)
    everybody = Choice(ALL, gettext_lazy("all"), _query(None, order), chosen is None, len(rows))
    some = [one for one in Reason if counts[one] or one == chosen]
    return [
        everybody,
        *(Choice(one.value, CHIPS[one][0], _query(one, order), one == chosen, counts[one]) for one in some),
    ]


def _query(reason: Reason | None, order: str) -> str:
    return f"?reason={reason.value if reason else ALL}&sort={order}"


def _clock(now: datetime, clinics: dict[int, Clinic]) -> str:
    """Return the time by the clock of the reader's clinic."""
    zone = next((one.time_zone for one in clinics.values()), "UTC")
    return f"{now.astimezone(ZoneInfo(zone)):%H:%M}"
