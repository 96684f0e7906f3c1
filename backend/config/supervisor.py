"""One command that runs all of Ebb on a bare machine: `python -m backend.config.supervisor [--demo]`."""

import argparse
import http.client
import socket
import sys
import time
from contextlib import closing
from pathlib import Path

from django.conf import settings

from backend.config.processes import broker, commands, health, lock, preparation
from backend.config.processes.child import Program
from backend.config.processes.keeper import Keeper
from backend.config.processes.reaper import Reaper

HOST = "127.0.0.1"
START_SECONDS = 60  # for the broker, and for the web server, to answer
EAGER = """\
!! There is no Valkey server for this platform and CELERY_BROKER_URL names no broker.
!! Every job runs inside the request that asks for it: good for a look, too slow for a clinic."""


class Pulse:
    """How long the heartbeat has been missing, by a clock that stands still while the machine sleeps."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.start_anew()

    def start_anew(self) -> None:
        """Count from now."""
        self._seen, self._since = self._beat(), time.monotonic()

    def silence(self) -> float:
        """Return the seconds since the last beat that was noticed."""
        if self._beat() != self._seen:
            self.start_anew()
        return time.monotonic() - self._since

    def _beat(self) -> int:
        return self._file.stat().st_mtime_ns if self._file.exists() else 0


def main(arguments: list[str] | None = None) -> int:
    """Run until asked to stop; return 0 then, 1 when something cannot be started or kept running."""
    options = argparse.ArgumentParser(prog="python -m backend.config.supervisor", description=__doc__)
    options.add_argument("--demo", action="store_true", help="with a demo clinic")
    demo = options.parse_args(arguments).demo
    settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with closing(lock.hold(settings.VAR_DIR / "supervisor.lock")):
            refuse_taken_port()
            keep_running(demo=demo)
    except RuntimeError as reason:
        print(f"Ebb stops: {reason}", file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
        return 1
    return 0


def refuse_taken_port() -> None:
    """Say so when another program has the port, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except OSError as error:
            wrong = f"port {settings.PORT} cannot be had ({error.strerror}); choose another, such as PORT=8001"
            raise RuntimeError(wrong) from None


def keep_running(*, demo: bool) -> None:
    """Start everything in its order, and stay with it until asked to stop."""
    reaper = Reaper.start()
    keeper = Keeper(reaper)
    try:
        start_all(keeper, demo=demo)
        stay(keeper)
    except KeyboardInterrupt:
        keeper.say("Stopping")
    finally:
        keeper.stop()
        reaper.finish()


def start_all(keeper: Keeper, *, demo: bool) -> None:
    """Start the broker, then the web server, and behind its back the rest."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        print(EAGER, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks to its terminal
    if settings.BROKER_EMBEDDED:
        keeper.start(embedded_broker())
    prepare(keeper)
    if settings.BROKER_EMBEDDED:
        keeper.wait_until(broker_answers, seconds=START_SECONDS, waiting_for="answer from the broker")
    keeper.start(python("web", commands.web(f"{HOST}:{settings.PORT}")))
    keeper.wait_until(web_answers, seconds=START_SECONDS, waiting_for="answer from the web server")
    keeper.say(f"Ebb answers at http://{HOST}:{settings.PORT}/")
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        keeper.start(python("worker", commands.WORKER))
        keeper.start(python("beat", commands.BEAT))
    keeper.start(python("sweep", commands.SWEEP))
    if demo:
        keeper.start(python("demo", commands.SEED, stays=False, named=False))


def stay(keeper: Keeper) -> None:
    """Look after everything for ever; a worker that does nothing for long is as good as dead."""
    pulse = Pulse(settings.HEARTBEAT_FILE)
    while True:
        keeper.turn()
        if pulse.silence() > health.SILENCE_SECONDS and not settings.CELERY_TASK_ALWAYS_EAGER:
            keeper.say(f"No background job has run for {health.SILENCE_SECONDS} s: starting worker and beat anew")
            keeper.kill("beat")
            keeper.kill("worker")
            pulse.start_anew()


def prepare(keeper: Keeper) -> None:
    """Bring tables and static files up to the code, where they are not."""
    for step in preparation.steps():
        keeper.say(f"Preparing: {step[1]}")
        keeper.run(python("setup", step, stays=False))
    preparation.keep_stamp()


def python(name: str, words: list[str], *, stays: bool = True, named: bool = True) -> Program:
    """Return a program of ours."""
    return Program(name, [sys.executable, *words], settings.BASE_DIR, stays=stays, named=named)


def embedded_broker() -> Program:
    """Return the Valkey server. If it keeps dying, its queue may be unreadable: that is set aside, a sweep repairs."""
    folder = settings.BROKER_DIR
    program = broker.server()
    assert program is not None  # noqa: S101 - settings have looked

    def before(early_deaths: int) -> None:
        broker.prepare(folder)
        if early_deaths > 1:
            broker.set_queue_aside(folder)

    return Program("broker", broker.command(program), folder, log=folder / broker.OPTIONS["logfile"], before=before)


def broker_answers() -> bool:
    """Say whether the embedded broker takes commands."""
    return broker.answers(settings.BROKER_DIR)


def web_answers() -> bool:
    """Say whether the web server takes requests."""
    return health.answer("/livez") == http.client.OK


if __name__ == "__main__":
    sys.exit(main())
