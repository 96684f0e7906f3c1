"""Keeping programs: those that cannot live are given up, those that hang are killed, and all they say is shown."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.config.supervisor import Pulse

ROOT = Path(__file__).resolve().parents[2]
BEGINNING = """
import signal, sys
from pathlib import Path
from backend.config.processes import keeper as module
from backend.config.processes.child import Program
from backend.config.processes.keeper import Keeper
from backend.config.processes.reaper import Reaper

module.LONGEST_PAUSE = 0.05
keeper = Keeper(reaper := Reaper.start())

def program(code, name="it", **how):
    return Program(name, [sys.executable, "-c", code], Path("/"), **how)
"""


def keep(code: str) -> subprocess.CompletedProcess[str]:
    """Run code with a keeper in a process of its own: it listens to signals and forks."""
    return subprocess.run(
        [sys.executable, "-c", BEGINNING + code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_program_that_keeps_dying_is_given_up_aloud():
    done = keep("keeper.start(program('raise SystemExit(3)'))\nwhile True: keeper.turn(0.01)")
    assert done.stdout.count("it ended with status 3; starting it again") == 4
    assert done.stderr.splitlines()[-1] == "RuntimeError: it keeps dying, last with status 3"


def test_before_every_start_it_is_known_how_often_the_program_died_early():
    done = keep("keeper.start(program('raise SystemExit(3)', before=print))\nwhile True: keeper.turn(0.01)")
    assert [line for line in done.stdout.splitlines() if line.isdigit()] == ["0", "1", "2", "3", "4"]


def test_the_log_of_a_program_that_died_is_shown(tmp_path):
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {number}" for number in range(9)))
    done = keep(f"keeper.start(program('raise SystemExit(3)', log=Path({str(log)!r})))\nwhile True: keeper.turn(0.01)")
    assert done.stdout.splitlines()[:5] == [f"    it | line {number}" for number in range(4, 9)]


def test_every_word_is_shown_behind_the_name_of_who_said_it_the_last_one_too():
    done = keep("keeper.run(program('import sys; print(1); sys.stderr.write(\"2\\\\n3\")', stays=False))")
    assert done.stdout.splitlines() == ["    it | 1", "    it | 2", "    it | 3"]


def test_a_step_that_fails_ends_the_start():
    done = keep("keeper.run(program('raise SystemExit(5)', stays=False))")
    assert done.stderr.splitlines()[-1] == "RuntimeError: it failed with status 5"


def test_what_is_not_reached_in_time_ends_the_start():
    done = keep("keeper.wait_until(lambda: False, seconds=0.2, waiting_for='answer')")
    assert done.stderr.splitlines()[-1] == "RuntimeError: no answer within 0 seconds"


@pytest.mark.parametrize(
    ("stubborn", "patience", "least", "most"),
    [
        pytest.param("signal.signal(15, signal.SIG_IGN)", 1, 1, 10, id="patience has an end"),
        pytest.param("pass", 30, 0, 10, id="who ends at once is not waited for"),
    ],
)
def test_a_program_that_ignores_the_request_to_end_is_killed(stubborn, patience, least, most):
    code = f"import signal, time; {stubborn}; print('ready', flush=True); time.sleep(99)"
    began = time.monotonic()
    done = keep(f"""
import time
keeper.start(program({code!r}, patience={patience}))
end = time.monotonic() + 1
while time.monotonic() < end: keeper.turn(0.05)
keeper.stop(); reaper.finish()
""")
    assert done.returncode == 0, done.stderr
    assert least < time.monotonic() - began < most + least


def test_programs_end_in_the_reverse_order_of_their_start():
    code = "import signal, time; signal.signal(15, lambda *_: (print('ends', flush=True), exit())); time.sleep(99)"
    done = keep(f"""
import time
for name in ("first", "second", "third"):
    keeper.start(program({code!r}, name=name))
end = time.monotonic() + 2
while time.monotonic() < end: keeper.turn(0.05)
keeper.stop(); reaper.finish()
""")
    assert done.stdout.splitlines() == [" third | ends", "second | ends", " first | ends"]


def test_a_heartbeat_starts_the_count_again(tmp_path, monkeypatch):
    clock = iter([0.0, 100.0, 150.0, 150.0, 250.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    file = tmp_path / "heartbeat"
    pulse = Pulse(file)
    assert pulse.silence() == 100
    file.touch()
    assert pulse.silence() == 0
    assert pulse.silence() == 100
