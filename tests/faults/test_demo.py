"""`make demo` on a fresh machine: a user without rights and with an empty home, Debian's Python and make, no more."""

import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from tests.faults.processes import ROOT, Process, answers, family, free_port, left_of, marked, wait_for

PYTHON = "/usr/bin/python3"
INSTALL_SECONDS = 900  # depends on where packages come from more than on anything of ours
FIRST_START_SECONDS = 60
SECOND_START_SECONDS = 5
BUSY = 4  # times slower, when other tests have the machine too
SEED_SECONDS = 600
GONE_SECONDS = 60
TOKEN = re.compile(r"\bebb_[\w-]{20,}")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")
OURS = re.compile(r"PYTHON|VIRTUAL_ENV|PYTEST|COV_|MAKE|MFLAGS|XDG_|DJANGO_|HYPOTHESIS")

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in Linux's /proc")


@pytest.fixture(scope="module")
def unprivileged() -> dict[str, object]:
    """How to start a process as somebody without rights: nobody when the tests run as root, else whoever runs them."""
    if os.getuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@pytest.fixture(scope="module")
def clone(unprivileged) -> Path:
    """The tracked files alone, in a folder that belongs to that user, beside an empty home."""
    if not Path(PYTHON).exists() or subprocess.run([PYTHON, "-c", "import ensurepip, venv"], check=False).returncode:
        pytest.skip(f"{PYTHON} has no venv module: install Debian's package python3-venv")
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so which files belong to it is unknown")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with tempfile.TemporaryDirectory(prefix="ebb-demo-") as place:
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                target = Path(place, "clone", name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, target)
        Path(place, "home").mkdir()
        if unprivileged:
            for path in [Path(place), *Path(place).rglob("*")]:
                os.chown(path, unprivileged["user"], unprivileged["group"])
        yield Path(place, "clone")


class Demo:
    """One `make demo`, with everything it starts."""

    def __init__(self, clone: Path, port: int, unprivileged: dict[str, object]) -> None:
        self.clone, self.port, self.output = clone, port, clone.parent / f"output-{port}.txt"
        settings = re.findall(r"^(\w+)=", (clone / ".env.example").read_text(), re.MULTILINE)
        kept = {name: value for name, value in os.environ.items() if not OURS.match(name) and name not in settings}
        environment = {**kept, "HOME": str(clone.parent / "home"), "PATH": "/usr/bin:/bin", "PORT": str(port)}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", "demo"],
                cwd=clone,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **unprivileged,
            )

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def is_alive(self) -> bool:
        assert self.process.poll() is None, self.said()
        assert " failed with status " not in self.said(), self.said()
        return True

    def is_up(self) -> bool:
        return self.is_alive() and answers(self.port, "/readyz")

    def says(self, pattern: re.Pattern[str]) -> bool:
        return self.is_alive() and pattern.search(self.said()) is not None

    def everyone(self) -> list[Process]:
        known = {process.pid: process for process in [*family(self.process.pid), *marked(str(self.clone.parent))]}
        return list(known.values())

    def press_control_c(self) -> list[Process]:
        """Tell the foreground, as a terminal does, and return who is still there after it ended."""
        known = self.everyone()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(GONE_SECONDS)
        return left_of([*known, *marked(str(self.clone.parent))])

    def kill_all(self) -> None:
        for process in self.everyone() if self.process.poll() is None else marked(str(self.clone.parent)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def demo(clone, unprivileged):
    """Start it on a free port; whatever a test does, nothing stays behind."""
    started = []

    def start() -> Demo:
        started.append(Demo(clone, free_port(), unprivileged))
        return started[-1]

    yield start
    for each in started:
        each.kill_all()


def fetch(url: str, token: str = "") -> bytes:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:  # noqa: S310 - ours
        return answer.read()


def test_a_fresh_machine_shows_the_demo_in_a_minute_a_second_time_at_once_and_leaves_nothing_behind(clone, demo):
    began = time.monotonic()
    first = demo()
    lock = clone / ".venv" / "requirements.txt"
    installed = wait_for(lambda: first.is_alive() and lock.exists(), seconds=INSTALL_SECONDS, what="the installation")
    up = wait_for(first.is_up, seconds=FIRST_START_SECONDS * BUSY, what="answer of a first start")
    address = re.compile(re.escape(f"http://127.0.0.1:{first.port}/"))
    wait_for(lambda: first.says(address), seconds=FIRST_START_SECONDS, what="the address")
    assert b"</html>" in fetch(f"http://127.0.0.1:{first.port}/")
    wait_for(lambda: first.says(TOKEN), seconds=SEED_SECONDS, what="a token")
    seeded = time.monotonic() - began - installed
    assert len(set(ADDRESS.findall(first.said()))) >= 2  # somebody of the staff and a patient
    token = TOKEN.search(first.said()).group()
    assert json.loads(fetch(f"http://127.0.0.1:{first.port}/api/v1/cohorts/", token))
    assert first.press_control_c() == []
    assert "Traceback" not in first.said()

    second = demo()
    again = wait_for(second.is_up, seconds=SECOND_START_SECONDS * BUSY, what="answer of a second start")
    assert "Installing" not in second.said()
    wait_for(lambda: second.says(TOKEN), seconds=SEED_SECONDS, what="a token")
    assert second.press_control_c() == []
    print(  # noqa: T201 - figures for whoever asks with -s
        f"install {installed:.0f} s, first answer {up:.1f} s later, seeded {seeded:.1f} s, second start {again:.1f} s"
    )
    assert list((clone.parent / "home").iterdir()) == []
