"""Treated patients for cohorts: a few ratings each, enough to respond and to lose it."""

from datetime import timedelta

from backend.tracking.models import PreviousTreatment, Treatment
from tests import make

RELIEVED = {-1: 8, 1: 4, 2: 3, 4: 3, 168: 3, 336: 3, 672: 3}
RELAPSED = RELIEVED | {336: 8, 672: 8}
UNCHANGED = dict.fromkeys(RELIEVED, 8)


def treated(clinic, actor, count, *, scores=RELIEVED, **details) -> list[Treatment]:
    """So many patients of a clinic, one treatment each, all rated alike."""
    found = []
    for _ in range(count):
        treatment = make.treatment(of=make.patient(at=clinic, sign_in=False), by=actor, **details)
        make.ratings(of=treatment, scores=scores, by=actor)
        found.append(treatment)
    return found


def again(treatment, actor, *, days=100, scores=RELIEVED, **details) -> Treatment:
    """Another treatment of the same patient, some days later."""
    later = treatment.started_at + timedelta(days=days)
    second = make.treatment(of=treatment.patient, by=actor, started_at=later, **details)
    make.ratings(of=second, scores=scores, by=actor)
    return second


def tried(patient, actor, *, stopped_because="no_effect", adequate="yes", **fields) -> PreviousTreatment:
    """A treatment that came before, as staff list it."""
    return PreviousTreatment.objects.create(
        patient=patient,
        kind="ssri",
        adequate=adequate,
        stopped_because=stopped_because,
        recorded_by=actor,
        **fields,
    )
