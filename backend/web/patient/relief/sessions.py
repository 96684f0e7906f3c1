"""One treatment as its patient reads about it: what their answers showed, in sentences and as a picture."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.analysis.facts import Facts
from backend.analysis.latest import Latest, latest_rating
from backend.analysis.outcomes.rules import CONFIRM_WITHIN_HOURS, DEFAULT_RULE_SET, rule_set
from backend.analysis.outcomes.sentences import TO_PATIENTS
from backend.charts import ResponseCurve, response_svg
from backend.charts.alternative import response_alternative
from backend.charts.words import human_time
from backend.instruments import PRIMARY
from backend.tracking.estimation import facts_of, fresh_outcomes
from backend.tracking.models import Outcome, Treatment, Unit
from backend.tracking.pictures import response_picture
from backend.web.drawing import drawn
from backend.web.moments import day

SHOWN = {"instrument": PRIMARY, "rule_set": DEFAULT_RULE_SET}
RELIEF_SEEN = {"responding"}  # of relief that was lost, the outcome says so itself


@dataclass(frozen=True, slots=True)
class Session:
    """What is shown of one treatment; `is_worse` where the last rating is worse than before the treatment."""

    treatment: Treatment
    when: str
    sentences: list[str]
    is_worse: bool
    picture: SafeString
    in_words: str


def session(treatment: Treatment, zone: str) -> Session | None:
    """Return one treatment of a patient as of now, None before it has started."""
    outcome = fresh_outcomes(treatment).filter(**SHOWN).first()
    facts = facts_of(treatment, Unit.TREATMENT)
    if outcome is None or facts is None or treatment.started_at is None:
        return None
    when = day(treatment.started_at, zone)
    latest = latest_rating(facts)
    curve = response_picture(treatment, instrument=PRIMARY, rules=rule_set(DEFAULT_RULE_SET))
    told = curve and in_patients_words(curve)
    return Session(
        treatment=treatment,
        when=when,
        sentences=[_of_outcome(outcome, facts, latest), *about_the_last(latest, outcome)],
        is_worse=latest is not None and latest.is_worse,
        picture=drawn(response_svg, told) if told else SafeString(),
        in_words=response_alternative(told) if told else "",
    )


def about_the_last(latest: Latest | None, outcome: Outcome) -> list[str]:
    """Return what is to be said of the last rating beside the outcome: that it is worse, or further from the best."""
    if latest is None:
        return []
    at = human_time(latest.hours, in_sentence=True)
    if latest.is_worse and latest.above_baseline is not None:
        return [_worse(at, round(latest.above_baseline))]
    if latest.is_relief_ending and outcome.status in RELIEF_SEEN:
        return [_further(at, round(latest.above_best))]
    return []


def in_patients_words(curve: ResponseCurve) -> ResponseCurve:
    """Return the picture without the clinic's code and its terms: the page says beside it what it shows."""
    return replace(
        curve,
        title=_("Your answers"),
        sentence="",
        points=tuple(replace(point, flags=()) for point in curve.points),
        notes=(),
    )


def _of_outcome(outcome: Outcome, facts: Facts, latest: Latest | None) -> str:
    """Return the sentence of its status; where no answer to come can confirm the last one, it promises none."""
    if outcome.status != "pending" or latest is None:
        return outcome.in_words(TO_PATIENTS)
    confirmable_until = facts.doses[-1].started_at + timedelta(hours=latest.hours + CONFIRM_WITHIN_HOURS)
    if facts.following is None and timezone.now() <= confirmable_until:
        return outcome.in_words(TO_PATIENTS)
    words = _(
        "At the last check-in you answered, %(when)s, your rating was at most half your starting rating; "
        "no later answer could confirm it."
    )
    return words % {"when": human_time(latest.hours, in_sentence=True)}


def _worse(at: str, points: int) -> str:
    words = ngettext(
        "At the last check-in you answered, %(when)s, your rating was %(points)d point above your starting rating.",
        "At the last check-in you answered, %(when)s, your rating was %(points)d points above your starting rating.",
        points,
    )
    return words % {"when": at, "points": points}


def _further(at: str, points: int) -> str:
    words = ngettext(
        "At the last check-in you answered, %(when)s, your rating was %(points)d point above your lowest since the "
        "treatment.",
        "At the last check-in you answered, %(when)s, your rating was %(points)d points above your lowest since the "
        "treatment.",
        points,
    )
    return words % {"when": at, "points": points}
