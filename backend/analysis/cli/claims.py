"""What clinics tell patients, beside what the cohorts of a file show under the rules they were judged by."""

from backend.analysis.cli.run import Answer
from backend.analysis.cohorts.claims import Claim, Row, Shown, for_weeks, within_hours
from backend.analysis.cohorts.telling.claim_words import (
    caveats,
    found_words,
    interval_words,
    literature,
    measured,
    said,
)
from backend.analysis.cohorts.telling.wording import UNKNOWN

TOLD: tuple[Claim, ...] = ("within_hours", "for_weeks")  # a file has no comparator, and no earlier treatments


def claims_of(answer: Answer) -> dict[str, list[Row]]:
    """Return the numbers of every cohort large enough, by its name: those of `TOLD` under the question's rules."""
    hours = answer.question.protocol.grid_hours
    rules = answer.question.rules.name
    found: dict[str, list[Row]] = {}
    for cohort, estimate in zip(answer.cohorts, answer.estimates, strict=True):
        if estimate is None:
            continue
        shown = Shown(cohort.n, estimate, float(hours[cohort.check_ins_followed]))
        name = answer.name_of(cohort.instrument, cohort.group)
        found[name] = [*within_hours(shown, rules), *for_weeks(shown, rules)]
    return found


def table_rows(found: dict[str, list[Row]]) -> list[list[str]]:
    """Return a row a number, a column a cohort."""
    numbers = zip(*found.values(), strict=True)
    return [[measured(row[0]), *map(_cell, row)] for row in numbers]


def beside() -> list[str]:
    """Return each claim with what has been published, then what to mind."""
    return [*(" ".join([said(claim), *literature(claim)]) for claim in TOLD), *caveats()]


def _cell(row: Row) -> str:
    told, interval = found_words(row), interval_words(row)
    return told if interval == UNKNOWN else f"{told} ({interval})"
