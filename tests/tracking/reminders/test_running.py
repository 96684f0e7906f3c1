"""Reminders go out by whichever comes first: the job that beat asks for, or the sweep, which needs no broker."""

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from backend.config import celery_app
from backend.tracking.models import CheckIn, Effect
from backend.tracking.tasks import send_reminders
from tests import make


@pytest.fixture
def due(patient):
    """A treatment whose last hourly prompt is due."""
    treatment = make.treatment(of=patient, started_at=timezone.now() - timedelta(hours=4, minutes=5))
    CheckIn.objects.filter(treatment=treatment).exclude(name="+4 h").delete()
    return treatment


def test_the_sweep_plans_and_sends_without_a_broker(due):
    said = StringIO()
    call_command("sweep", stdout=said)
    assert said.getvalue().startswith("reminded 1, repaired ")
    assert len(mail.outbox) == 1
    assert Effect.objects.count() == 2


def test_the_job_does_the_same_and_may_run_twice(due):
    send_reminders()
    send_reminders()
    assert len(mail.outbox) == 1


def test_beat_asks_for_jobs_that_exist():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(celery_app.tasks)
