"""Background jobs: how long an unreachable broker may hold a caller, and how a worker treats what it takes."""

import socket
import time

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from backend.config import celery_app

GIVEN_UP_SECONDS = 4  # on a busy machine; one attempt takes a second at most, the library's own retries six


@pytest.fixture
def enqueue_at():
    """Publish one task to a broker, with the settings Ebb publishes with."""
    apps = []

    def enqueue(port: int) -> None:
        app = Celery("broker under test", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = f"redis://127.0.0.1:{port}/0"
        apps.append(app)
        app.send_task("any.task", [1])

    yield enqueue
    for app in apps:
        app.close()


@pytest.fixture
def silent_port():
    """A broker that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def refusing_port():
    """A port that is taken, so nobody else gets it, and does not listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_broker_that_refuses_is_reported_at_once(enqueue_at, refusing_port):
    began = time.monotonic()
    with pytest.raises(OperationalError):
        enqueue_at(refusing_port)
    assert time.monotonic() - began < GIVEN_UP_SECONDS


def test_a_broker_that_stays_silent_is_given_up_after_its_timeout(enqueue_at, silent_port):
    began = time.monotonic()
    with pytest.raises(OperationalError):
        enqueue_at(silent_port)
    assert time.monotonic() - began < GIVEN_UP_SECONDS


def test_the_application_is_bound_to_the_settings():
    assert celery_app.conf.broker_url == settings.CELERY_BROKER_URL
    assert celery_app.conf.broker_transport_options == settings.CELERY_BROKER_TRANSPORT_OPTIONS


def test_an_unfinished_task_is_delivered_again_only_after_it_must_have_ended():
    limits = celery_app.conf
    assert limits.task_soft_time_limit < limits.task_time_limit
    assert (
        limits.task_time_limit + limits.worker_soft_shutdown_timeout
        < (limits.broker_transport_options["visibility_timeout"])
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("task_acks_late", True, id="a task is done when it has run"),
        pytest.param("task_reject_on_worker_lost", True, id="a killed worker's task is not lost"),
        pytest.param("worker_prefetch_multiplier", 1, id="no task waits behind another"),
        pytest.param("task_ignore_result", True, id="conclusions live in the database alone"),
        pytest.param("task_publish_retry", False, id="a caller never waits for another attempt"),
        pytest.param("broker_connection_max_retries", None, id="a worker waits out any outage"),
        pytest.param("enable_utc", True, id="schedules are in UTC"),
    ],
)
def test_lost_messages_and_lost_workers_lose_no_work(name, expected):
    assert getattr(celery_app.conf, name) == expected
