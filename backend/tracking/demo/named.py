"""Patients made by hand, one for each situation that whoever looks at the demo should meet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from backend.analysis.schedule import protocol
from backend.tracking.demo.stories import (
    BEFORE_DOSE_HOURS,
    MINUTE,
    MINUTES_GIVEN,
    PROTOCOL,
    Correction,
    Dose,
    Mark,
    Story,
    at_clinic,
)
from backend.tracking.models import Progress, RedoseReason, SkipReason

DUE, AFTERNOON, COURSE, WELL, NEW = (f"demo-{number:03}" for number in range(1, 6))  # those with a password
AT_HOME = "demo-022"  # and this one
UNSETTLED = "demo-023"

_IV = {"drug": "ketamine", "route": "iv", "dose_mg": 40, "weight_kg": 80}
_NASAL = {"drug": "esketamine", "route": "intranasal", "dose_mg": 84}
_MUSCLE = {"drug": "ketamine", "route": "im", "dose_mg": 50, "weight_kg": 70}
_LOZENGE = {"drug": "ketamine", "route": "sublingual", "dose_mg": 100, "at_home": True}
_TABLETS = {"drug": "other", "drug_name": "sertraline", "route": "oral", "dose_mg": 50, "protocol": "weekly"}
_LATE_MINUTES = (3, 11, 6, 24, 8)  # in turn: people rate some minutes after they are asked
_PLANNED, _RETURNED = ({"redose_reason": reason} for reason in (RedoseReason.PLANNED, RedoseReason.SYMPTOMS_RETURNED))
_: None = None  # nothing was answered at that check-in

# At arrival, +1 h and +2 h of one dose after another.
_SPRAVATO = ([8, 6, 5], [7, 5, 4], [6, 4, 3], [6, 3, 3], [5, 3, 2], [4, 3, 2], [4, 2, 2])
_INFUSIONS = ([9, 6, 4], [6, 4, 3], [5, 3, 3], [5, 3, 2], [4, 2, 2])


def stories(now: datetime) -> tuple[Story, ...]:
    """Return them all, laid out around now, those who can sign in first."""
    return (*_who_sign_in(now), *_outcomes(now), *_courses(now), *_oddities(now))


def today(now: datetime) -> Dose:
    """Return a dose a little over two hours ago: one hourly check-in is answered, the next one is open."""
    dose = _dose(now - timedelta(hours=2, minutes=5), _IV, "sad", [8, 6])
    return replace(dose, marks={"evening before": Mark(8, 20 * MINUTE), **dose.marks})


def planned(at: datetime, given: Mapping[str, Any], indication: str, marks: Mapping[str, Mark] | None = None) -> Dose:
    """Return a dose to come."""
    return Dose({**given, "indication": indication, "state": Progress.PLANNED, "planned_at": at}, marks or {})


def due_again(now: datetime) -> Dose:
    """Return a dose planned for tomorrow, whose check-in of the evening before is open and not answered."""
    return planned(now + timedelta(hours=20), _IV | _PLANNED, "gad")


def _who_sign_in(now: datetime) -> tuple[Story, ...]:
    next_one = planned(at_clinic(now, days_ago=-2), _NASAL | _PLANNED, "gad")
    rated = {"evening before": Mark(7, 20 * MINUTE), "arrival": Mark(7, BEFORE_DOSE_HOURS)}
    return (
        _story(1, "due now", _dose(_days(now, 14), _IV, "gad", [9, 5, 4, 4, 3, 3, 4, 4])),
        _story(2, "afternoon after a dose", today(now)),
        _story(3, "in a course", *_course(now, (23, 19, 16, 12, 9, 5, 2), _SPRAVATO, _NASAL, "gad"), next_one),
        _story(4, "responding", _dose(_days(now, 32), _IV, "gad", [7, 5, 3, 3, 2, 2, 1, 2, 3, 3, 3])),
        _story(5, "no treatment yet"),
        _story(22, "about to take a dose at home", planned(now + timedelta(hours=1), _LOZENGE, "gad", rated)),
    )


def _outcomes(now: datetime) -> tuple[Story, ...]:
    first = _dose(_days(now, 50), _IV, "sad", [9, 5, 4, 3, 3, 2, 3, 3, 4])
    again = _dose(_days(now, 31), _IV | _RETURNED, "sad", [9, 6, 4, 4, 3, 3, 3, 3, 4, 4])
    return (
        _story(6, "relief lost", _dose(_days(now, 60), _NASAL, "ptsd", [8, 6, 4, 3, 3, 3, 3, 4, 4, 7, 8, 8])),
        _story(7, "never responded", _dose(_days(now, 46), _MUSCLE, "gad", [7, 6, 6, 7, 6, 7, 6, 7, 6, 7])),
        _story(8, "dosed again, symptoms returned", first, again),
        _story(9, "tablets", _dose(_days(now, 54), _TABLETS, "gad", [8, 8, 7, 6, 4, 4, 3, 3])),
        _story(10, "to be confirmed", _dose(now - timedelta(hours=10), _IV, "gad", [8, 7, 7, 6, 4])),
        _story(11, "starting rating too low", _dose(_days(now, 20), _IV, "sad", [3, 2, 1, 1, 1, 2, 2, 2])),
        _story(12, "no starting rating", _dose(_days(now, 21), _NASAL, "sad", [_, 5, 4, 3, 3, 3, 3, 4])),
    )


def _courses(now: datetime) -> tuple[Story, ...]:
    last = _dose(_days(now, 33), _IV | _PLANNED, "ptsd", [4, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4])
    half_way = _course(now, (8, 6, 4), _INFUSIONS[:3], _IV, "gad")
    tomorrow = planned(now + timedelta(hours=15), _IV, "ptsd", {"evening before": Mark(8, 20 * MINUTE)})
    return (
        _story(13, "six infusions, done", *_course(now, (46, 44, 42, 39, 37), _INFUSIONS, _IV, "ptsd"), last),
        _story(14, "half way through", *half_way, planned(at_clinic(now, days_ago=-3), _IV | _PLANNED, "gad")),
        _story(15, "tomorrow, rated the evening before", tomorrow),
    )


def _oddities(now: datetime) -> tuple[Story, ...]:
    relief = [8, 5, 4, 3, 3, 3, 3, 4]
    calmed = {"benzodiazepine_24h": True, "rescue_medication_at": _days(now, 18) + timedelta(hours=1, minutes=30)}
    gaps = _dose(_days(now, 40), _MUSCLE, "ptsd", [8, 6, _, _, 4, _, 4, 3, _, 4])
    skips = {"+2 h": SkipReason.TOO_SLEEPY, "+3 h": SkipReason.TOO_SLEEPY, "week 2": SkipReason.NOT_NOW}
    mistaken = _dose(_days(now, 25), _IV, "gad", [8, 5, 9, 3, 3, 3, 3, 4, 4])
    corrections = (
        Correction("+2 h", 4, "The patient pressed the wrong number and said so at once."),
        Correction("week 1", None, "Rated by a visitor on the patient's phone."),
    )
    offline = _dose(_days(now, 19), _NASAL, "sad", relief)
    kept = {name: Mark(mark.points, mark.late_hours, kept_hours=26.0) for name, mark in offline.marks.items()}
    cancelled = replace(
        planned(_days(now, 6), _MUSCLE, "sad"), cancelled_because="The patient had a cold and stayed home."
    )
    return (
        _story(16, "rescue medication", _dose(_days(now, 18), _IV | calmed, "gad", relief)),
        _story(17, "missed and skipped", replace(gaps, skips=skips)),
        _story(18, "amended and withdrawn", replace(mistaken, corrections=corrections)),
        _story(19, "phone without network", replace(offline, marks=kept)),
        Story("demo-020", "", (_dose(_days(now, 26), _IV, "gad", [*relief, 6]),)),  # no sign-in: on paper at the clinic
        _story(21, "cancelled", cancelled),
        _story(23, "anxious after a dose", _dose(now - timedelta(hours=3, minutes=10), _IV, "gad", [5, 4, 9])),
    )


def _story(number: int, situation: str, *doses: Dose) -> Story:
    return Story(f"demo-{number:03}", f"Demo {number:03}, {situation}", doses, f"demo-{number:03}@example.org")


def _days(now: datetime, ago: int) -> datetime:
    return at_clinic(now, days_ago=ago)


def _course(
    now: datetime, days: Sequence[int], points: Sequence[Sequence[int]], given: Mapping[str, Any], indication: str
) -> list[Dose]:
    """Return doses so many days ago; all but the first were planned as part of the course."""
    return [
        _dose(_days(now, ago), given if place == 0 else {**given, **_PLANNED}, indication, rated)
        for place, (ago, rated) in enumerate(zip(days, points, strict=True))
    ]


def _dose(started_at: datetime, given: Mapping[str, Any], indication: str, points: Sequence[int | None]) -> Dose:
    """Return a started dose, with the points at arrival and at one check-in after another."""
    minutes = MINUTES_GIVEN.get(given["route"])
    details = {
        **given,
        "indication": indication,
        "state": Progress.STARTED,
        "started_at": started_at,
        "ended_at": None if minutes is None else started_at + timedelta(minutes=minutes),
    }
    names = ["arrival", *(one.name for one in protocol(given.get("protocol", PROTOCOL)).check_ins)]
    late = [BEFORE_DOSE_HOURS, *(_LATE_MINUTES[place % len(_LATE_MINUTES)] * MINUTE for place in range(len(names)))]
    rated = zip(names, points, late, strict=False)  # the story ends where its points do
    return Dose(details, {name: Mark(said, after) for name, said, after in rated if said is not None})
