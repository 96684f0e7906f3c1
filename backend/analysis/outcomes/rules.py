"""The named rule sets: what counts as response and as its loss."""

from dataclasses import dataclass, replace

from backend.language import gettext as _

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

    @property
    def response_at_most_percent(self) -> int:
        """Return the largest share of baseline that is a response."""
        return 100 - self.response_percent

    @property
    def lost_above_percent(self) -> int:
        """Return the share of baseline above which a response is lost."""
        return 100 - self.loss_percent

    def in_words(self) -> str:
        """Return the rule set by name and in words, for pictures and reports."""
        confirmed = _("at most {percent} % of baseline and again at the next check-in, up to {hours} h later")
        response = confirmed if self.confirmed else _("at most {percent} % of baseline at any check-in")
        twice = self.losses_in_a_row > 1
        lost = _("above {percent} % of baseline, twice in a row") if twice else _("above {percent} % of baseline")
        return _("{name} – response: {response}; lost: {lost}.").format(
            name=self.name,
            response=response.format(percent=self.response_at_most_percent, hours=f"{self.confirm_within_hours:g}"),
            lost=lost.format(percent=self.lost_above_percent),
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
