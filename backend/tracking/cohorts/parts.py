"""What cohorts are added up from: the counts of one protocol in one month, and which of its check-ins are over."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from backend.analysis.cohorts.counts import Counts
from backend.analysis.schedule import protocol


@dataclass(frozen=True, slots=True)
class Part:
    """The counts of one protocol in one month, which `month` names by its first day."""

    protocol: str
    month: date
    counts: Counts

    def over(self, now: datetime) -> Counts:
        """Return the counts without those of check-ins whose windows are not yet over for the whole month."""
        done = check_ins_over(self.protocol, self.month, now)
        due, answered = (
            tuple(count if number < done else 0 for number, count in enumerate(column))
            for column in (self.counts.due, self.counts.answered)
        )
        return replace(self.counts, due=due, answered=answered)


Parts = dict[str, list[Part]]  # by rule set


def check_ins_over(protocol_slug: str, month: date, now: datetime) -> int:
    """Return how many check-ins of a protocol are over for everybody who was treated in a month."""
    last = datetime.combine(last_day(month), time(), UTC) + timedelta(days=1)
    return sum(last + timedelta(hours=one.closes) <= now for one in protocol(protocol_slug).check_ins)


def last_day(month: date) -> date:
    """Return the last day of a month, which its first one names."""
    return month.replace(day=monthrange(month.year, month.month)[1])
