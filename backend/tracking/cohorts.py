"""One cohort's curves, from the cells that jobs counted: what it costs does not grow with the number of patients."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from backend import instruments
from backend.accounts.models import Clinic, Person
from backend.accounts.refusals import Refused
from backend.analysis.cohorts.counts import Counts, Member, merged
from backend.analysis.cohorts.estimate import CohortEstimate, estimate_cohort
from backend.analysis.outcomes.rules import DEFAULT_RULE_SET, RULE_SETS, RuleSet, rule_set
from backend.analysis.schedule import DEFAULT_PROTOCOL, protocol
from backend.tracking.models import Drug, Indication, Outcome, Route, Stratum, StratumCells, Treatment, Unit

YEARS = range(1900, 2200)  # the day after the last one asked for is still a day


@dataclass(frozen=True, slots=True)
class Selection:
    """Which index treatments (or courses) form the cohort, and by what they are judged; empty means any.

    `since`, `until`: first and last day, UTC, on which the treatment started.
    """

    route: str = ""
    drug: str = ""
    indication: str = ""
    instrument: str = instruments.PRIMARY
    rule_set: str = DEFAULT_RULE_SET
    unit: str = Unit.TREATMENT
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """What a selection shows; the estimates are None where the cohort is too small.

    `counts` are on the check-ins that all protocols in it share. `due`, `answered`: one a check-in, of those months
    in which it is over for everybody. `waiting`: treatments whose jobs have not run yet.
    """

    selection: Selection
    counts: Counts
    estimate: CohortEstimate | None
    estimate_e2: CohortEstimate | None
    check_in_names: tuple[str, ...]
    due: tuple[int, ...]
    answered: tuple[int, ...]
    waiting: int

    @property
    def n(self) -> int:
        """Return how many evaluable treatments or courses there are."""
        return self.counts.n

    @property
    def check_ins_followed(self) -> int:
        """Return how many check-ins there are up to the last one that anybody answered."""
        return max((number for number, count in enumerate(self.counts.answered, start=1) if count), default=0)

    @property
    def rules(self) -> RuleSet:
        """Return the rule set it is judged by."""
        return rule_set(self.selection.rule_set)


def selection_from(params: Mapping[str, str]) -> Selection:
    """Read a selection from texts by the names route, drug, indication, instrument, rule_set, from, to and unit."""
    outcome_slugs = [one.slug for one in instruments.known() if one.role == "outcome"]
    return Selection(
        route=_one_of("route", params.get("route", ""), ["", *Route.values]),
        drug=_one_of("drug", params.get("drug", ""), ["", *Drug.values]),
        indication=_one_of("indication", params.get("indication", ""), ["", *Indication.values]),
        instrument=_one_of("instrument", params.get("instrument") or instruments.PRIMARY, outcome_slugs),
        rule_set=_one_of("rule_set", params.get("rule_set") or DEFAULT_RULE_SET, list(RULE_SETS)),
        unit=_one_of("unit", params.get("unit") or Unit.TREATMENT, Unit.values),
        since=_day("from", params.get("from", "")),
        until=_day("to", params.get("to", "")),
    )


def cohort(person: Person, selection: Selection) -> Cohort:
    """Return the cohort of the clinics a person works at."""
    strata = _within(Stratum.objects.visible_to(person), selection)
    parts = list(_parts(strata, selection))
    none = Counts.of((), protocol(DEFAULT_PROTOCOL).grid_hours)
    counts = merged(part for _, part in parts) or none
    over = merged(_over(part, stratum, timezone.now()) for stratum, part in parts) or none
    return Cohort(
        selection=selection,
        counts=counts,
        estimate=estimate_cohort(counts.cells()),
        estimate_e2=estimate_cohort(counts.cells(redose_is_loss=True)) if counts.e1 != counts.e2 else None,
        check_in_names=_names(parts, counts),
        due=over.due,
        answered=over.answered,
        waiting=_waiting(person, selection),
    )


def _one_of(field: str, given: str, expected: list[str]) -> str:
    if given not in expected:
        raise Refused(field, f"{field} is {given!r}, expected one of {', '.join(filter(None, expected))}")
    return given


def _day(field: str, given: str) -> date | None:
    if not given:
        return None
    with suppress(ValueError):
        found = date.fromisoformat(given)
        if found.year in YEARS:
            return found
    raise Refused(field, f"{field} is {given!r}, expected a day such as 2026-01-31")


def _chosen(selection: Selection) -> dict[str, str]:
    named = {name: getattr(selection, name) for name in ("route", "drug", "indication")}
    return {name: given for name, given in named.items() if given}


def _within(strata: QuerySet[Stratum], selection: Selection) -> list[Stratum]:
    rows = strata.filter(unit=selection.unit, **_chosen(selection))
    if selection.since:
        rows = rows.filter(month__gte=selection.since.replace(day=1))
    if selection.until:
        rows = rows.filter(month__lte=selection.until)
    return list(rows)


def _parts(strata: list[Stratum], selection: Selection) -> Iterable[tuple[Stratum, Counts]]:
    """Yield the counts of each stratum: stored ones of whole months, counted anew for a month that is cut."""
    by_pk = {one.pk: one for one in strata if not _cut(one, selection)}
    judged = {"instrument": selection.instrument, "rule_set": selection.rule_set}
    for cells in StratumCells.objects.filter(stratum__in=by_pk, **judged):
        stratum = by_pk[cells.stratum_id]
        yield stratum, Counts.from_json(cells.counts, protocol(stratum.protocol).grid_hours)
    for stratum in strata:
        if stratum.pk not in by_pk:
            rows = Outcome.objects.filter(_started_within(selection, "treatment__"), stratum=stratum, **judged)
            members = [Member.from_json(one) for one in rows.values_list("on_grid", flat=True)]
            if members:  # else its grid would make that of the others coarser
                yield stratum, Counts.of(members, protocol(stratum.protocol).grid_hours)


def _cut(stratum: Stratum, selection: Selection) -> bool:
    """Tell whether only some days of a stratum's month are selected."""
    first = bool(selection.since and selection.since > stratum.month)
    return first or bool(selection.until and selection.until < _last_day(stratum.month))


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _started_within(selection: Selection, prefix: str = "") -> Q:
    within = Q()
    if selection.since:
        within &= Q(**{f"{prefix}started_at__gte": datetime.combine(selection.since, time(), UTC)})
    if selection.until:
        within &= Q(**{f"{prefix}started_at__lt": datetime.combine(selection.until, time(), UTC) + timedelta(days=1)})
    return within


def _over(counts: Counts, stratum: Stratum, now: datetime) -> Counts:
    """Return the counts without those of check-ins whose windows are not yet over for the whole month."""
    last = datetime.combine(_last_day(stratum.month), time(), UTC) + timedelta(days=1)
    over = [last + timedelta(hours=one.closes) <= now for one in protocol(stratum.protocol).check_ins]
    due, answered = (
        tuple(count if done else 0 for count, done in zip(column, over, strict=True))
        for column in (counts.due, counts.answered)
    )
    return replace(counts, due=due, answered=answered)


def _names(parts: Sequence[tuple[Stratum, Counts]], counts: Counts) -> tuple[str, ...]:
    """Return the names of the check-ins that the counts are on, which every part has."""
    plan = protocol(parts[0][0].protocol if parts else DEFAULT_PROTOCOL)
    by_hours = {one.nominal: one.name for one in plan.check_ins}
    return tuple(by_hours[hours] for hours in counts.hours[1:-1])


def _waiting(person: Person, selection: Selection) -> int:
    """Return how many treatments of the selection have outcomes older than their ratings."""
    mine = Treatment.objects.filter(_started_within(selection), patient__clinic__in=Clinic.objects.staffed_by(person))
    return mine.started().filter(**_chosen(selection)).needing_estimate().count()
