"""Whose relief did not come, ends, was lost or gave way to worse, by the outcomes of patients' latest treatments."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Exists, OuterRef, Q

from backend.accounts.models import Clinic
from backend.analysis.outcomes.kernel import Status
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET
from backend.instruments import PRIMARY
from backend.tracking.models import Outcome, Progress, Treatment, Unit
from backend.tracking.today.reasons import Need, Reason
from backend.tracking.today.room import A_DAY, ROOM

FELT_BETTER = "R50F-L50"  # halved at any check-in, confirmed or not
LATEST_RATED_DAYS = 14  # [design] an older last rating says nothing of today: one missed week is within it
LOST_LATELY_DAYS = 7  # [design] relief lost longer ago has been seen
LONGEST_FOLLOW_UP = timedelta(weeks=26)  # twice what any protocol asks for; lets an index bound the search
USUAL_FROM = 2  # [design] earlier treatments whose relief was lost, before a patient has a usual length
ASKED = (
    *("treatment_id", "treatment__patient_id", "treatment__started_at", "rule_set", "status", "baseline"),
    *("last_score", "last_rating_hours", "is_worse", "is_relief_ending", "onset_upper_hours"),
    *("loss_lower_hours", "loss_upper_hours"),
)
Row = dict[str, Any]


def outcomes_looked_at(clinics: Collection[Clinic], now: datetime) -> list[Row]:
    """Return what was concluded lately of the latest treatment of each patient, where it may call for somebody."""
    later = Treatment.objects.started().filter(
        patient=OuterRef("treatment__patient"), started_at__gt=OuterRef("treatment__started_at")
    )
    telling = Q(is_worse=True) | Q(is_relief_ending=True) | Q(status=Status.lost.name)
    return list(
        _primary(clinics)
        .filter(treatment__started_at__gt=now - LONGEST_FOLLOW_UP, treatment__started_at__lte=now)
        .filter(Q(rule_set=DEFAULT_RULE_SET) & telling | Q(rule_set=FELT_BETTER, treatment__started_at__gt=now - A_DAY))
        .filter(~Exists(later))
        .values(*ASKED)
    )


def usual_hours(rows: Iterable[Row], clinics: Collection[Clinic]) -> dict[int, float]:
    """Return how long relief usually held in the patients of these outcomes, by patient; at least: lower ends."""
    looked_at = {row["treatment_id"]: row["treatment__patient_id"] for row in rows if _is_ending(row)}
    lost = _primary(clinics).filter(
        rule_set=DEFAULT_RULE_SET, status=Status.lost.name, treatment__patient__in=set(looked_at.values())
    )
    lengths = defaultdict(list)
    for patient, hours in lost.exclude(treatment__in=looked_at).values_list("treatment__patient", "loss_lower_hours"):
        lengths[patient].append(hours)
    return {patient: median(hours) for patient, hours in lengths.items() if len(hours) >= USUAL_FROM}


def needs_by_outcome(
    rows: Iterable[Row], usual: dict[int, float], rated_in_room: set[int], now: datetime
) -> Iterator[Need]:
    """Yield the reasons that lie in outcomes."""
    for row in rows:
        if row["rule_set"] == FELT_BETTER:
            yield from _no_response(row, rated_in_room, now)
        else:
            yield from _relief(row, usual.get(row["treatment__patient_id"]), now)


def _primary(clinics: Collection[Clinic]) -> Any:  # noqa: ANN401 - a queryset of rows as dictionaries has no short name
    return Outcome.objects.filter(
        unit=Unit.TREATMENT,
        instrument=PRIMARY,
        treatment__state=Progress.STARTED,
        treatment__patient__clinic__in=[one.pk for one in clinics],
    )


def _no_response(row: Row, rated_in_room: set[int], now: datetime) -> Iterator[Need]:
    """Yield a treatment that was rated in the room and had no half of its baseline there."""
    closed_at, first_hit = row["treatment__started_at"] + ROOM, row["onset_upper_hours"]
    seen_in_room = first_hit is None or first_hit <= ROOM / timedelta(hours=1)
    if closed_at <= now and not seen_in_room and row["treatment_id"] in rated_in_room:
        yield Need(Reason.NO_RESPONSE, row["treatment_id"], since=closed_at, against=row["baseline"])


def _relief(row: Row, usual: float | None, now: datetime) -> Iterator[Need]:
    pk, rated_at = row["treatment_id"], _at(row, row["last_rating_hours"])
    scores = {"score": row["last_score"], "against": row["baseline"]}
    if rated_at <= now - timedelta(days=LATEST_RATED_DAYS):
        return
    if row["is_worse"]:
        yield Need(Reason.WORSE, pk, since=rated_at, **scores)
    if row["status"] == Status.lost.name:
        lost_at = _at(row, row["loss_upper_hours"])
        if lost_at <= now - timedelta(days=LOST_LATELY_DAYS):
            return
        yield Need(Reason.LOST, pk, since=lost_at, hours=row["loss_upper_hours"], **scores)
        ended_by = row["loss_upper_hours"]
    elif _is_ending(row):
        yield Need(Reason.ENDING, pk, since=rated_at, hours=row["last_rating_hours"], **scores)
        ended_by = (now - row["treatment__started_at"]) / timedelta(hours=1)
    else:
        return
    if usual is not None and ended_by < usual:
        yield Need(Reason.EARLIER, pk, since=rated_at, hours=ended_by, against=usual)


def _is_ending(row: Row) -> bool:
    """Tell whether relief ends, or was lost."""
    ending = {Status.lost.name: True, Status.responding.name: bool(row["is_relief_ending"])}
    return row["rule_set"] == DEFAULT_RULE_SET and ending.get(row["status"], False)


def _at(row: Row, hours: float | None) -> datetime:
    started_at: datetime = row["treatment__started_at"]
    return started_at + timedelta(hours=hours or 0)
