"""What stands beside the curves of a cohort: who was left out, how much was answered, what ends follow-up."""

from collections.abc import Mapping

from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.charts.words import plain

UNDER_E1 = "A new treatment ends the follow-up of the one before (E1)."
ON_THE_GRID = {"no_rating_after_dose": "no rating inside a check-in window"}  # the grid has no other ratings


def population_note(unit: str) -> str:
    """Return who is counted: one `unit`, treatment or course, of each patient."""
    return f"Population: first {unit} of each patient, if evaluable."


def left_out_notes(reasons: Mapping[str, int], *, n: int, of: str = "") -> list[str]:
    """Return who is not counted and why, and whether too few are; `of` names the cohort where there are several."""
    listed = ", ".join(f"{count} ({ON_THE_GRID.get(reason, plain(reason))})" for reason, count in reasons.items())
    left_out = [f"Left out{of and f' of {of}'}: {listed}."] if reasons else []
    too_few = f"{of and f'{of}: '}n = {n}, too few; an estimate needs {SMALLEST_COHORT}."
    return [*left_out, too_few] if n < SMALLEST_COHORT else left_out


def answered_share(answered: int, due: int) -> str:
    """Return how many of the check-ins that were due were answered."""
    return f"{100 * answered / due:.0f} % of {due}" if due else "none was due"
