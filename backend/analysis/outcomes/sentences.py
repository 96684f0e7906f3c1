"""An outcome in one sentence that claims only what was seen, for clinicians or for the patient."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.analysis.outcomes.kernel import Outcomes, Reason, Status
from backend.analysis.outcomes.rules import RuleSet
from backend.charts.words import human_time


@dataclass(frozen=True, slots=True)
class Voice:
    """How a sentence speaks of the rating, of its baseline and of check-ins."""

    rating: str
    half: str
    baseline: str
    answered: str
    not_evaluable: Mapping[Reason, str] = field(hash=False)


TO_CLINICIANS = Voice(
    rating="the rating",
    half="half of baseline",
    baseline="baseline",
    answered="answered",
    not_evaluable={
        Reason.no_baseline: "There is no rating before the dose to compare with.",
        Reason.baseline_below_minimum: "The rating before the dose is too low to tell relief from chance.",
        Reason.no_rating_after_dose: "There is no rating after the dose.",
    },
)
TO_PATIENTS = Voice(
    rating="your rating",
    half="half your starting rating",
    baseline="your starting rating",
    answered="you answered",
    not_evaluable={
        Reason.no_baseline: "There is no rating from before your treatment to compare with.",
        Reason.baseline_below_minimum: "Your rating before the treatment was too low to tell relief from chance.",
        Reason.no_rating_after_dose: "There is no rating of yours after the treatment yet.",
    },
)


def sentence(
    outcomes: Outcomes, at: int, rules: RuleSet, voice: Voice = TO_CLINICIANS, *, last_dose_hours: float = 0.0
) -> str:
    """Return what is known of the episode numbered `at`, by its status.

    `last_dose_hours`: from the first dose of a course to its last, from which loss is counted; 0 for one dose.
    """
    status = Status(outcomes.status[at])
    if status is Status.not_evaluable:
        return voice.not_evaluable[Reason(outcomes.reason[at])]
    share = _share(rules.response_at_most_percent, voice)
    last = human_time(outcomes.last_rating[at])
    if status is Status.pending:
        seen = f"At the last check-in {voice.answered}, {last}, {voice.rating} was at most {share}"
        return f"{seen}; the next one has to confirm it."
    if status is Status.no_response:
        twice = " and still so at the next" if rules.confirmed else ""
        return f"At no check-in {voice.answered} up to {last} was {voice.rating} at most {share}{twice}."
    return _of_response(outcomes, at, rules, voice, several=last_dose_hours > 0)


def _of_response(outcomes: Outcomes, at: int, rules: RuleSet, voice: Voice, *, several: bool) -> str:
    first, last = (" after the first dose", " after the last") if several else ("", "")
    seen = f"from {human_time(outcomes.onset_upper[at])}{first} to {human_time(outcomes.loss_lower[at])}{last}"
    share = _share(rules.lost_above_percent, voice)
    if rules.losses_in_a_row > 1:
        claim = f"At the check-ins {voice.answered} {seen} {voice.rating} was never twice in a row above {share}"
    else:
        claim = f"At each check-in {voice.answered} {seen} {voice.rating} was at most {share}"
    if outcomes.status[at] == Status.lost:
        return f"{claim}; at {human_time(outcomes.loss_upper[at])}{last} it was above."
    return f"{claim}; nothing is known after that."


def _share(percent: int, voice: Voice) -> str:
    return voice.half if percent == 50 else f"{percent} % of {voice.baseline}"  # noqa: PLR2004 -- a half is a half
