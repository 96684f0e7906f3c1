"""The claims about speed and duration, answered with what the clinics of a person have seen."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from django.db.models import QuerySet

from backend.accounts.models import Clinic, Person
from backend.analysis.cohorts.claims import FELT_BETTER, HALVED_AND_CONFIRMED, Groups, Row, Shown, answered
from backend.analysis.cohorts.keeping import NEVER
from backend.analysis.schedule import protocol
from backend.tracking.cohorts.cohort import Cohort, asked_for_cohort, counted
from backend.tracking.cohorts.one_by_one import by_previous
from backend.tracking.cohorts.parts import Part, Parts
from backend.tracking.cohorts.reading import parts_of
from backend.tracking.cohorts.selection import EITHER, HOURLY, Selection
from backend.tracking.cohorts.stored import Asked, keep, kept
from backend.tracking.models import Drug

COMPARATOR_PROTOCOL = "weekly"


@dataclass(frozen=True, slots=True)
class Claims:
    """Every claim's numbers. `about`: whom they are about, which narrows what was asked; `comparator`: whom beside.

    `others_failed`: those of `about` for whom two or more adequate trials of other treatments are listed as failed.
    """

    about: Selection
    comparator: Selection
    others_failed: Selection
    rows: tuple[Row, ...] = ()


def claims(person: Person, selection: Selection) -> Claims:
    """Answer the claims about those of a selection who had ketamine or esketamine and were asked in the first hours.

    The comparator are those who had another drug and were asked weekly, by any route and at any dose.
    """
    found = claims_about(selection)
    clinics = Clinic.objects.staffed_by(person)
    rows = kept(asked_for_claims(clinics, selection))["rows"]
    told = tuple(Row(**{name: _number(one) for name, one in row.items()}) for row in rows)
    return replace(found, rows=told)


def claims_about(selection: Selection) -> Claims:
    """Return whom the claims of a selection are about, without numbers."""
    drug = EITHER if selection.drug in ("", Drug.OTHER) else selection.drug
    about = replace(selection, drug=drug, protocol=selection.protocol or HOURLY)
    comparator = replace(
        selection, route="", drug=Drug.OTHER, protocol=COMPARATOR_PROTOCOL, dose_from=None, dose_to=None
    )
    return Claims(about, comparator, replace(about, previous="2+"))


def asked_for_claims(clinics: QuerySet[Clinic], selection: Selection) -> Asked:
    """Return the question whose answer is the claims' rows as JSON."""
    found = claims_about(selection)
    work_out = partial(_worked_out, claims=found)
    everybody = replace(selection, route="", drug="", protocol="")
    return Asked.now(("claims",), work_out, clinics, selection, within=everybody, also=[found.others_failed])


def _worked_out(asked: Asked, *, claims: Claims) -> dict[str, Any]:
    rules = claims.about.rule_set
    rule_sets = {FELT_BETTER, HALVED_AND_CONFIRMED, rules}
    also = asked_for_cohort(asked.clinics, claims.about)
    key = also.key()
    parts, failed = _parts(asked, claims, sorted(rule_sets))
    under = {name: Cohort.of(replace(claims.about, rule_set=name), parts[name], asked.at) for name in rule_sets}
    keep(key, also, under[rules].as_json())  # a page asks for both, and reads the outcomes once
    beside = set(protocol(COMPARATOR_PROTOCOL).grid_hours.tolist())
    common = tuple(hour for hour in under[rules].counts.hours if hour in beside)
    groups = Groups(
        felt_better=_shown(under[FELT_BETTER]),
        confirmed=_shown(under[HALVED_AND_CONFIRMED]),
        chosen=_shown(under[rules]),
        at_common_check_ins=_shown(under[rules].at_hours(common)),
        comparator=_shown(counted(asked, claims.comparator)),
        others_failed=_shown(Cohort.of(claims.others_failed, failed, asked.at)),
    )
    return {"rows": [{name: _plain(one) for name, one in asdict(row).items()} for row in answered(groups, rules)]}


def _parts(asked: Asked, claims: Claims, rule_sets: Sequence[str]) -> tuple[Parts, list[Part]]:
    """Return what is counted of everybody under each rule set, and of those whom other treatments failed."""
    about, rules = claims.about, claims.about.rule_set
    if about.is_stored or about.previous:
        failed = parts_of(asked.clinics, claims.others_failed, asked.strata, [rules])
        return parts_of(asked.clinics, about, asked.strata, rule_sets), failed[rules]
    each = by_previous(asked.clinics, about, rule_sets)
    everybody = {name: [part for parts in each.values() for part in parts[name]] for name in rule_sets}
    return everybody, each[claims.others_failed.previous][rules]


def _shown(found: Cohort) -> Shown:
    return Shown(found.n, found.estimate, found.followed_hours)


def _plain(found: object) -> object:
    return NEVER if found == math.inf else found


def _number(stored: Any) -> Any:  # noqa: ANN401 - a word, a number or nothing
    return math.inf if stored == NEVER else stored
