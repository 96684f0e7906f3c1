"""From the points of the primary series at a check-in to everything that was answered there."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from backend.analysis.simulation import SCALE_MAXIMUM
from backend.instruments import PRIMARY, Instrument, asked_at
from backend.tracking.demo.stories import TIME_ZONE
from backend.tracking.models import CheckIn, Treatment
from backend.tracking.services.entries import Entry
from backend.tracking.services.rating.bulk import Received

NAMESPACE = UUID("0b7c1c1e-6f0e-4c39-9d0b-7f2f7a6a9a10")  # any fixed one
SECONDS_APART = 20  # between two instruments
TIME_TO_ARRIVE = timedelta(seconds=2)
SPEAKS = "patient"  # whoever typed it
BASELINE_SHARE = 0.85  # of the maximum of a scale, for who rates 10 of 10
NOISE_SHARE = 0.05  # of the maximum, one standard deviation
ITEM_LEFT_OUT = 0.02  # of the long questionnaires
LONG = 5  # items
UNREAL_PEAK, UNREAL_HALVES_IN_HOURS = 7, 0.9
CHANGES = ((0.8, 1), (0.5, 2), (0.2, 3), (-0.1, 4), (-0.4, 5))  # improvement from which on, and the answer
WORSE = 6


@dataclass(frozen=True, slots=True)
class Occasion:
    """A check-in that was answered: points of the primary series, when, and how long the phone kept it."""

    check_in: CheckIn
    points: int
    at: datetime
    kept: timedelta


def entries(treatment: Treatment, occasions: Sequence[Occasion]) -> Iterator[Received]:
    """Yield what was answered at these check-ins, given in order of time; each draws on itself alone."""
    baseline = next((one.points for one in occasions if one.check_in.nominal_hours is None), None)
    felt = [(one.at, one.points) for one in occasions]
    for one, place, instrument in _asked(treatment, occasions):
        at = (one.at + timedelta(seconds=place * SECONDS_APART)).astimezone(ZoneInfo(TIME_ZONE))
        key = key_of(treatment, one.check_in.name, instrument.slug)
        rng = Random(key.int)  # noqa: S311 - a made-up patient is no secret
        answers = _answers(instrument, one, felt, baseline or one.points, rng)
        came_in = at + one.kept + TIME_TO_ARRIVE
        sent_at = came_in if one.kept else None
        yield Received(Entry(key, instrument.slug, answers, at, TIME_ZONE, sent_at, SPEAKS, one.check_in), came_in)


def key_of(treatment: Treatment, check_in: str, what: str = PRIMARY) -> UUID:
    """Return the client key of what a patient sent at a check-in."""
    dosed_at = treatment.dosed_at and treatment.dosed_at.astimezone(UTC).isoformat()
    return uuid5(NAMESPACE, f"{treatment.patient.code} {dosed_at} {check_in} {what}")


def _asked(treatment: Treatment, occasions: Sequence[Occasion]) -> Iterator[tuple[Occasion, int, Instrument]]:
    """Yield each instrument with its place at its check-in; before the dose, one that looks back is asked once."""
    looked_back: set[str] = set()
    for one in occasions:
        hours = one.check_in.nominal_hours
        asked = [kind for kind in asked_at(hours, treatment.indication) if hours or kind.slug not in looked_back]
        looked_back |= {kind.slug for kind in asked if kind.recall_hours}
        for place, instrument in enumerate(asked):
            yield one, place, instrument


def _answers(
    instrument: Instrument, one: Occasion, felt: Sequence[tuple[datetime, int]], baseline: int, rng: Random
) -> list[int | None]:
    if instrument.slug == PRIMARY:
        return [one.points]
    if instrument.role == "flag":
        return [_unreal(one.check_in.nominal_hours or 0.0, instrument, rng)]
    points = _mean_points(felt, one.at, instrument.recall_hours)
    if instrument.role == "change":
        better = 1 - points / max(baseline, 1)
        return [next((answer for least, answer in CHANGES if better >= least), WORSE)]
    most = instrument.total_maximum
    total = most * (BASELINE_SHARE * points / SCALE_MAXIMUM + rng.gauss(0.0, NOISE_SHARE))
    answers: list[int | None] = [*_spread(min(max(round(total), 0), most), instrument, rng)]
    if len(answers) >= LONG and rng.random() < ITEM_LEFT_OUT:
        answers[rng.randrange(len(answers))] = None
    return answers


def _mean_points(felt: Sequence[tuple[datetime, int]], at: datetime, recall_hours: float) -> float:
    """Return mean points over the time an instrument asks about, each rating holding until the next one."""
    known = [(when, points) for when, points in felt if when <= at]
    if not recall_hours:
        return float(known[-1][1])
    begin = at - timedelta(hours=recall_hours)
    stops = [begin, *(max(when, begin) for when, _ in known[1:]), at]
    spans = [(end - start) / timedelta(hours=recall_hours) for start, end in pairwise(stops)]
    return sum(span * points for span, (_, points) in zip(spans, known, strict=True))


def _unreal(hours: float, instrument: Instrument, rng: Random) -> int:
    felt = UNREAL_PEAK * math.exp2(-hours / UNREAL_HALVES_IN_HOURS) + rng.gauss(0.0, 1.0)
    return min(max(round(felt), instrument.answer_minimum), instrument.answer_maximum)


def _spread(total: int, instrument: Instrument, rng: Random) -> list[int]:
    """Return answers that add up to a total, as even as they can be, in any order."""
    each, more = divmod(total, len(instrument.items))
    answers = [each + (place < more) for place in range(len(instrument.items))]
    rng.shuffle(answers)
    return answers
