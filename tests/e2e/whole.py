"""All of Ebb on real servers, for one test: PostgreSQL, Valkey, web, worker, beat, sweep, each to be killed at will."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from backend.config.processes import broker, commands
from tests.faults.processes import ROOT, answers, family, free_port, left_of, wait_for


class Whole:
    """Every process by name, each leader of a session of its own; `url` is the database's."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url, self.port, self.folder = url, free_port(), folder
        self.queue = folder / "broker"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        broker.prepare(self.queue)
        kept = {name: given for name, given in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = (
            kept
            | commands.ENVIRONMENT
            | {
                "VAR_DIR": str(folder),
                "PORT": str(self.port),
                "DATABASE_URL": url,
                "CELERY_BROKER_URL": broker.url(self.queue),
            }
        )

    def run(self, *words: str) -> str:
        """Run a command to its end and return what it said."""
        command = [sys.executable, *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, words: list[str], *, folder: Path = ROOT) -> None:
        with (self.folder / f"{name}.txt").open("ab") as log:
            self.running[name] = subprocess.Popen(
                words, cwd=folder, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def start_broker(self) -> None:
        program = broker.server()
        assert program is not None
        self.start("broker", broker.command(program), folder=self.queue)
        wait_for(lambda: broker.answers(self.queue), seconds=30, what="the broker")

    def start_all(self) -> None:
        self.run("manage.py", "migrate", "-v0")
        self.start_broker()
        for name, words in {
            "web": commands.web(f"127.0.0.1:{self.port}"),
            "worker": commands.WORKER,
            "beat": commands.BEAT,
            "sweep": commands.SWEEP,
        }.items():
            self.start(name, [sys.executable, *words])
        self.until(lambda: answers(self.port), seconds=60, what="the web server")

    def kill(self, name: str) -> None:
        """End a process and all it started at once, as a power cut would."""
        members = family(self.running[name].pid)
        for one in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        self.running.pop(name).wait()
        wait_for(lambda: not left_of(members), seconds=30, what=f"the end of {name}")

    def stop_all(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def logs(self) -> str:
        return "\n".join(
            f"{file.name}: {file.read_text(errors='replace')[-3000:]}" for file in self.folder.glob("*.txt")
        )

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, token: str) -> tuple[int, Any, float]:
        """Return status, JSON and seconds of one request to the REST interface."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        begun = time.monotonic()
        with contextlib.closing(connection):
            connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            content = response.read()
        return response.status, json.loads(content), time.monotonic() - begun

    def row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row of a query, asked past every part of Ebb: nothing is computed on this reading."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement, values).fetchone()

    def until(self, reached: Callable[[], bool], *, seconds: float, what: str) -> float:
        try:
            return wait_for(reached, seconds=seconds, what=what)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.logs()}") from None
