"""An outcome in one sentence that claims only what was seen."""

from backend.analysis.outcomes.kernel import Outcomes, Reason, Status
from backend.analysis.outcomes.rules import RuleSet
from backend.charts.words import human_time

NOT_EVALUABLE = {
    Reason.no_baseline: "There is no rating before the dose to compare with.",
    Reason.baseline_below_minimum: "The rating before the dose is too low to tell relief from chance.",
    Reason.no_rating_after_dose: "There is no rating after the dose.",
}


def sentence(outcomes: Outcomes, at: int, rules: RuleSet, last_dose_hours: float = 0.0) -> str:
    """Return what is known of the episode numbered `at`, by its status.

    `last_dose_hours`: from the first dose of a course to its last, from which loss is counted; 0 for one dose.
    """
    status = Status(outcomes.status[at])
    if status is Status.not_evaluable:
        return NOT_EVALUABLE[Reason(outcomes.reason[at])]
    share = _share(rules.response_at_most_percent)
    last = human_time(outcomes.last_rating[at])
    if status is Status.pending:
        return f"At the last check-in answered, {last}, the rating was at most {share}; the next one has to confirm it."
    if status is Status.no_response:
        twice = " and still so at the next" if rules.confirmed else ""
        return f"At no check-in answered up to {last} was the rating at most {share}{twice}."
    return _of_response(outcomes, at, rules, several=last_dose_hours > 0)


def _of_response(outcomes: Outcomes, at: int, rules: RuleSet, *, several: bool) -> str:
    first, last = (" after the first dose", " after the last") if several else ("", "")
    seen = f"from {human_time(outcomes.onset_upper[at])}{first} to {human_time(outcomes.loss_lower[at])}{last}"
    share = _share(rules.lost_above_percent)
    if rules.losses_in_a_row > 1:
        claim = f"At the check-ins answered {seen} the rating was never twice in a row above {share}"
    else:
        claim = f"At each check-in answered {seen} the rating was at most {share}"
    if outcomes.status[at] == Status.lost:
        return f"{claim}; at {human_time(outcomes.loss_upper[at])}{last} it was above."
    return f"{claim}; nothing is known after that."


def _share(percent: int) -> str:
    return "half of baseline" if percent == 50 else f"{percent} % of baseline"  # noqa: PLR2004 -- a half is a half
