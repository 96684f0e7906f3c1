"""What stands beside the curves of a cohort: who was left out, how much was answered, what ends follow-up."""

from collections.abc import Mapping

from backend.analysis.cohorts.estimate import SMALLEST_COHORT
from backend.charts.words import plain
from backend.language import gettext as _


def under_e1() -> str:
    """Return what ends the follow-up of a treatment."""
    return _("A new treatment ends the follow-up of the one before (E1).")


def under_e2() -> str:
    """Return what else counts as loss of relief where that is asked for."""
    return _("A new treatment given because symptoms had returned counts as loss of relief (E2).")


def reason_words(reason: str) -> str:
    """Return why somebody is not counted; the grid has no ratings but those inside a check-in window."""
    return _("no rating inside a check-in window") if reason == "no_rating_after_dose" else plain(reason)


def population_note(unit: str, number: int = 1) -> str:
    """Return who is counted: one `unit`, treatment or course, of each patient, which by its `number`."""
    if number > 1:
        words = _("Population: treatment {number} of each patient, if evaluable.")
        of_courses = _("Population: course {number} of each patient, if evaluable.")
        return (of_courses if unit == "course" else words).format(number=number)
    if unit == "course":
        return _("Population: first course of each patient, if evaluable.")
    return _("Population: first treatment of each patient, if evaluable.")


def left_out_notes(reasons: Mapping[str, int], *, n: int, of: str = "") -> list[str]:
    """Return who is not counted and why, and whether too few are; `of` names the cohort where there are several."""
    listed = ", ".join(f"{count} ({reason_words(reason)})" for reason, count in reasons.items())
    words = _("Left out of {cohort}: {reasons}.") if of else _("Left out: {reasons}.")
    left_out = [words.format(cohort=of, reasons=listed)] if reasons else []
    too_few = _("n = {n}, too few; an estimate needs {smallest}.").format(n=n, smallest=SMALLEST_COHORT)
    return [*left_out, f"{of}: {too_few}" if of else too_few] if n < SMALLEST_COHORT else left_out


def answered_share(answered: int, due: int) -> str:
    """Return how many of the check-ins that were due were answered."""
    return (
        _("{percent} % of {due}").format(percent=f"{100 * answered / due:.0f}", due=due) if due else _("none was due")
    )
