"""What a rating has in the points that an alert rule looks at, as amendments leave it, and whether it reaches that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from backend import instruments
from backend.tracking.models import Alert, AlertRule, Amendment, Crossing, Rating

LOOKED_AT = 5  # ratings before or after one, to find one that a rule can be read on

Series = tuple[int, str]  # of a treatment and an instrument


@dataclass(frozen=True, slots=True)
class Standing:
    """How the rating of an alert stands: `points` as its rule looks at it now, None where that cannot be told.

    `is_amended`: it was corrected since; if not, and the points differ, what it is measured from has changed.
    """

    points: int | None
    is_withdrawn: bool
    is_amended: bool
    reaches: bool


def standings(alerts: Iterable[Alert]) -> dict[int, Standing]:
    """Return how the ratings of some alerts stand, by the alerts' keys, in two queries at most.

    The alerts come with their rules.
    """
    listed = list(alerts)
    rated = {one.pk: one for one in as_they_stand(Rating.objects.filter(pk__in={one.rating_id for one in listed}))}
    rises = [one.rating_id for one in listed if one.rule.kind == Crossing.RISE]
    totals = _totals([rated[pk] for pk in rises if pk in rated]) if rises else {}
    return {one.pk: _standing(one.rule, rated.get(one.rating_id), totals) for one in listed}


def _standing(rule: AlertRule, rating: Rating | None, totals: dict[Series, list[Rating]]) -> Standing:
    if rating is None:
        return Standing(None, is_withdrawn=True, is_amended=True, reaches=False)
    series = totals.get((rating.treatment_id, rating.instrument), [])
    found = _points(rule, rating, series)
    reaches = found is not None and found >= rule.points
    return Standing(found, is_withdrawn=False, is_amended=rating.amended_kind is not None, reaches=reaches)


def as_they_stand(ratings: QuerySet[Rating]) -> QuerySet[Rating]:
    """Return those of some ratings that nobody withdrew, with the answers of their last amendments."""
    last = Amendment.objects.filter(rating=OuterRef("pk")).order_by("-pk").values("answers")[:1]
    mine = Rating.objects.standing().filter(pk__in=ratings.values("pk"))
    return mine.annotate(amended_answers=Subquery(last)).select_related("treatment", "patient")


def before(rating: Rating) -> QuerySet[Rating]:
    """Return the ratings before one in the patient's series, the last one first."""
    earlier = Q(effective_at__lt=rating.effective_at) | Q(effective_at=rating.effective_at, pk__lt=rating.pk)
    return as_they_stand(_series(rating).filter(earlier)).order_by("-effective_at", "-pk")


def after(rating: Rating) -> QuerySet[Rating]:
    """Return the ratings after one in the patient's series, the next one first."""
    later = Q(effective_at__gt=rating.effective_at) | Q(effective_at=rating.effective_at, pk__gt=rating.pk)
    return as_they_stand(_series(rating).filter(later)).order_by("effective_at", "pk")


def _series(rating: Rating) -> QuerySet[Rating]:
    return Rating.objects.filter(patient=rating.patient_id, instrument=rating.instrument)


def nearest(rule: AlertRule, ratings: Sequence[Rating]) -> Rating | None:
    """Return the first of some ratings that a rule can be read on."""
    return next((one for one in ratings if points(rule, one) is not None), None)


def reached(rule: AlertRule, rating: Rating) -> int | None:
    """Return the points by which a rating reaches a rule, None where it does not; from `as_they_stand()`."""
    found = points(rule, rating)
    return found if found is not None and found >= rule.points else None


def points(rule: AlertRule, rating: Rating) -> int | None:
    """Return what a rating has in the points that a rule looks at; None where that cannot be told."""
    series = _totals([rating]) if rule.kind == Crossing.RISE else {}
    return _points(rule, rating, series.get((rating.treatment_id, rating.instrument), []))


def _points(rule: AlertRule, rating: Rating, series: Sequence[Rating]) -> int | None:
    amended: list[int | None] | None = getattr(rating, "amended_answers", None)
    if rule.kind == Crossing.ITEM:
        answers: list[int | None] = amended or rating.answers
        return answers[rule.item - 1] if rule.item else None
    total = rating.total_now
    if total is None or rule.kind == Crossing.TOTAL:
        return total
    baseline = _baseline(rating, series)
    return None if baseline is None else total - baseline


def _totals(ratings: Sequence[Rating]) -> dict[Series, list[Rating]]:
    """Return the complete ratings of the treatments of some, in the order of time, by treatment and instrument."""
    found = Rating.objects.complete().filter(
        treatment__in={one.treatment_id for one in ratings}, instrument__in={one.instrument for one in ratings}
    )
    by_series: dict[Series, list[Rating]] = {}
    for one in found.order_by("effective_at", "pk"):
        by_series.setdefault((one.treatment_id, one.instrument), []).append(one)
    return by_series


def _baseline(rating: Rating, series: Sequence[Rating]) -> int | None:
    """Return the last total before the dose of a rating's treatment, within its window; before the dose, its own."""
    started_at = rating.treatment.started_at
    window = instruments.get(rating.instrument).baseline_window_hours
    if started_at is None or window is None:
        return None
    opens, closes = (started_at + timedelta(hours=hours) for hours in window)
    until: datetime = min(started_at, rating.effective_at)
    within = [one for one in series if opens <= one.effective_at <= min(closes, until)]
    return within[-1].total_now if within else None
