"""Keeping programs running: starts them, shows what they say, starts those again that died, ends them all."""

import os
import selectors
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

from backend.config.processes.child import Child, Program
from backend.config.processes.reaper import Reaper

EARLY_SECONDS = 60  # a program that dies younger than that has died early
MOST_EARLY_DEATHS = 5  # in a row
LONGEST_PAUSE = 8  # seconds between a death and the next start; the first is half a second, each one twice as long
IDLE_SECONDS = 0.2  # how long a turn waits for something to happen
BUSY_SECONDS = 0.02  # the same while something is waited for
LAST_LINES = 5  # of the log of a program that died
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Keeper:
    """The programs that run, in the order in which they were started."""

    def __init__(self, reaper: Reaper) -> None:
        self._reaper = reaper
        self._children: list[Child] = []
        self._due: list[tuple[float, Program]] = []  # when which program is to be started again
        self._early_deaths: Counter[str] = Counter()
        self._outputs = selectors.DefaultSelector()
        self._requests_to_stop = 0
        for number in STOP_SIGNALS:
            signal.signal(number, self._hear)

    def start(self, program: Program) -> Child:
        """Start a program, to be looked after from now on."""
        if program.before:
            program.before(self._early_deaths[program.name])
        child = Child(program, self._reaper)
        self._children.append(child)
        self._outputs.register(child, selectors.EVENT_READ)
        return child

    def run(self, program: Program) -> None:
        """Run a program to its end, which must be a good one."""
        child = self.start(program)
        while (status := child.status) is None:
            self.turn(BUSY_SECONDS)
        self.turn(0)
        if status:
            raise RuntimeError(f"{program.name} failed with status {status}")

    def wait_until(self, reached: Callable[[], bool], *, seconds: float, waiting_for: str) -> None:
        """Look after the programs until something is so."""
        deadline = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > deadline:
                raise RuntimeError(f"no {waiting_for} within {seconds:.0f} seconds")
            self.turn(BUSY_SECONDS)

    def turn(self, seconds: float = IDLE_SECONDS) -> None:
        """Pass on what is said, and see to those that died; raises KeyboardInterrupt when asked to stop."""
        self._listen(seconds)
        if self._requests_to_stop:
            raise KeyboardInterrupt
        for child in [child for child in self._children if child.status is not None]:
            self._bury(child)
            self._after_death(child)
        now = time.monotonic()
        ready = [program for at, program in self._due if at <= now]
        self._due = [(at, program) for at, program in self._due if at > now]
        for program in ready:
            self.start(program)

    def kill(self, name: str) -> None:
        """Kill a program that is up and does nothing; it is started again as if it had died."""
        for child in self._children:
            if child.program.name == name:
                child.kill()

    def stop(self) -> None:
        """End all, the last started first. Lost patience, or a further request to stop, kills."""
        heard = self._requests_to_stop
        while self._children:
            child = self._children[-1]
            child.ask_to_end()
            deadline = time.monotonic() + child.program.patience
            while child.status is None and time.monotonic() < deadline and self._requests_to_stop == heard:
                self._listen(BUSY_SECONDS)
            self._bury(child)

    def say(self, line: str) -> None:
        """Tell the person at the terminal; when there is none any more, that is a request to stop."""
        try:
            print(line, flush=True)  # noqa: T201 - a command speaks to its terminal
        except OSError:
            self._requests_to_stop += 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _listen(self, seconds: float) -> None:
        for key, _ in self._outputs.select(seconds):
            if isinstance(key.fileobj, Child):
                self._pass_on(key.fileobj)

    def _pass_on(self, child: Child) -> None:
        for line in filter(str.strip, child.lines()):
            self.say(f"{child.program.name:>6} | {line}" if child.program.named else line)
        if not child.listening:
            self._outputs.unregister(child)

    def _bury(self, child: Child) -> None:
        """Kill what a program left of its group and pass on its last words."""
        child.kill()
        while child.listening:
            self._pass_on(child)
        child.close()
        self._children.remove(child)

    def _after_death(self, child: Child) -> None:
        """Plan the next start of a program that is to run always; say so when another one failed."""
        program = child.program
        if not program.stays:
            if child.status:
                self.say(f"{program.name} failed with status {child.status}")
            return
        deaths = self._early_deaths[program.name] + 1 if child.age < EARLY_SECONDS else 0
        self._early_deaths[program.name] = deaths
        told = program.log.read_text(errors="replace").splitlines() if program.log and program.log.exists() else []
        for line in told[-LAST_LINES:]:
            self.say(f"{program.name:>6} | {line}")
        if deaths >= MOST_EARLY_DEATHS:
            raise RuntimeError(f"{program.name} keeps dying, last with status {child.status}")
        pause = min(LONGEST_PAUSE, 2.0 ** (deaths - 2))
        self.say(f"{program.name} ended with status {child.status}; starting it again in {pause:.1f} s")
        self._due.append((time.monotonic() + pause, program))

    def _hear(self, _number: int, _frame: object) -> None:
        self._requests_to_stop += 1
