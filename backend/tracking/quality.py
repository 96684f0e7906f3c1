"""How complete a clinic's ratings are: what became of every check-in that is over, by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Subquery

from backend.accounts.models import Clinic
from backend.instruments import PRIMARY
from backend.tracking.models import Amendment, CheckIn, Progress, Rating, Skip, SkipReason, Timing

Grouped = dict[str, int]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose check-ins are counted, by the day on which they were due at the clinic; empty means any."""

    clinic: Clinic
    since: date | None = None
    until: date | None = None
    protocol: str = ""
    route: str = ""


@dataclass(slots=True)
class Occasion:
    """What became of the check-ins of one name; each is in exactly one of these.

    `answered` is by how the first complete answer to the first question came in, `skipped` by reason. `superseded`:
    a later treatment closed it before it was answered, so nobody owed an answer.
    """

    name: str
    nominal_hours: float | None
    answered: Grouped = field(default_factory=lambda: dict.fromkeys(Timing.values, 0))
    skipped: Grouped = field(default_factory=lambda: dict.fromkeys(SkipReason.values, 0))
    missed: int = 0
    superseded: int = 0

    @property
    def answers(self) -> int:
        """Return how many were answered, however late."""
        return sum(self.answered.values())

    @property
    def skips(self) -> int:
        """Return how many somebody said they would not answer."""
        return sum(self.skipped.values())

    @property
    def due(self) -> int:
        """Return how many were owed: answered, skipped or missed."""
        return self.answers + self.skips + self.missed

    @property
    def share(self) -> float | None:
        """Return which part of those due was answered; None where none was due."""
        return self.answers / self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Entered:
    """How the ratings came in that were made in the period, all instruments together."""

    ratings: int
    incomplete: int
    outside: int  # of every window
    corrected: int
    withdrawn: int


def occasions(chosen: Chosen, now: datetime) -> list[Occasion]:
    """Return what became of the check-ins that are over or settled, in the order they come after a dose; one query."""
    found: dict[tuple[str, float | None], Occasion] = {}
    for name, hours, how, why_not, superseded, is_over, count, _place in _grouped(chosen, now):
        if not (is_over or how or why_not or superseded):
            continue  # nobody knows yet
        one = found.setdefault((name, hours), Occasion(name, hours))
        if how:
            one.answered[how] += count
        elif why_not:
            one.skipped[why_not] += count
        elif superseded:
            one.superseded += count
        else:
            one.missed += count
    return list(found.values())


def total(parts: Iterable[Occasion]) -> Occasion:
    """Return all check-ins together."""
    whole = Occasion("", None)
    for part in parts:
        for mine, theirs in ((whole.answered, part.answered), (whole.skipped, part.skipped)):
            for key, count in theirs.items():
                mine[key] += count
        whole.missed += part.missed
        whole.superseded += part.superseded
    return whole


def entered(chosen: Chosen) -> Entered:
    """Return how the ratings of a period came in; one query."""
    last = Amendment.objects.filter(rating=OuterRef("pk")).order_by("-pk").values("kind")[:1]
    rows = Rating.objects.filter(_of_treatments(chosen, "treatment__"), _within(chosen, "effective_at"))
    counted = rows.annotate(change=Subquery(last)).aggregate(
        ratings=Count("pk"),
        incomplete=Count("pk", filter=Q(total__isnull=True)),
        outside=Count("pk", filter=Q(check_in__isnull=True)),
        corrected=Count("pk", filter=Q(change=Amendment.Kind.CORRECT)),
        withdrawn=Count("pk", filter=Q(change=Amendment.Kind.WITHDRAW)),
    )
    return Entered(**counted)


def _grouped(
    chosen: Chosen, now: datetime
) -> "QuerySet[CheckIn, tuple[str, float | None, str | None, str | None, bool, bool, int, int]]":
    """Count check-ins by name and by what became of them, those before the dose first.

    Whether one is over is counted too, not filtered by: a condition would look for every answer a second time.
    """
    first = Rating.objects.complete().filter(check_in=OuterRef("pk"), instrument=PRIMARY).order_by("pk")
    skipped = Skip.objects.filter(check_in=OuterRef("pk")).order_by("pk")
    mine = CheckIn.objects.filter(_of_treatments(chosen, "treatment__"), _within(chosen, "due_at"))
    told = mine.exclude(treatment__state=Progress.CANCELLED).annotate(
        how=Subquery(first.values("timing")[:1]),
        why_not=Subquery(skipped.values("reason")[:1]),
        is_over=ExpressionWrapper(Q(closes_at__lte=now), output_field=BooleanField()),
    )
    by = told.values_list("name", "nominal_hours", "how", "why_not", "superseded", "is_over")
    counted = by.annotate(count=Count("pk"), place=Min("number"))
    return counted.order_by(F("nominal_hours").asc(nulls_first=True), "place")


def _of_treatments(chosen: Chosen, prefix: str) -> Q:
    named = {"protocol": chosen.protocol, "route": chosen.route}
    asked = {f"{prefix}{name}": given for name, given in named.items() if given}
    return Q(**{f"{prefix}patient__clinic": chosen.clinic}, **asked)


def _within(chosen: Chosen, field_name: str) -> Q:
    """Return the days asked for, by the clinic's clock."""
    zone, within = ZoneInfo(chosen.clinic.time_zone), Q()
    if chosen.since:
        within &= Q(**{f"{field_name}__gte": datetime.combine(chosen.since, time(), zone)})
    if chosen.until:
        within &= Q(**{f"{field_name}__lt": datetime.combine(chosen.until + timedelta(days=1), time(), zone)})
    return within
