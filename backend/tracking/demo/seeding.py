"""Filling the demo clinic: the patients made by hand first, then the finished ones, each once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.accounts.models import Patient
from backend.tracking import estimation
from backend.tracking.asking import due_check_in
from backend.tracking.demo.alerting import seed_alerts
from backend.tracking.demo.building import add_dose, build
from backend.tracking.demo.clinic import Opened
from backend.tracking.demo.finished import Finished
from backend.tracking.demo.named import AFTERNOON, DUE, due_again, stories, today
from backend.tracking.demo.stories import Story
from backend.tracking.demo.watching import watch
from backend.tracking.models import Progress, Treatment
from backend.tracking.services.treating.treatments import correct_treatment

STALE_AFTER = timedelta(hours=20)  # a dose of today is of yesterday by then


def seed_named(opened: Opened, *, now: datetime) -> None:
    """Store and estimate the patients made by hand; where that was long ago, give some of them something to answer."""
    _seed(opened, stories(opened.now))
    _refresh_due(opened, now)
    _refresh_today(opened, now)
    watch(opened, now=now)
    estimation.sweep()
    seed_alerts(opened)


def seed_finished(opened: Opened, everybody: Iterable[Finished]) -> int:
    """Store and estimate the finished patients who are not there yet; return how many were new."""
    return _seed(opened, (one.story for one in everybody))


def _seed(opened: Opened, patients: Iterable[Story]) -> int:
    """Store and estimate one patient after the other: while one is estimated, others can write to the database."""
    fresh = 0
    for story in patients:
        if build(story, clinic=opened.clinic, by=opened.clinician, now=opened.now):
            estimation.sweep()
            fresh += 1
    return fresh


def _refresh_due(opened: Opened, now: datetime) -> None:
    """Plan a dose for the patient who should have a check-in to answer and has none; what was planned before lapses."""
    patient = Patient.objects.get(clinic=opened.clinic, code=DUE)
    if due_check_in(patient, now) is not None:
        return
    for lapsed in Treatment.objects.filter(patient=patient, state=Progress.PLANNED):
        correct_treatment(actor=opened.clinician, treatment=lapsed, changes={"state": Progress.CANCELLED})
    add_dose(due_again(now), patient=patient, by=opened.clinician, now=now)


def _refresh_today(opened: Opened, now: datetime) -> None:
    """Give the patient of the afternoon a new dose, once a day."""
    patient = Patient.objects.get(clinic=opened.clinic, code=AFTERNOON)
    recent = Treatment.objects.started().filter(patient=patient, started_at__gt=now - STALE_AFTER)
    if not recent.exists():
        add_dose(today(now), patient=patient, by=opened.clinician, now=now)
