"""An outcome in one sentence that claims only what was seen, for clinicians or for the patient, in their language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from backend.analysis.outcomes.kernel import Outcomes, Reason, Status
from backend.analysis.outcomes.rules import RuleSet
from backend.charts.words import human_time, told_apart
from backend.language import gettext as _
from backend.language import gettext_noop


@dataclass(frozen=True, slots=True)
class Voice:
    """What is said, by status; {span} is the time a response was seen for, {share} the level it is judged by."""

    half: str
    percent: str
    pending: str
    no_response: str
    no_confirmed_response: str
    held: str
    held_then_lost: str
    never_twice: str
    never_twice_then_lost: str
    not_evaluable: Mapping[Reason, str] = field(hash=False)


TO_CLINICIANS = Voice(
    half=gettext_noop("half of baseline"),
    percent=gettext_noop("{percent} % of baseline"),
    pending=gettext_noop(
        "At the last check-in answered, {time}, the rating was at most {share}; the next one has to confirm it."
    ),
    no_response=gettext_noop("At no check-in answered up to {time} was the rating at most {share}."),
    no_confirmed_response=gettext_noop(
        "At no check-in answered up to {time} was the rating at most {share} and still so at the next."
    ),
    held=gettext_noop("At each check-in answered {span} the rating was at most {share}; nothing is known after that."),
    held_then_lost=gettext_noop(
        "At each check-in answered {span} the rating was at most {share}; at {time} it was above."
    ),
    never_twice=gettext_noop(
        "At the check-ins answered {span} the rating was never twice in a row above {share}; "
        "nothing is known after that."
    ),
    never_twice_then_lost=gettext_noop(
        "At the check-ins answered {span} the rating was never twice in a row above {share}; at {time} it was above."
    ),
    not_evaluable={
        Reason.no_baseline: gettext_noop("There is no rating before the dose to compare with."),
        Reason.baseline_below_minimum: gettext_noop(
            "The rating before the dose is too low to tell relief from chance."
        ),
        Reason.no_rating_after_dose: gettext_noop("There is no rating after the dose."),
    },
)
TO_PATIENTS = Voice(
    half=gettext_noop("half your starting rating"),
    percent=gettext_noop("{percent} % of your starting rating"),
    pending=gettext_noop(
        "At the last check-in you answered, {time}, your rating was at most {share}; the next one has to confirm it."
    ),
    no_response=gettext_noop("At no check-in you answered up to {time} was your rating at most {share}."),
    no_confirmed_response=gettext_noop(
        "At no check-in you answered up to {time} was your rating at most {share} and still so at the next."
    ),
    held=gettext_noop(
        "At each check-in you answered {span} your rating was at most {share}; nothing is known after that."
    ),
    held_then_lost=gettext_noop(
        "At each check-in you answered {span} your rating was at most {share}; at {time} it was above."
    ),
    never_twice=gettext_noop(
        "At the check-ins you answered {span} your rating was never twice in a row above {share}; "
        "nothing is known after that."
    ),
    never_twice_then_lost=gettext_noop(
        "At the check-ins you answered {span} your rating was never twice in a row above {share}; "
        "at {time} it was above."
    ),
    not_evaluable={
        Reason.no_baseline: gettext_noop("There is no rating from before your treatment to compare with."),
        Reason.baseline_below_minimum: gettext_noop(
            "Your rating before the treatment was too low to tell relief from chance."
        ),
        Reason.no_rating_after_dose: gettext_noop("There is no rating of yours after the treatment yet."),
    },
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence needs of one outcome; times in hours, meaningless where its status has none.

    `last_dose_hours`: from the first dose of a course to its last, from which loss is counted; 0 for one dose.
    """

    status: Status
    reason: Reason
    onset_upper: float
    loss_lower: float
    loss_upper: float
    last_rating: float
    last_dose_hours: float = 0.0

    @classmethod
    def of(cls, outcomes: Outcomes, at: int, last_dose_hours: float = 0.0) -> Self:
        """Return what is told of the episode numbered `at`."""
        return cls(
            Status(outcomes.status[at]),
            Reason(outcomes.reason[at]),
            onset_upper=float(outcomes.onset_upper[at]),
            loss_lower=float(outcomes.loss_lower[at]),
            loss_upper=float(outcomes.loss_upper[at]),
            last_rating=float(outcomes.last_rating[at]),
            last_dose_hours=last_dose_hours,
        )


def sentence(told: Told, rules: RuleSet, voice: Voice = TO_CLINICIANS) -> str:
    """Return what is known of an outcome, by its status."""
    if told.status is Status.not_evaluable:
        return _(voice.not_evaluable[told.reason])
    if told.status in {Status.pending, Status.no_response}:
        last = human_time(told.last_rating, in_sentence=True)
        without = voice.no_confirmed_response if rules.confirmed else voice.no_response
        words = voice.pending if told.status is Status.pending else without
        return _(words).format(time=last, share=_share(rules.response_at_most_percent, voice))
    return _of_response(told, voice, rules)


def redosed_sentence(after_hours: float, by_hours: float) -> str:
    """Say that relief counts as lost because a dose was given for returned symptoms (E2)."""
    after, by = told_apart(after_hours, by_hours)
    words = _("A dose given because symptoms had returned counts as loss of relief: after {after}, by {by} (E2).")
    return words.format(after=after, by=by)


def _of_response(told: Told, voice: Voice, rules: RuleSet) -> str:
    several, lost = told.last_dose_hours > 0, told.status is Status.lost
    if rules.losses_in_a_row > 1:
        words = voice.never_twice_then_lost if lost else voice.never_twice
    else:
        words = voice.held_then_lost if lost else voice.held
    span = _("from {first} after the first dose to {last} after the last") if several else _("from {first} to {last}")
    first, last = (human_time(hours, in_sentence=True) for hours in (told.onset_upper, told.loss_lower))
    above = human_time(told.loss_upper, in_sentence=True) if lost else ""
    return _(words).format(
        span=span.format(first=first, last=last),
        share=_share(rules.lost_above_percent, voice),
        time=_("{time} after the last").format(time=above) if several else above,
    )


def _share(percent: int, voice: Voice) -> str:
    return _(voice.half) if percent == 50 else _(voice.percent).format(percent=percent)  # noqa: PLR2004 -- a half is a half
