"""Turn the published trial into ratings: `python examples/antidepressant_trial/convert.py RATINGS.csv`."""

import sys
from pathlib import Path

import pandas as pd

TRIAL = Path(__file__).with_name("antidepressant_trial.csv")
HOURS_PER_DAY = 24


def ratings(trial: pd.DataFrame) -> pd.DataFrame:
    """Return one row a rating: the baseline at hour 0, then every visit."""
    first_visit = trial.drop_duplicates("PATIENT")
    baseline = pd.DataFrame({"patient": first_visit["PATIENT"], "hours": 0, "score": first_visit["BASVAL"]})
    visits = pd.DataFrame(
        {"patient": trial["PATIENT"], "hours": trial["RELDAYS"] * HOURS_PER_DAY, "score": trial["HAMDTL17"]}
    )
    rows = pd.concat([baseline, visits]).sort_values(["patient", "hours"], kind="stable")
    therapy = first_visit.set_index("PATIENT")["THERAPY"]
    return rows.assign(treatment=1, instrument="hamd17", therapy=rows["patient"].map(therapy))


if __name__ == "__main__":
    destination = Path(sys.argv[1])
    destination.parent.mkdir(parents=True, exist_ok=True)
    ratings(pd.read_csv(TRIAL)).to_csv(destination, index=False)
