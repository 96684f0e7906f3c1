"""The named rule sets: what counts as response and as its loss."""

from dataclasses import dataclass, replace

CONFIRM_WITHIN_HOURS = 240.0  # [design] the next check-in after +4 h is day 7, and its window closes on day 10
DEFAULT_RULE_SET = "R50C-L50"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """When relief has begun and when it is lost, in percent of the baseline.

    Response: a total at most `100 - response_percent` percent of baseline; with `confirmed` also at the next
    rating, given within `confirm_within_hours`. Loss: `losses_in_a_row` totals above `100 - loss_percent` percent.
    Halved scores: Glue 2017, Taylor 2018. A third gone: "felt better", the looser claim of clinics' leaflets.
    """

    name: str
    response_percent: int
    loss_percent: int
    confirmed: bool
    losses_in_a_row: int = 1
    confirm_within_hours: float = CONFIRM_WITHIN_HOURS
    version: int = 1

    def confirmed_within(self, hours: float | None) -> "RuleSet":
        """Return the same rules with another longest wait for the confirming rating; None changes nothing."""
        return self if hours is None else replace(self, confirm_within_hours=hours)

    def in_words(self) -> str:
        """Return the rule in one sentence, for pictures and reports."""
        seen = "and again at the next check-in" if self.confirmed else "at any check-in"
        twice = ", twice in a row" if self.losses_in_a_row > 1 else ""
        return (
            f"response: at most {100 - self.response_percent} % of baseline {seen}; "
            f"lost: above {100 - self.loss_percent} % of baseline{twice}"
        )


RULE_SETS = {
    rules.name: rules
    for rules in (
        RuleSet("R50C-L50", 50, 50, confirmed=True),
        RuleSet("R50F-L50", 50, 50, confirmed=False),
        RuleSet("R50C-L50x2", 50, 50, confirmed=True, losses_in_a_row=2),
        RuleSet("R50C-L25", 50, 25, confirmed=True),
        RuleSet("R30C-L30", 30, 30, confirmed=True),
        RuleSet("R30F-L30", 30, 30, confirmed=False),
    )
}


def rule_set(name: str) -> RuleSet:
    """Return the rule set of that name; ValueError lists the known ones."""
    if name not in RULE_SETS:
        raise ValueError(f"no rule set {name!r}; expected one of {', '.join(RULE_SETS)}")
    return RULE_SETS[name]
