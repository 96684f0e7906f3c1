"""Background jobs: how long an unreachable broker may hold a caller, and how a worker treats what it takes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from backend.config import celery_app
from backend.config.celery import WORKER_SOCKET_TIMEOUT
from backend.config.processes import broker, commands
from tests.faults.processes import ROOT, family, wait_for

ATTEMPTS = 3  # the fastest counts: others may have waited for the machine
GIVEN_UP_SECONDS = 1
READY_SECONDS = 60

# A beat that is asked to end, once, while it still imports what it sends messages with, as on a slow first start.
ASKED_TO_END_EARLY = """
import os, signal, sys
from celery.__main__ import main
from celery.apps.beat import Beat

def ask(*_):
    if not asked:
        asked.append(True)
        os.kill(os.getpid(), signal.SIGTERM)

class Early:
    def find_spec(self, *_):
        if "celery.app.amqp" in sys.modules:
            ask()

def install_then_be_asked(self, service, install=Beat.install_sync_handler):
    install(self, service)
    sys.meta_path.insert(0, Early())
    signal.setitimer(signal.ITIMER_REAL, 1)  # if nothing is left to import

asked = []
signal.signal(signal.SIGALRM, ask)
Beat.install_sync_handler = install_then_be_asked
sys.argv = sys.argv[1:]
sys.exit(main())
"""


@pytest.fixture
def valkey(tmp_path) -> Iterator[subprocess.Popen]:
    """The server that Ebb embeds, in a folder of its own."""
    folder = tmp_path / "var" / "broker"
    broker.prepare(folder)
    server = broker.server()
    if server is None:
        pytest.skip("no Valkey server for this platform")
    with subprocess.Popen(broker.command(server), cwd=folder) as process:
        wait_for(lambda: broker.answers(folder), seconds=READY_SECONDS, what="the broker")
        yield process
        process.send_signal(signal.SIGCONT)
        process.kill()


@pytest.fixture
def enqueue_at():
    """Publish tasks with the settings Ebb publishes with, and say how long the fastest attempt took to fail."""
    apps = []

    def enqueue(url: str) -> float:
        app = Celery("broker under test", broker=url, set_as_current=False)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url, app.conf.task_always_eager = url, False
        apps.append(app)
        took = []
        for _ in range(ATTEMPTS):
            began = time.monotonic()
            with pytest.raises(OperationalError):
                app.send_task("any.task", [1])
            took.append(time.monotonic() - began)
        return min(took)

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
    assert enqueue_at(f"redis://127.0.0.1:{refusing_port}/0") < GIVEN_UP_SECONDS


def test_a_broker_that_stays_silent_is_given_up_after_its_timeout(enqueue_at, silent_port):
    assert enqueue_at(f"redis://127.0.0.1:{silent_port}/0") < GIVEN_UP_SECONDS


def test_an_embedded_broker_that_stands_still_is_given_up_after_its_timeout(enqueue_at, valkey, tmp_path):
    valkey.send_signal(signal.SIGSTOP)
    assert enqueue_at(broker.url(tmp_path / "var" / "broker")) < GIVEN_UP_SECONDS


def test_an_embedded_broker_that_is_not_there_is_reported_at_once(enqueue_at, tmp_path):
    assert enqueue_at(broker.url(tmp_path / "nowhere")) < GIVEN_UP_SECONDS


@pytest.fixture
def worker(valkey, tmp_path):
    """A worker started as Ebb starts its own, with one task more."""
    environment = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
    words = ["tests.config.slow_application" if word == "backend.config" else word for word in commands.WORKER]
    with (tmp_path / "worker.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={**environment, "VAR_DIR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_the_task_of_a_killed_process_is_done_by_another_and_an_idle_worker_keeps_its_connection(worker, tmp_path):
    sign = tmp_path / "sign"
    app = Celery("asks", broker=broker.url(tmp_path / "var" / "broker"), set_as_current=False)
    app.send_task("slow", [str(sign)])
    wait_for(sign.exists, seconds=READY_SECONDS, what="a first attempt")
    time.sleep(WORKER_SOCKET_TIMEOUT + 1)  # longer than the worker waits for any answer: asking for work is no question
    first = int(sign.read_text())
    assert first in {process.pid for process in family(worker.pid)}
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: sign.read_text() not in {"", str(first)}, seconds=READY_SECONDS, what="a second attempt")
    app.close()
    said = (tmp_path / "worker.txt").read_text()
    assert "SIGKILL" in said  # it is told, so a person can look for the cause
    assert "onnection" not in said


def test_a_worker_is_more_patient_with_its_broker_than_a_request():
    told = celery_app.conf.broker_transport_options["socket_timeout"]
    assert told < 1 < WORKER_SOCKET_TIMEOUT


def test_the_sign_of_life_is_left_where_those_who_watch_look(monkeypatch, tmp_path):
    file = tmp_path / "heartbeat"
    monkeypatch.setattr(settings, "HEARTBEAT_FILE", file)
    celery_app.tasks["heartbeat"]()
    assert file.exists()


def test_every_scheduled_task_exists():
    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in celery_app.conf.beat_schedule.values()} <= set(celery_app.tasks)


def test_a_beat_that_is_asked_to_end_before_it_has_begun_ends_without_a_word(tmp_path):
    module, name, *options = commands.BEAT
    assert module == "-m"
    done = subprocess.run(
        [sys.executable, "-c", ASKED_TO_END_EARLY, name, *options],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "CELERY_BROKER_URL": "memory://"},
        capture_output=True,
        text=True,
        timeout=READY_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


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
    ],
)
def test_lost_messages_and_lost_workers_lose_no_work(name, expected):
    assert getattr(celery_app.conf, name) == expected
