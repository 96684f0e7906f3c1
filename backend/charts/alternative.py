"""Everything a picture shows, in words, for people who hear it instead."""

from collections.abc import Iterable

from backend.charts.model import CohortCurve, CohortPicture, ResponseCurve
from backend.charts.words import human_time, loss_words, number, onset_words, percent, plain

FEWEST = 5  # as the analysis estimates no smaller cohort


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part.strip())


def response_alternative(curve: ResponseCurve) -> str:
    """Return the outcome, every rating, miss and dose in order of time, and the small print."""
    return _sentences([curve.sentence, *_levels(curve), *_events(curve), *_intervals(curve), *curve.notes])


def _levels(curve: ResponseCurve) -> list[str]:
    levels = [f"{curve.instrument}, scale {number(curve.minimum)} to {number(curve.maximum)}"]
    if curve.baseline is not None:
        levels.append(f"Baseline {number(curve.baseline)}")
    if curve.response_at is not None:
        levels.append(f"Relief means {number(curve.response_at)} or less")
    if curve.lost_above is not None:
        levels.append(f"Relief is lost above {number(curve.lost_above)}")
    return levels


def _events(curve: ResponseCurve) -> list[str]:
    """Tell doses, ratings and misses in order of time; at one instant a dose comes first."""
    events = [(dose.hours, 0, "dose" + _after(": ", dose.label)) for dose in curve.doses]
    events += [(p.hours, 1, f"rating {number(p.score)}" + _after(", flagged: ", *p.flags)) for p in curve.points]
    events += [(miss.hours, 2, "check-in missed" + _after(", ", miss.reason)) for miss in curve.misses]
    told = [f"{moment(hours)}: {words}" for hours, _order, words in sorted(events)]
    return told or ["No ratings"]


def _after(joint: str, *codes: str) -> str:
    words = ", ".join(plain(code) for code in codes if code)
    return joint + words if words else ""


def _intervals(curve: ResponseCurve) -> list[str]:
    known = [(band, words) for band, words in ((curve.onset, onset_words), (curve.loss, loss_words)) if band]
    return [words(band) for band, words in known if band.drawable]


def moment(hours: float) -> str:
    """Return a time in people's words, with exact hours where the words round."""
    if not abs(hours) < float("inf"):
        return "At an unknown time"
    words = human_time(hours)
    return f"At {words} ({number(hours)} h)" if words.startswith(("day", "week")) else f"At {words}"


def cohort_alternative(picture: CohortPicture) -> str:
    """Return every group's numbers at every check-in, and the small print."""
    told = [sentence for curve in picture.curves for sentence in _group(curve)]
    return _sentences([picture.measure, *(told or ["No groups"]), *picture.notes])


def _group(curve: CohortCurve) -> list[str]:
    rows = zip(curve.hours, curve.estimate, curve.lower, curve.upper, curve.ci_lower, curve.ci_upper, strict=True)
    told = [f"{moment(row[0])}: {', '.join(words)}" for row in rows if (words := _row_words(*row[1:]))]
    return [f"{curve.name}, n = {curve.n}" if told else absence(curve), *told]


def absence(curve: CohortCurve) -> str:
    """Say that a group has nothing to draw, and why."""
    return f"{curve.name}, n = {curve.n}: {'too few for an' if curve.n < FEWEST else 'no'} estimate"


def _row_words(
    estimate: float | None, lower: float | None, upper: float | None, ci_lower: float | None, ci_upper: float | None
) -> list[str]:
    words = [f"estimate {percent(estimate)}"] if estimate is not None else []
    if lower is not None and upper is not None:
        words.append(f"possible range {percent(lower)} to {percent(upper)}")
    if ci_lower is not None and ci_upper is not None:
        words.append(f"confidence interval {percent(ci_lower)} to {percent(ci_upper)}")
    return words
