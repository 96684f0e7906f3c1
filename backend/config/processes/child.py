"""One process that the supervisor started: its group, what it says, and how it is ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.config import env
from backend.config.processes.commands import ENVIRONMENT
from backend.config.processes.reaper import Reaper, kill_group

CHUNK = 65536  # bytes


@dataclass(frozen=True, slots=True)
class Program:
    """What to start, and how it is treated."""

    name: str
    words: Sequence[str]
    folder: Path
    stays: bool = True  # it is started again whenever it ends
    named: bool = True  # its name stands before every line it says
    patience: float = 10  # seconds it may take to end when asked to
    log: Path | None = None  # where it says what it does not say aloud
    before: Callable[[int], None] | None = None  # called before every start with the number of early deaths so far


class Child:
    """A running program, leader of a session and so of a process group of its own."""

    def __init__(self, program: Program, reaper: Reaper) -> None:
        self.program = program
        self.listening = True
        self._started = time.monotonic()
        self._reaper = reaper
        self._unfinished = b""
        self._output, theirs = os.pipe()
        os.set_blocking(self._output, False)
        self._process = subprocess.Popen(  # noqa: S603 - our own commands
            program.words,
            cwd=program.folder,
            env=env.inherited(**ENVIRONMENT),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=reaper.enrol,  # noqa: PLW1509 - the supervisor has one thread
        )
        os.close(theirs)

    def fileno(self) -> int:
        """Return what can be waited on for its output."""
        return self._output

    @property
    def status(self) -> int | None:
        """Its exit status, negative for the signal that ended it; None while it runs."""
        return self._process.poll()

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._started

    def lines(self) -> list[str]:
        """Return the lines said since the last call; it stops `listening` when no more can come."""
        try:
            said = os.read(self._output, CHUNK)
        except BlockingIOError:
            return []
        self.listening = bool(said)
        *whole, self._unfinished = (self._unfinished + said).split(b"\n")
        if not self.listening and self._unfinished:
            whole, self._unfinished = [self._unfinished], b""
        return [line.decode(errors="replace") for line in whole]

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process alone: those it started are its own to end."""
        if self.status is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it with every process it started."""
        kill_group(self._process.pid)
        self._process.wait()

    def close(self) -> None:
        """Forget it; its group must have been killed."""
        self._reaper.dismiss(self._process.pid)
        os.close(self._output)
