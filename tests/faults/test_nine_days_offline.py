"""Nine days without a network: nothing lost, nothing doubled, original times kept.

What is real: the server processes, killed and started again; the browser, closed and opened again on its folder; its
service worker, stopped by the browser itself; the expired session and the lost CSRF cookie; the sign-in. What is
simulated is the passing of nine days: the first server's clock is nine days behind, and so is the clock that pages
see, which the test moves on (Playwright's clock; service workers keep the machine's).
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from backend.config.processes import commands
from tests.conftest import CHROMIUM, CHROMIUM_ARGS
from tests.faults.processes import ROOT, answers, family, free_port, left_of, wait_for
from tests.web.phone.conftest import ready

DAYS = 9
NRS = "nrs-anxiety"
PHONE = {"width": 360, "height": 740}


class Server:
    """A web server on a folder of its own, ended as by a power cut."""

    def __init__(self, var):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = var.with_name("server.txt")
        self.database = var / "ebb.sqlite3"
        kept = {name: given for name, given in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
        self.environment = kept | commands.ENVIRONMENT | {"VAR_DIR": str(var), "PORT": str(self.port)}
        self.process = None

    def run(self, *words):
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, application="backend.config.wsgi:application"):
        words = [application if word.endswith(":application") else word for word in commands.web(self.address[7:])]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: answers(self.port), seconds=60, what=f"the server ({self.log})")

    def kill(self):
        if self.process is None:
            return
        members = family(self.process.pid)
        for one in members:
            os.kill(one.pid, signal.SIGKILL)
        self.process.wait()
        wait_for(lambda: not left_of(members), seconds=30, what="the end of the server")
        self.process = None

    def ask(self, statement, *values):
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            return connection.execute(statement, values).fetchall()


class Phone:
    """A browser on a folder of its own, with a clock that the test sets."""

    def __init__(self, chromium, folder, address):
        self._chromium, self._folder, self._address = chromium, folder, address
        self.context = None
        self.answered = {}

    def open(self, moment):
        """Switch the phone on at some moment."""
        self.context = self._chromium.browser_type.launch_persistent_context(
            self._folder,
            executable_path=CHROMIUM,
            args=CHROMIUM_ARGS,
            viewport=PHONE,
            base_url=self._address,
            timezone_id="America/Sao_Paulo",
        )
        self.context.clock.install(time=moment)
        return self.context.pages[0]

    def close(self):
        if self.context is not None:
            self.context.close()
        self.context = None

    def stop_workers(self, page):
        session = self.context.new_cdp_session(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")


@pytest.fixture
def server(tmp_path):
    var = tmp_path / "var"
    var.mkdir()
    server = Server(var)
    server.run(*commands.PREPARE)
    yield server
    server.kill()


@pytest.fixture
def phone(chromium, tmp_path, server):
    phone = Phone(chromium, tmp_path / "phone", server.address)
    yield phone
    phone.close()


@pytest.fixture
def patient(server):
    return json.loads(server.run("-m", "tests.faults.offline_patient"))


def due(patient, name):
    return datetime.fromisoformat(patient["check_ins"][name][1])


def rate(page, score):
    page.get_by_label(str(score), exact=True).check()
    page.get_by_role("button", name="Save").click()
    return datetime.fromisoformat(page.evaluate("new Date().toISOString()"))


def waiting(page, number):
    page.get_by_text(f"Saved on this phone, not yet sent: {number}").wait_for()


def test_nine_days_without_a_network_lose_nothing_and_double_nothing(server, phone, patient):
    learn_what_comes(server, phone, patient)
    server.kill()
    rated = answer_for_nine_days(phone, patient)
    server.ask("DELETE FROM django_session")
    server.start()
    page = phone.open(datetime.now(UTC))
    phone.context.clear_cookies(name="csrftoken")
    page.goto("/")
    page.get_by_text("Sign in to send what is saved on this phone: 4").wait_for()
    assert server.ask("SELECT count(*) FROM tracking_rating") == [(0,)]
    sign_in(page)
    wait_for(lambda: len(stored(server)) == len(rated) + 1, seconds=60, what="every answer")
    page.locator("[data-say=waiting]").and_(page.locator("[hidden]")).wait_for(state="attached")
    page.reload()
    page.wait_for_timeout(2_000)
    times = {(row[0], row[1]): row[2:] for row in stored(server)}
    assert len(times) == len(stored(server)) == 3
    for name, moment in rated.items():
        device_at, offset, zone, sent_at = times[(patient["check_ins"][name][0], NRS)]
        assert abs(instant(device_at) - moment) < timedelta(seconds=10)
        assert (offset, zone) == (-180, "America/Sao_Paulo")
        assert abs(instant(sent_at) - datetime.now(UTC)) < timedelta(minutes=5)
    reasons = server.ask("SELECT check_in_id, reason FROM tracking_skip")
    assert reasons == [(patient["check_ins"]["+2 h"][0], "too_sleepy")]


def learn_what_comes(server, phone, patient):
    """Open Ebb once with a network, nine days ago, when the +1 h check-in is open."""
    server.start("tests.faults.nine_days_ago:application")
    page = phone.open(due(patient, "+1 h") + timedelta(minutes=6))
    cookie = {"name": "sessionid", "value": patient["session"], "url": server.address}
    phone.context.add_cookies([cookie | {"expires": datetime.now(UTC).timestamp() + 86_400 * 30}])
    page.goto("/")
    page.get_by_text("1 hour after your treatment").wait_for()
    ready(page)


def answer_for_nine_days(phone, patient):
    """Answer at +1 h and week 1 and skip +2 h; return when each was answered by the phone's own clock."""
    rated = {}
    page = phone.context.pages[0]
    page.goto("/")
    page.get_by_text("1 hour after your treatment").wait_for()
    rated["+1 h"] = rate(page, 7)
    waiting(page, 1)
    page.get_by_label("Moderately").and_(page.locator(":visible")).check()
    page.get_by_role("button", name="Enough for now").click()
    waiting(page, 2)
    phone.stop_workers(page)
    phone.close()
    page = phone.open(due(patient, "+2 h") + timedelta(minutes=2))
    page.goto("/")
    page.get_by_text("2 hours after your treatment").wait_for()
    page.get_by_role("button", name="I can’t right now").click()
    page.get_by_role("button", name="I am too sleepy").click()
    waiting(page, 3)
    phone.close()
    page = phone.open(due(patient, "week 1") + timedelta(hours=5))
    page.goto("/")
    rated["week 1"] = rate(page, 3)
    waiting(page, 4)
    page.get_by_text("has waited here for three days").wait_for()
    phone.stop_workers(page)
    page.goto("/")
    waiting(page, 4)
    phone.close()
    return rated


def sign_in(page):
    page.goto("/account/login/")
    page.locator("summary").click()
    page.locator("input[name=login]").fill("pat@clinic.example")
    page.locator("input[name=password]").fill("a long enough password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def stored(server):
    columns = "check_in_id, instrument, device_at, device_utc_offset_minutes, device_tz, device_sent_at"
    return server.ask(f"SELECT {columns} FROM tracking_rating")


def instant(written):
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
