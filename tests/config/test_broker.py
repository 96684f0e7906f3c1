"""The embedded broker's place: found by every process alone, whatever the folder is called."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from celery import Celery

from backend.config.processes import broker
from tests.faults.processes import wait_for

LONG = "folder-of-thirty-characters-a/" * 5


@pytest.fixture(autouse=True)
def _no_short_way_is_left(monkeypatch):
    """They lie outside the folder of the test."""
    made, make = [], tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **how: made.append(make(**how)) or made[-1])
    yield
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture
def serve():
    """Start the server for a folder, once it was prepared."""
    running = []

    def start(folder: Path) -> None:
        server = broker.server()
        if server is None:
            pytest.skip("no Valkey server for this platform")
        broker.prepare(folder)
        running.append(subprocess.Popen(broker.command(server), cwd=folder))
        wait_for(lambda: broker.answers(folder), seconds=30, what="the broker")

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", ["var", "a clone, 100%+1 #fresh 'q\" é/var", LONG])
def test_a_task_is_published_to_the_server_of_any_folder(serve, tmp_path, name):
    folder = tmp_path / name / "broker"
    serve(folder)
    with Celery("asks", broker=broker.url(folder), set_as_current=False) as app:
        assert app.send_task("any.task", [1]).id
    assert list((folder / broker.QUEUE).iterdir())


def test_nobody_else_can_reach_it(serve, tmp_path):
    folder = tmp_path / "broker"
    serve(folder)
    assert (folder.stat().st_mode & 0o077, broker.address(folder).stat().st_mode & 0o077) == (0, 0)
    assert broker.OPTIONS["port"] == "0"


def test_a_short_way_that_became_somebody_elses_is_not_taken(tmp_path):
    folder = tmp_path / LONG / "broker"
    broker.prepare(folder)
    short = broker.address(folder).parents[1]
    assert broker.address(folder).parent.resolve() == folder
    short.chmod(0o755)
    assert broker.address(folder) == folder / broker.SOCKET
    broker.prepare(folder)
    assert broker.address(folder).parents[1] not in {short, folder}


def test_before_anything_was_started_nobody_answers(tmp_path):
    assert not broker.answers(tmp_path / "broker")
    assert not broker.answers(tmp_path / LONG / "broker")


def test_a_queue_that_cannot_be_read_is_set_aside(tmp_path):
    queue = tmp_path / broker.QUEUE
    for content in ("first", "second"):
        queue.mkdir()
        (queue / "file").write_text(content)
        broker.set_queue_aside(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{broker.QUEUE}.aside"]
    assert (tmp_path / f"{broker.QUEUE}.aside" / "file").read_text() == "second"
    broker.set_queue_aside(tmp_path)  # nothing there: nothing to do
