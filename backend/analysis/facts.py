"""The facts about one treatment or course that its outcomes follow from, as a study and as a hash."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from backend.analysis.outcomes.flags import ACUTE_HOURS, Flag
from backend.analysis.outcomes.kernel import MICROSECONDS_PER_HOUR
from backend.analysis.outcomes.study import Study
from backend.analysis.schedule import protocol
from backend.instruments import PRIMARY, get, known

RESCUE_WINDOW = timedelta(hours=24)  # METHOD: a benzodiazepine or rescue medication in the 24 h before a rating
TIMING_FLAGS = {"late": Flag.late, "offline": Flag.offline, "suspect": Flag.suspect_time}
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Dose:
    """One started treatment; all times are UTC instants."""

    treatment: int
    started_at: datetime
    ended_at: datetime | None = None
    redose_reason: str = ""
    benzodiazepine_24h: bool = False
    rescue_medication_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating as its last amendment leaves it: `total` is None where it was withdrawn or is incomplete."""

    treatment: int
    check_in: int | None
    instrument: str
    at: datetime
    total: int | None
    timing: str = "live"
    amended: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The doses of one treatment or course in order of time, the dose that followed it, and what was rated."""

    doses: tuple[Dose, ...]
    following: Dose | None
    ratings: tuple[Rated, ...]
    protocol: str

    def canonical(self) -> str:
        """Return the facts as text that does not depend on the order in which ratings arrived."""
        ratings = sorted(self.ratings, key=lambda one: (one.at, one.instrument, str(one.total), str(one)))
        following = self.following and [self.following.started_at, self.following.redose_reason]
        plan = [self.protocol, protocol(self.protocol).version]
        content = [plan, list(map(asdict, self.doses)), following, list(map(asdict, ratings))]
        return json.dumps(content, sort_keys=True, separators=(",", ":"), default=datetime.isoformat)

    def study(self) -> Study:
        """Return the facts as tables: the treatment or course comes first, what follows it last.

        A treatment that nobody rated gets one row without a total, so that "no baseline" is a result too.
        """
        doses = [*self.doses, *([self.following] if self.following else [])]
        row = {dose.treatment: at for at, dose in enumerate(doses)}
        origin = doses[0].started_at
        treatments = pd.DataFrame(
            {
                "patient": "patient",
                "treatment": [dose.treatment for dose in doses],
                "started_us": [(dose.started_at - origin) // _MICROSECOND for dose in doses],
                "redose_reason": [dose.redose_reason for dose in doses],
            }
        )
        ratings = [*self.ratings, Rated(doses[0].treatment, None, PRIMARY, origin, None)]
        felt = self._felt_the_drug()
        hours = [(one.at - doses[row[one.treatment]].started_at) // _MICROSECOND for one in ratings]
        flags = [int(_flags(one, doses[row[one.treatment]], felt)) for one in ratings]
        return Study(
            treatments,
            pd.DataFrame(
                {
                    "at": np.array([row[one.treatment] for one in ratings]),
                    "instrument": pd.Categorical([one.instrument for one in ratings]),
                    "hours": np.array(hours, dtype=float) / MICROSECONDS_PER_HOUR,
                    "score": np.array([np.nan if one.total is None else one.total for one in ratings], dtype=float),
                    "flags": np.array(flags, dtype=np.int64),
                }
            ),
        )

    def marks(self) -> list[tuple[str, ...]]:
        """Return the names of the flags that each rating carries, in the order of `ratings`."""
        dose = {one.treatment: one for one in self.doses}
        felt = self._felt_the_drug()
        rated = ((one, dose[one.treatment]) for one in self.ratings)
        bits = [_flags(one, given, felt) | _looking_back(one, given) for one, given in rated]
        return [tuple(flag.name or "" for flag in Flag if flag in found) for found in bits]

    def _felt_the_drug(self) -> set[object]:
        """Return the check-ins and instants at which the patient felt unreal or sleepy."""
        limits = {one.slug: one.flag_from for one in known() if one.flag_from is not None}
        felt = [
            one
            for one in self.ratings
            if one.instrument in limits and one.total is not None and one.total >= limits[one.instrument]
        ]
        return {one.check_in for one in felt if one.check_in is not None} | {one.at for one in felt}


def fingerprint(canonical: str, *versions: object) -> str:
    """Return the SHA-256 of canonical facts and of what they were judged by, in hexadecimal."""
    return hashlib.sha256("\n".join([canonical, *map(str, versions)]).encode()).hexdigest()


def _flags(one: Rated, dose: Dose, felt: set[object]) -> Flag:
    soon = dose.started_at < one.at <= _end_at_the_latest(dose)
    marks = {
        Flag.during_administration: dose.started_at < one.at < (dose.ended_at or _end_at_the_latest(dose)),
        Flag.after_rescue: _after_rescue(one, dose),
        Flag.amended: one.amended,
        Flag.during_acute_effects: one.check_in in felt or one.at in felt or soon,
    }
    timing = TIMING_FLAGS.get(one.timing, Flag(0))
    return timing | sum((flag for flag, holds in marks.items() if holds), start=Flag(0))


def _looking_back(one: Rated, dose: Dose) -> Flag:
    """Return the flag of a rating whose recall window reaches back over the dose, as the estimators set it."""
    recall = timedelta(hours=get(one.instrument).recall_hours)
    return Flag.lookback_overlaps_dose if timedelta() < one.at - dose.started_at < recall else Flag(0)


def _end_at_the_latest(dose: Dose) -> datetime:
    """Return until when a dose whose end nobody recorded is taken as still being given [design]."""
    return dose.started_at + timedelta(hours=ACUTE_HOURS)


def _after_rescue(one: Rated, dose: Dose) -> bool:
    """Tell whether a rating is within a day of calming medication; of `benzodiazepine_24h` the hour is not known."""
    if dose.benzodiazepine_24h and abs(one.at - dose.started_at) < RESCUE_WINDOW:
        return True
    return dose.rescue_medication_at is not None and timedelta() <= one.at - dose.rescue_medication_at < RESCUE_WINDOW
