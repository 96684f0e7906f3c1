"""Everything a picture shows, in words, for people who hear it instead."""

from collections.abc import Iterable

from backend.charts.model import CohortCurve, CohortPicture, Dose, Miss, Point, ResponseCurve, SessionsPicture
from backend.charts.words import human_time, loss_words, number, onset_words, percent, plain, told_in_days
from backend.language import gettext as _

FEWEST = 5  # as the analysis estimates no smaller cohort


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part.strip())


def response_alternative(curve: ResponseCurve) -> str:
    """Return the outcome, every rating, miss and dose in order of time, and the small print."""
    events = _events(curve.doses, curve.points, curve.misses)
    return _sentences([curve.sentence, *_levels(curve), *events, *_intervals(curve), *curve.notes])


def sessions_alternative(picture: SessionsPicture) -> str:
    """Return the sessions one after the other, each with all its ratings and misses, and the small print."""
    doses = () if picture.dates else (Dose(0.0, ""),)
    told = [words for one in picture.sessions for words in (one.name, *_events(doses, one.points, one.misses))]
    return _sentences([picture.title, _scale(picture), *(told or [_("No ratings")]), *picture.notes])


def _scale(curve: ResponseCurve | SessionsPicture) -> str:
    scale = _("{scale}, scale {lowest} to {highest}")
    return scale.format(scale=curve.instrument, lowest=number(curve.minimum), highest=number(curve.maximum))


def _levels(curve: ResponseCurve) -> list[str]:
    levels = [_scale(curve)]
    if curve.baseline is not None:
        levels.append(_("Baseline {score}").format(score=number(curve.baseline)))
    if curve.response_at is not None:
        levels.append(_("Relief means {score} or less").format(score=number(curve.response_at)))
    if curve.lost_above is not None:
        levels.append(_("Relief is lost above {score}").format(score=number(curve.lost_above)))
    return levels


def _events(doses: Iterable[Dose], points: Iterable[Point], misses: Iterable[Miss]) -> list[str]:
    """Tell doses, ratings and misses in order of time; at one instant a dose comes first."""
    events = [(dose.hours, 0, _dose(dose.label)) for dose in doses]
    events += [(point.hours, 1, _rating(point)) for point in points]
    events += [(miss.hours, 2, _miss(plain(miss.reason))) for miss in misses]
    told = [f"{moment(hours)}: {words}" for hours, _order, words in sorted(events)]
    return told or [_("No ratings")]


def _dose(name: str) -> str:
    return _("dose: {name}").format(name=name) if name else _("dose")


def _rating(point: Point) -> str:
    flags = ", ".join(plain(flag) for flag in point.flags if flag)
    words = _("rating {score}, flagged: {flags}") if flags else _("rating {score}")
    return words.format(score=number(point.score), flags=flags)


def _miss(reason: str) -> str:
    return _("check-in missed, {reason}").format(reason=reason) if reason else _("check-in missed")


def _intervals(curve: ResponseCurve) -> list[str]:
    known = [(band, words) for band, words in ((curve.onset, onset_words), (curve.loss, loss_words)) if band]
    return [words(band) for band, words in known if band.drawable]


def moment(hours: float) -> str:
    """Return a time in people's words, with exact hours where the words round."""
    if not abs(hours) < float("inf"):
        return _("At an unknown time")
    words = human_time(hours)
    told = _("At {time} ({hours} h)") if told_in_days(hours) else _("At {time}")
    return told.format(time=words, hours=number(hours))


def cohort_alternative(picture: CohortPicture) -> str:
    """Return every group's numbers at every check-in, and the small print."""
    told = [sentence for curve in picture.curves for sentence in _group(curve)]
    return _sentences([picture.measure, *(told or [_("No groups")]), *picture.notes])


def _group(curve: CohortCurve) -> list[str]:
    rows = zip(curve.hours, curve.estimate, curve.lower, curve.upper, curve.ci_lower, curve.ci_upper, strict=True)
    told = [f"{moment(row[0])}: {', '.join(words)}" for row in rows if (words := _row_words(*row[1:]))]
    return [f"{curve.name}, n = {curve.n}" if told else absence(curve), *told]


def absence(curve: CohortCurve) -> str:
    """Say that a group has nothing to draw, and why."""
    words = _("{name}, n = {n}: too few for an estimate") if curve.n < FEWEST else _("{name}, n = {n}: no estimate")
    return words.format(name=curve.name, n=curve.n)


def _row_words(
    estimate: float | None, lower: float | None, upper: float | None, ci_lower: float | None, ci_upper: float | None
) -> list[str]:
    words = [_("estimate {share}").format(share=percent(estimate))] if estimate is not None else []
    if lower is not None and upper is not None:
        words.append(_("possible range {lower} to {upper}").format(lower=percent(lower), upper=percent(upper)))
    if ci_lower is not None and ci_upper is not None:
        ends = {"lower": percent(ci_lower), "upper": percent(ci_upper)}
        words.append(_("confidence interval {lower} to {upper}").format(**ends))
    return words
