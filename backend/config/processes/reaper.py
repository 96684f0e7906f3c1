"""A small process that outlives the supervisor just long enough to end what it left behind."""

import contextlib
import os
import signal
from typing import Self

NEVER_ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Reaper:
    """Told of every process group; when its supervisor is gone, however it went, it kills those that remain.

    The pipe between them ends when the last holder of its other end does, so even SIGKILL cannot be missed.
    """

    def __init__(self, told_through: int, pid: int) -> None:
        self._told_through = told_through
        self._pid = pid

    @classmethod
    def start(cls) -> Self:
        """Fork the process; call this while there is but one thread and little in memory."""
        listening, told_through = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(told_through)
            _wait_and_kill(listening)
        os.close(listening)
        return cls(told_through, pid)

    def enrol(self) -> None:
        """Tell of the calling process, newly forked and leader of its group; it may not start otherwise."""
        os.write(self._told_through, b"+%d\n" % os.getpid())

    def dismiss(self, group: int) -> None:
        """Tell that a group has ended."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._told_through, b"-%d\n" % group)

    def finish(self) -> None:
        """Let it go, and wait until it has."""
        os.close(self._told_through)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _wait_and_kill(listening: int) -> None:
    """Follow the groups until the pipe ends, then kill those left; never returns."""
    os.setsid()  # a Ctrl-C at the terminal is for the supervisor
    for number in NEVER_ASKED:
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    with os.fdopen(listening, encoding="ascii") as told:
        for line in told:
            (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        kill_group(group)
    os._exit(0)  # without saying again what was buffered before the fork


def kill_group(group: int) -> None:
    """Kill every process of a group; none may be left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses for a group of zombies
        os.killpg(group, signal.SIGKILL)
