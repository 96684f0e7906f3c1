"""Patients with known onset and loss of relief, rated as real ones are: late, with gaps, dropping out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.analysis.arrays import Bools, Floats
from backend.analysis.schedule import Protocol

# Shapes to recover, not findings: [design], in the range of Glue 2017, Salloum 2019 and Feder 2021.
RESPONDERS = 0.63
ONSET_MEDIAN_HOURS, ONSET_LOG_SD = 1.2, 0.6
RELIEF_MEDIAN_HOURS, RELIEF_LOG_SD = 14 * 24.0, 0.7
SCALE_MAXIMUM = 10
NOISE_SD = SCALE_MAXIMUM / 10
LATENESS_MEDIAN_HOURS = 6 / 60
LATENESS_LOG_SD = np.log(35 / 6) / 1.2815515655446004  # so that one rating in ten is more than 35 minutes late
MISSED = 0.125
DROPOUT_PER_HOUR = 1 / (70 * 24)
REDOSED_AFTER_LOSS = 0.5
REDOSE_DELAY_HOURS = (12.0, 10 * 24.0)
BASELINES = (6, 11)
RESIDUAL_SHARE = (0.1, 0.4)  # of the baseline, while relieved


@dataclass(frozen=True, slots=True)
class Simulated:
    """Ratings and what they came from.

    `ratings`: patient, treatment, hours, score, ordered; `truth`: one row a patient, with `responds`,
    `onset_hours`, `loss_hours` since the dose (inf where there is none) and `redosed_hours`.
    """

    ratings: pd.DataFrame
    truth: pd.DataFrame


def simulate(patients: int, protocol: Protocol, *, seed: int, noise: bool = True) -> Simulated:
    """Draw patients with one treatment each, rated by the protocol until they drop out or are dosed again.

    Scores are whole numbers from 0 to 10. Relief begins at `onset_hours` and ends at `loss_hours`, at once.
    """
    rng = np.random.default_rng(seed)
    truth = _truth(patients, rng)
    nominal = protocol.nominal_hours
    late = rng.lognormal(np.log(LATENESS_MEDIAN_HOURS), LATENESS_LOG_SD, (patients, len(nominal)))
    room = np.array([check_in.closes - check_in.nominal for check_in in protocol.check_ins])
    hours = nominal + np.minimum(late, room * 0.999)
    until = np.minimum(rng.exponential(1 / DROPOUT_PER_HOUR, patients), truth["redosed_hours"].to_numpy())
    kept = (rng.random(hours.shape) >= MISSED) & (hours < until[:, np.newaxis])
    baseline = rng.integers(*BASELINES, patients).astype(float)
    relieved = (hours >= truth["onset_hours"].to_numpy()[:, np.newaxis]) & (
        hours < truth["loss_hours"].to_numpy()[:, np.newaxis]
    )
    level = np.where(relieved, rng.uniform(*RESIDUAL_SHARE, (patients, 1)), 1.0) * baseline[:, np.newaxis]
    score = _rated(level, NOISE_SD if noise else 0.0, rng)
    return Simulated(
        _rows(
            np.column_stack([np.full(patients, -0.25), hours]),
            np.column_stack([baseline, score]),
            np.column_stack([np.ones(patients, dtype=bool), kept]),
        ),
        truth,
    )


def _truth(patients: int, rng: np.random.Generator) -> pd.DataFrame:
    responds = rng.random(patients) < RESPONDERS
    onset = np.where(responds, rng.lognormal(np.log(ONSET_MEDIAN_HOURS), ONSET_LOG_SD, patients), np.inf)
    relief = rng.lognormal(np.log(RELIEF_MEDIAN_HOURS), RELIEF_LOG_SD, patients)
    loss = np.where(responds, onset + relief, np.inf)
    redosed = np.isfinite(loss) & (rng.random(patients) < REDOSED_AFTER_LOSS)
    delay = rng.uniform(*REDOSE_DELAY_HOURS, patients)
    return pd.DataFrame(
        {
            "patient": _names(patients),
            "responds": responds,
            "onset_hours": onset,
            "loss_hours": loss,
            "redosed_hours": np.where(redosed, loss + delay, np.inf),
        }
    )


def _rated(level: Floats, noise_sd: float, rng: np.random.Generator) -> Floats:
    return np.clip(np.rint(level + rng.normal(0.0, 1.0, level.shape) * noise_sd), 0, SCALE_MAXIMUM)


def _rows(hours: Floats, score: Floats, kept: Bools) -> pd.DataFrame:
    patient, check_in = np.nonzero(kept)
    return pd.DataFrame(
        {
            "patient": _names(len(hours))[patient],
            "treatment": "1",
            "hours": hours[patient, check_in],
            "score": score[patient, check_in].astype(int),
        }
    )


def _names(patients: int) -> NDArray[np.str_]:
    return np.array([f"P{number:06d}" for number in range(1, patients + 1)])
