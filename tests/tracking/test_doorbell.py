"""Ringing for a job never fails, and never holds up, the request that wrote the facts."""

import socket
import time

import pytest
from celery import Celery
from django.db import transaction

from backend.tracking import doorbell
from backend.tracking.doorbell import Circuit, after_commit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_has_rung_yet(monkeypatch):
    monkeypatch.setattr(doorbell, "circuit", Circuit())


def job(broker):
    """A task as Ebb configures them, announced through some broker."""
    app = Celery("elsewhere", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(broker_url=broker, task_always_eager=False)
    return app.task(nothing, name="job")


def nothing(primary_key):
    """Do nothing with a primary key."""


def commit_ringing(task):
    begun = time.monotonic()
    with transaction.atomic():
        after_commit(task, 1)
    return time.monotonic() - begun


def roll_back_ringing(task):
    with transaction.atomic():
        after_commit(task, 1)
        raise ZeroDivisionError


def test_nobody_rings_for_what_was_rolled_back(caplog):
    with pytest.raises(ZeroDivisionError):
        roll_back_ringing(job("redis://127.0.0.1:1/0"))
    assert "the broker did not answer" not in caplog.text


def test_a_broker_that_is_gone_costs_a_warning_and_is_then_left_alone(caplog):
    task = job("redis://127.0.0.1:1/0")
    assert commit_ringing(task) < 5
    assert caplog.text.count("the broker did not answer; job(1) waits for the sweep") == 1
    commit_ringing(task)
    assert caplog.text.count("the broker did not answer") == 1


def test_a_broker_that_is_silent_is_given_up_and_then_left_alone(caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        task = job(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        first, second = commit_ringing(task), commit_ringing(task)
    assert caplog.text.count("the broker did not answer") == 1
    assert second < first < 10


def test_a_broker_that_answers_slowly_is_left_alone_for_a_while(caplog, monkeypatch):
    task = job("memory://")
    commit_ringing(task)
    assert "the broker took" not in caplog.text
    monkeypatch.setattr(doorbell, "SLOW_SECONDS", 0.0)
    commit_ringing(task)
    commit_ringing(task)
    assert caplog.text.count("the broker took") == 1


def test_a_job_done_at_once_may_take_its_time(caplog, monkeypatch):
    task = job("memory://")
    task.app.conf.task_always_eager = True
    monkeypatch.setattr(doorbell, "SLOW_SECONDS", 0.0)
    commit_ringing(task)
    assert doorbell.circuit.closed()
    assert "the broker took" not in caplog.text
