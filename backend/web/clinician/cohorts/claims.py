"""The claims card: what patients are told, what has been seen here, and what has been published."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString

from backend.analysis.cohorts.claims import Row
from backend.analysis.cohorts.telling.claim_words import caveats, group_words, literature, measured, said, why_words
from backend.tracking.cohorts import Claims
from backend.web.clinician.cohorts.numbers import (
    NOTHING,
    a_share,
    a_time,
    between,
    days_between,
    mean_days,
    shares,
    waiting_time,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One number: what it measures, of whom, how many they are, and its 95 % interval; `why` there is none."""

    name: str
    group: str
    found: SafeString
    interval: SafeString
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim with its answers and what has been published."""

    slug: str
    said: str
    answers: list[Answer]
    literature: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Every claim, whom the numbers are about, and what must be said beside them."""

    about: str
    claims: list[Claim]
    caveats: tuple[str, ...]


def card(found: Claims) -> Card:
    """Return the card of what a cohort says to the claims."""
    told = [
        Claim(claim, said(claim), [_answer(row) for row in rows], literature(claim))
        for claim, rows in groupby(found.rows, key=lambda row: row.claim)
    ]
    return Card(found.about.in_words(), told, caveats())


def _answer(row: Row) -> Answer:
    return Answer(
        name=measured(row),
        group=group_words(row.group),
        found=_found(row),
        interval=_interval(row),
        n=row.n,
        why=why_words(row.why, row.n),
    )


def _found(row: Row) -> SafeString:
    """Return the estimate, or both ends where only those are known."""
    if row.estimate_lower is None or row.estimate_upper is None:
        return NOTHING
    if row.measure == "loss_median":
        return waiting_time(row.estimate_lower, row.estimate_upper)
    if row.estimate is None:
        return shares(row.estimate_lower, row.estimate_upper)
    return mean_days(row.estimate) if row.measure == "mean_duration" else a_share(row.estimate)


def _interval(row: Row) -> SafeString:
    """Return the 95 % interval; there is none of few events, and none worth telling where all were alike."""
    if row.ci_lower is None or row.ci_upper is None or row.ci_lower == row.ci_upper:
        return NOTHING
    if row.measure == "loss_median":
        return between(a_time(row.ci_lower), a_time(row.ci_upper))
    if row.measure == "mean_duration":
        return days_between(row.ci_lower, row.ci_upper)
    return shares(row.ci_lower, row.ci_upper)
