"""What the looks at a patient after a dose amount to: pressures at three moments, minutes watched, unusual numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.tracking.models import Observation, Treatment

# Esketamine's label asks for blood pressure before the dose and about 40 minutes after it, and for two hours' watching.
FORTY_MINUTES = 40
WATCHED_MINUTES = 120
FORTY_FROM_MINUTES = 30  # [design] from here on a pressure counts as the one at 40 minutes
FORTY_UNTIL_MINUTES = 60  # [design] and until here
END_FROM_MINUTES = 90  # [design] from here on a pressure counts as the one at the end
END_UNTIL_MINUTES = 600  # [design] and until here: later, it is another day's
# Beyond these a number is stored all the same, and somebody is asked to look at it again.
SYSTOLIC_USUAL_FROM = 80  # [design]
SYSTOLIC_USUAL_TO = 200  # [design]
DIASTOLIC_USUAL_FROM = 40  # [design]
DIASTOLIC_USUAL_TO = 120  # [design]
PULSE_USUAL_FROM = 40  # [design]
PULSE_USUAL_TO = 140  # [design]
OXYGEN_USUAL_FROM = 90  # [design]
USUAL = {
    "systolic": (SYSTOLIC_USUAL_FROM, SYSTOLIC_USUAL_TO),
    "diastolic": (DIASTOLIC_USUAL_FROM, DIASTOLIC_USUAL_TO),
    "pulse": (PULSE_USUAL_FROM, PULSE_USUAL_TO),
    "oxygen_percent": (OXYGEN_USUAL_FROM, 100),
}
A_MINUTE = timedelta(minutes=1)


class Moment(StrEnum):
    """When blood pressure is taken."""

    BEFORE = "before"
    FORTY = "forty"
    END = "end"


class Taking(StrEnum):
    """How it stands with the pressure of a moment."""

    UPCOMING = "upcoming"
    DUE = "due"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"


# Minutes since the start: from when a pressure counts as that of the moment, when it is due, until when it counts.
WINDOWS = {
    Moment.FORTY: (FORTY_FROM_MINUTES, FORTY_MINUTES, FORTY_UNTIL_MINUTES),
    Moment.END: (END_FROM_MINUTES, WATCHED_MINUTES, END_UNTIL_MINUTES),
}


@dataclass(frozen=True, slots=True)
class Pressure:
    """The blood pressure of one moment: when it is due, None while that is not known, and the look that has it."""

    moment: Moment
    due_at: datetime | None
    taken: Observation | None
    state: Taking


def minutes_since_start(treatment: Treatment, at: datetime) -> int | None:
    """Return whole minutes from the start of a dose, below 0 before it; None while it has not started."""
    return None if treatment.started_at is None else round((at - treatment.started_at) / A_MINUTE)


def minutes_watched(treatment: Treatment, standing: Iterable[Observation]) -> int | None:
    """Return the minutes from the start of a dose to the last look at the patient; None without a look after it."""
    since = [minutes_since_start(treatment, one.at) for one in standing]
    return max((one for one in since if one is not None and one >= 0), default=None)


def unusual(observation: Observation) -> list[str]:
    """Return the fields of a look whose numbers are rarely right."""
    numbers = {name: getattr(observation, name) for name in USUAL}
    return [
        name for name, (low, high) in USUAL.items() if numbers[name] is not None and not low <= numbers[name] <= high
    ]


def pressures(treatment: Treatment, standing: Iterable[Observation], now: datetime) -> list[Pressure]:
    """Return the blood pressures that are expected around a dose, taken or not."""
    measured = sorted((one for one in standing if one.systolic is not None), key=lambda one: one.at)
    before = [one for one in measured if treatment.started_at is None or one.at <= treatment.started_at]
    missed = Taking.DUE if treatment.started_at is None else Taking.NOT_TAKEN
    first = Pressure(Moment.BEFORE, treatment.dosed_at, *_as_it_stands(before[-1:], missed))
    return [first, *(_after_the_start(treatment, moment, measured, now) for moment in WINDOWS)]


def _after_the_start(treatment: Treatment, moment: Moment, measured: list[Observation], now: datetime) -> Pressure:
    if treatment.started_at is None:
        return Pressure(moment, None, None, Taking.UPCOMING)
    start, (opens, due, closes) = treatment.started_at, WINDOWS[moment]
    due_at = start + due * A_MINUTE
    inside = [one for one in measured if opens * A_MINUTE <= one.at - start <= closes * A_MINUTE]
    by_nearness = sorted(inside, key=lambda one: abs(one.at - due_at))
    chosen = inside[-1:] if moment == Moment.END else by_nearness[:1]
    since = (now - start) / A_MINUTE
    state = Taking.UPCOMING if since < opens else Taking.DUE if since <= closes else Taking.NOT_TAKEN
    return Pressure(moment, due_at, *_as_it_stands(chosen, state))


def _as_it_stands(chosen: list[Observation], otherwise: Taking) -> tuple[Observation | None, Taking]:
    return (chosen[0], Taking.TAKEN) if chosen else (None, otherwise)
