"""Sweepers killed between planning, claiming, sending and marking: no reminder is lost unseen, none is seen twice."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests.faults.processes import ROOT
from tests.faults.reminding import POINTS
from tests.push_service import SILENT, Browser, PushService, push_service

KILLS = 200 if hypothesis_settings().max_examples >= 2000 else 10  # `make drill` sets the profile
FIRST_DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
AFTER_HOURS, AFTER_MINUTES = (1, 2, 3, 4), (0, 5, 10, 15)  # a lease of two minutes is over by the next sweep
DAYS_AT_MOST = 10 + KILLS // 4
SETTLED = {"sent", "expired", "failed", "dropped"}
ON_RECORD = {"sent", "expired", "failed"}
PLANNING = ["planning, not committed"]
SENDING = [point for point in POINTS if point not in PLANNING]
NO_LETTER = {"wants_email": False}
TEXTED = {"wants_sms": True, "phone": "+441632960000"}

Ask = Callable[..., Any]


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def ask(tmp_path) -> Iterator[Ask]:
    """Speak with the process that forks sweepers, on a database of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
    environment = {**kept, "VAR_DIR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    command = [sys.executable, "-m", "tests.faults.reminding"]
    with (
        (tmp_path / "said.txt").open("w") as said,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):

        def asked(do: str, **given: Any) -> Any:
            process.stdin.write(json.dumps({"do": do, **given}) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            assert answer, (tmp_path / "said.txt").read_text()
            return json.loads(answer)

        yield asked
        process.stdin.close()


def people(service: PushService, day: int) -> list[dict[str, Any]]:
    """Patients who are reached in every way there is; each browser belongs to one of them."""
    keys, numbers = Browser().keys, count()

    def at(status: int) -> dict[str, Any]:
        return {"browser": {"endpoint": service.endpoint(status, f"{day}-{next(numbers)}"), **keys}}

    return [at(201), at(404), at(410) | TEXTED, at(429), at(SILENT), at(201) | NO_LETTER, TEXTED, {}]


def seen(service: PushService, letters: str) -> Counter[str]:
    """How many notices of each reminder somebody may have seen.

    Notices with one topic replace each other. What was never answered may have been shown too.
    """
    shown = {(one.path, one.headers["Topic"]) for one in service.received if one.status in {201, SILENT}}
    return Counter(topic for _, topic in shown) + Counter(line.split()[1] for line in letters.splitlines())


def test_a_killed_sweeper_leaves_no_slot_without_a_record_and_no_second_notice(ask, service, tmp_path, capsys):
    dice = random.Random(KILLS)  # noqa: S311 - the same kills in every run
    letters = tmp_path / "letters.txt"
    letters.touch()
    killed: Counter[str] = Counter()
    ends: Counter[int] = Counter()

    def sweep(at: datetime, *, point: str) -> None:
        nth = 1 if point.startswith("plan") else dice.randint(1, 5)
        first, second = ask("sweep", at=at.isoformat(), point=point, nth=nth, port=service.port, letters=str(letters))
        killed[point] += first == -signal.SIGKILL
        ends.update([first, second])

    for day in count():
        dosed_at = FIRST_DAY + timedelta(days=day)
        assert ask("seed", dosed_at=dosed_at.isoformat(), ways=people(service, day)) == "0"
        for hours in AFTER_HOURS:
            for minutes in AFTER_MINUTES:
                points = PLANNING if (hours, minutes) == (1, 0) else SENDING  # a day is planned by its first sweep
                rarest = min(points, key=lambda point: (killed[point], dice.random()))
                point = rarest if killed.total() < KILLS else ""
                sweep(dosed_at + timedelta(hours=hours, minutes=minutes), point=point)
        if killed.total() >= KILLS:
            break
        assert day < DAYS_AT_MOST, f"only {killed.total()} sweepers met their point"
    for later in (6, 6.1, 6.2):
        sweep(dosed_at + timedelta(hours=later), point="")

    rows = ask("report")
    counts = seen(service, letters.read_text())
    assert set(ends) <= {0, -signal.SIGKILL}
    assert [row for row in rows if row["state"] not in SETTLED] == []
    assert [row for row in rows if not ON_RECORD & set(row["steps"])] == []
    assert [row for row in rows if row["steps"][0] != "planned" or row["steps"].count("planned") != 1] == []
    assert [row for row in rows if len(set(row["steps"]) & {"accepted", "expired", "failed", "dropped"}) > 1] == []
    assert [row for row in rows if counts[row["tag"]] + counts[row["topic"]] > 1] == []
    assert [row for row in rows if row["state"] == "sent" and counts[row["tag"]] + counts[row["topic"]] != 1] == []
    with capsys.disabled():
        states = Counter(row["state"] for row in rows)
        print(f"\n{killed.total()} sweepers killed: {dict(killed)}; {len(rows)} reminders: {dict(states)}")  # noqa: T201 - the figure
