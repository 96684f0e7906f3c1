"""Patients whose follow-up is over, drawn from known shapes: late, with gaps, dropping out, dosed again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from backend.analysis import simulation
from backend.analysis.schedule import CheckIn, protocol
from backend.tracking.demo.shapes import IV, MUSCLE, NASAL, TABLETS, Shape, Truth, draw
from backend.tracking.demo.stories import BEFORE_DOSE_HOURS, MINUTE, MINUTES_GIVEN, Dose, Mark, Story, at_clinic
from backend.tracking.models import Indication, Progress, RedoseReason, SkipReason

FIRST_NUMBER = 101  # of their codes; the hand-made patients come before
# What twenty patients in a row are given, spread so that every curve grows from the start.
TURNS = (
    *(IV, NASAL, IV, MUSCLE, IV, TABLETS, IV, NASAL, IV, MUSCLE),
    *(IV, NASAL, TABLETS, IV, MUSCLE, NASAL, IV, TABLETS, NASAL, MUSCLE),
)
INDICATIONS = (Indication.GAD, Indication.SAD, Indication.PTSD)
DAYS_AGO = (90, 330)  # the last window closes on day 87
OPENING_HOURS = (9, 16)
REDOSED_AFTER_LOSS = 0.3  # fewer than in the simulation: who is not shows how relief ends
BASELINES = (6, 10)
TOO_LOW, LOW_BASELINES = 0.02, (1, 3)
WITHOUT_BASELINE = 0.02
SAYS_WHY_NOT = 0.2  # of the check-ins that are missed
KEPT_ON_PHONE, KEPT_HOURS = 0.04, (1, 20)
CALMED = 0.06  # took a benzodiazepine around the dose
WEIGHTS_KG = (52, 98)
MG_PER_KG = {IV.slug: 0.5, MUSCLE.slug: 0.75}
FIXED_MG = {NASAL.slug: (56, 84), TABLETS.slug: (50,)}


@dataclass(frozen=True, slots=True)
class Finished:
    """A story and what is true of its first dose; `redosed_hours` is inf where there was no other."""

    story: Story
    shape: Shape
    indication: str
    truth: Truth
    redosed_hours: float
    evaluable: bool


@dataclass(frozen=True, slots=True)
class _Patient:
    """What stays the same from dose to dose."""

    shape: Shape
    details: Mapping[str, Any]
    baseline: int
    now: datetime


def finished(number: int, *, seed: int, now: datetime) -> Finished:
    """Draw the patient of that number, from 0 on: the same for the same seed and day, whoever is drawn before."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 - a made-up patient is no secret
    round_of_turns, turn = divmod(number, len(TURNS))
    shape, indication = TURNS[turn], INDICATIONS[(round_of_turns + turn) % len(INDICATIONS)]
    low, rated_before = rng.random() < TOO_LOW, rng.random() >= WITHOUT_BASELINE
    baseline = rng.randint(*(LOW_BASELINES if low else BASELINES))
    patient = _Patient(shape, _given(shape, rng) | {"indication": indication}, baseline, now)
    started_at = at_clinic(now, days_ago=rng.randint(*DAYS_AGO), hour=_hour(rng), minute=rng.randrange(0, 60, 5))
    truth = draw(shape, rng)
    redosed_at = _redosed_at(truth, started_at, now, rng)
    redosed_hours = math.inf if redosed_at is None else _hours(redosed_at - started_at)
    doses = [_dose(patient, started_at, truth, redosed_hours, rng)]
    if redosed_at is not None:
        again = _dose(patient, redosed_at, draw(shape, rng), math.inf, rng)
        doses.append(replace(again, details={**again.details, "redose_reason": RedoseReason.SYMPTOMS_RETURNED}))
    if not rated_before:
        later = {name: mark for name, mark in doses[0].marks.items() if name != "arrival"}
        doses[0] = replace(doses[0], marks=later)
    code = f"demo-{FIRST_NUMBER + number}"
    story = Story(code, f"Demo {FIRST_NUMBER + number}", tuple(doses), f"{code}@example.org")
    return Finished(story, shape, indication, truth, redosed_hours, evaluable=rated_before and not low)


def _given(shape: Shape, rng: Random) -> dict[str, Any]:
    weight = rng.randint(*WEIGHTS_KG)
    milligrams = weight * MG_PER_KG[shape.slug] if shape.slug in MG_PER_KG else rng.choice(FIXED_MG[shape.slug])
    return {
        "drug": shape.drug,
        "drug_name": shape.drug_name,
        "route": shape.route,
        "protocol": shape.protocol,
        "weight_kg": Decimal(weight),
        "dose_mg": Decimal(milligrams),
        "state": Progress.STARTED,
    }


def _dose(patient: _Patient, started_at: datetime, truth: Truth, redosed_hours: float, rng: Random) -> Dose:
    minutes = MINUTES_GIVEN.get(patient.shape.route)
    times = {
        "started_at": started_at,
        "ended_at": minutes and started_at + timedelta(minutes=minutes),
        "benzodiazepine_24h": rng.random() < CALMED,
    }
    until = min(redosed_hours, rng.expovariate(simulation.DROPOUT_PER_HOUR), _hours(patient.now - started_at))
    marks = {"arrival": Mark(patient.baseline, BEFORE_DOSE_HOURS)}
    skips: dict[str, SkipReason] = {}
    for check_in in protocol(patient.shape.protocol).check_ins:
        late = _late(check_in, rng)
        missed = rng.random() < simulation.MISSED
        points = _points(patient.baseline, truth, check_in.nominal + late, rng)
        kept = rng.uniform(*KEPT_HOURS) if rng.random() < KEPT_ON_PHONE else 0.0
        if check_in.nominal + late >= until:
            break
        if not missed:
            marks[check_in.name] = Mark(points, late, kept)
        elif rng.random() < SAYS_WHY_NOT:
            skips[check_in.name] = rng.choice((SkipReason.TOO_SLEEPY, SkipReason.NOT_NOW, SkipReason.OTHER))
    return Dose({**patient.details, **times}, marks, skips)


def _points(baseline: int, truth: Truth, hours: float, rng: Random) -> int:
    felt = baseline * truth.share(hours) + rng.gauss(0.0, simulation.NOISE_SD)
    return min(max(round(felt), 0), simulation.SCALE_MAXIMUM)


def _late(check_in: CheckIn, rng: Random) -> float:
    late = rng.lognormvariate(math.log(simulation.LATENESS_MEDIAN_HOURS), simulation.LATENESS_LOG_SD)
    return min(late, check_in.closes - check_in.nominal - 5 * MINUTE)


def _redosed_at(truth: Truth, started_at: datetime, now: datetime, rng: Random) -> datetime | None:
    """Return when the clinic doses again, at an hour when it is open, after relief has ended; None if it does not."""
    wanted, delay, hour = rng.random() < REDOSED_AFTER_LOSS, rng.uniform(*simulation.REDOSE_DELAY_HOURS), _hour(rng)
    if not (wanted and truth.responds):
        return None
    asked_at = started_at + timedelta(hours=truth.loss_hours + delay)
    if asked_at > now - timedelta(days=2):
        return None
    return at_clinic(asked_at, days_ago=-1, hour=hour)


def _hour(rng: Random) -> int:
    return rng.randint(*OPENING_HOURS)


def _hours(wait: timedelta) -> float:
    return wait / timedelta(hours=1)
