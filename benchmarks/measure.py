"""Time a thing beside its floor, in turn, so that a noisy machine slows both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """Medians over the rounds. `limit`: the largest ratio that is in order; `target_seconds`: told, never enforced."""

    name: str
    seconds: float
    ratio: float
    floor: str
    limit: float | None = None
    target_seconds: float | None = None

    @property
    def in_order(self) -> bool:
        """Tell whether the ratio keeps its limit."""
        return self.limit is None or self.ratio <= self.limit

    def line(self) -> str:
        """Return the measurement as one line to print."""
        limit = "" if self.limit is None else f" of at most {self.limit:g}"
        target = "" if self.target_seconds is None else f", target {self.target_seconds:g} s"
        verdict = "" if self.in_order else "  TOO SLOW"
        return f"{self.name:<62} {self.seconds:8.4f} s{target:<15} {self.ratio:7.2f}{limit} x {self.floor}{verdict}"


def beside(
    name: str,
    subject: Callable[[], object],
    floor: tuple[str, Callable[[], object]],
    *,
    limit: float | None = None,
    target_seconds: float | None = None,
) -> Measured:
    """Run subject and floor in turn after one warm-up of each; the ratio is the median of the pairs' ratios."""
    floor_name, floor_run = floor
    seconds, ratios = [], []
    for round_number in range(ROUNDS + 1):
        floor_seconds, subject_seconds = _seconds(floor_run), _seconds(subject)
        if round_number:
            seconds.append(subject_seconds)
            ratios.append(subject_seconds / floor_seconds)
    return Measured(name, median(seconds), median(ratios), floor_name, limit, target_seconds)


def _seconds(run: Callable[[], object]) -> float:
    begun = perf_counter()
    run()
    return perf_counter() - begun
