"""Running supervisors, and every process that belongs to one."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(reached: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Return after how many seconds it was so."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


def answers(port: int, path: str = "/livez") -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    return False


@dataclass(frozen=True)
class Process:
    """One process, told apart from a later one with its number by when it began."""

    pid: int
    parent: int
    state: str
    words: str = field(compare=False)
    began: int


def everyone() -> list[Process]:
    return [found for place in Path("/proc").glob("[0-9]*") if (found := read(int(place.name)))]


def read(pid: int) -> Process | None:
    with contextlib.suppress(OSError):  # it has gone meanwhile
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return Process(pid, int(fields[1]), fields[0], words, int(fields[19]))
    return None


def family(pid: int) -> list[Process]:
    """A process and all that it and its children started."""
    members = {pid}
    alive = everyone()
    while new := {process.pid for process in alive if process.parent in members} - members:
        members |= new
    return [process for process in alive if process.pid in members]


def marked(mark: str) -> list[Process]:
    """Processes whose environment holds a text."""
    found = []
    for process in everyone():
        with contextlib.suppress(OSError):
            if mark.encode() in Path(f"/proc/{process.pid}/environ").read_bytes():
                found.append(process)
    return found


def left_of(members: list[Process]) -> list[Process]:
    """Those that are still there; a zombie is not: nobody but its parent can take it away."""
    now = {(process.pid, process.began): process for process in everyone() if process.state != "Z"}
    return [process for process in members if (process.pid, process.began) in now]


class Ebb:
    """A supervisor in a session of its own, as under a terminal, on its own folder and port."""

    def __init__(self, var: Path, *, python: str = sys.executable, code: str = "", port: int | None = None) -> None:
        self.var, self.port = var, port or free_port()
        self.words = [python, *(["-c", code] if code else ["-m", "backend.config.supervisor"])]
        self.output = var.with_name(f"{var.name}-output.txt")
        self._known: list[Process] = []

    @property
    def environment(self) -> dict[str, str]:
        """Its own settings, and no one else's broker or database."""
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        return {**kept, "VAR_DIR": str(self.var), "PORT": str(self.port)}

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.words, cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said()
        return answers(self.port)

    def members(self) -> list[Process]:
        """Everyone who belongs to it now, or did when last asked."""
        now = family(self.process.pid)
        self._known = [*self._known, *(process for process in now if process not in self._known)]
        return now

    def find(self, words: str) -> list[Process]:
        return [process for process in self.members() if words in process.words and process.state != "Z"]

    def main(self, words: str) -> int:
        """The process of a program that the supervisor itself started."""
        return next((found.pid for found in self.find(words) if found.parent == self.process.pid), 0)

    def press_control_c(self, number: int = signal.SIGINT) -> None:
        """Do what a terminal does: everyone in the foreground is told."""
        self.members()
        os.killpg(self.process.pid, number)

    def remaining(self) -> list[Process]:
        known = {process.pid: process for process in [*self._known, *marked(str(self.var))]}
        return left_of(list(known.values()))

    def kill_all(self) -> None:
        """Leave nothing behind, whatever a test did."""
        if self.process.poll() is None:
            self.members()
            self.process.kill()
        self.process.wait()
        for process in self.remaining():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
