"""Sweepers that end themselves by SIGKILL at a named point: `python -m tests.faults.reminding`, asked line by line.

Django starts once; each sweeper is a fork. The points are made here, round the functions of the sweeper: the code that
runs for people knows nothing of them. Each line of input is a JSON object, each line of output the answer to it.
"""

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import django

# Where a sweeper ends: in which function of which module, and whether before it or after it.
POINTS = {
    "planning, not committed": ("planning", "_store", "after"),
    "planned": ("sending", "_batches", "before"),
    "claiming, not committed": ("claiming", "begin", "after"),
    "claimed, not sent": ("sending", "deliver", "before"),
    "sent, not marked": ("sending", "deliver", "after"),
    "all answered, none marked": ("sending", "conclude", "before"),
    "marking, not committed": ("claiming", "settle", "within"),
    "marked": ("sending", "conclude", "after"),
}


def main() -> None:
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs the set-up
    from django.db import connections  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    for line in sys.stdin:
        asked = json.loads(line)
        connections.close_all()  # no connection of ours may live on in a child
        sys.stdout.write(json.dumps(ANSWERS[asked.pop("do")](**asked)) + "\n")
        sys.stdout.flush()


def in_a_child(work: Callable[[], None]) -> multiprocessing.Process:
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    return child


def seed(dosed_at: str, ways: list[dict[str, Any]]) -> str:
    """Store a patient and a treatment that has just started for each way to reach somebody."""
    child = in_a_child(lambda: _seed(datetime.fromisoformat(dosed_at), ways))
    child.join()
    return str(child.exitcode)


def _seed(dosed_at: datetime, ways: list[dict[str, Any]]) -> None:
    from backend.tracking.models import PushSubscription  # noqa: PLC0415 - needs the set-up
    from backend.tracking.models.subscriptions import fingerprint  # noqa: PLC0415 - as above
    from tests import make  # noqa: PLC0415 - as above

    at = make.clinic()
    day = dosed_at.date()  # each fork counts people from one again
    clinician = make.member(at=at, second_factor=False, email=f"staff-{day}@clinic.example")
    for number, way in enumerate(ways):
        browser = way.pop("browser", None)
        person = make.person(email=f"{number}-{day}@patient.example")
        somebody = make.patient(at=at, sign_in=False, person=person, **way)
        if browser:
            sha256 = fingerprint(browser["endpoint"])
            PushSubscription.objects.create(person=somebody.person, endpoint_sha256=sha256, **browser)
        make.treatment(of=somebody, by=clinician, started_at=dosed_at)


def sweep(at: str, point: str, nth: int, port: int, letters: str) -> list[int]:
    """Let two sweepers run at the same time, one of which ends at a point; return how each ended."""
    now = datetime.fromisoformat(at)
    killed = in_a_child(lambda: _sweep(now, port, Path(letters), point, nth))
    spared = in_a_child(lambda: _sweep(now, port, Path(letters), "", 0))
    for child in (killed, spared):
        child.join()
    return [killed.exitcode or 0, spared.exitcode or 0]


def _sweep(now: datetime, port: int, letters: Path, point: str, nth: int) -> None:
    from django.conf import settings  # noqa: PLC0415 - needs the set-up

    from backend.tracking.reminders import claiming, planning, run, sending  # noqa: PLC0415 - as above
    from backend.tracking.reminders.channels import mail, push, sms  # noqa: PLC0415 - as above
    from backend.tracking.reminders.channels.replies import Answer, Reply  # noqa: PLC0415 - as above

    settings.PUSH_STUB_PORT = port
    push.TIMEOUT_SECONDS = 0.3

    def keep_letter(channel: str) -> Callable[..., Reply]:
        def keep(_to: str, message: Any) -> Reply:
            with letters.open("a") as file:
                file.write(f"{channel} {message.tag}\n")
            return Reply(Answer.ACCEPTED)

        return keep

    mail.send, sms.send = keep_letter("email"), keep_letter("sms")
    if point:
        module, name, when = POINTS[point]
        rooms = {"planning": planning, "claiming": claiming, "sending": sending}
        if when == "within":  # the row is changed, the step is not written: one of the two alone must never be seen
            module, name, when = "claiming", "record_step", "before"
        wrapped = _ending(getattr(rooms[module], name), when, nth)
        setattr(rooms[module], name, wrapped)
    run(lambda: now)


def _ending(function: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = iter(range(1, sys.maxsize))

    @wraps(function)
    def ending(*args: Any, **kwargs: Any) -> Any:
        last = next(calls) == nth
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return ending


def report() -> list[dict[str, Any]]:
    """Every reminder that a check-in should have, with what is on record of it."""
    from django.db.models import Q  # noqa: PLC0415 - needs the set-up

    from backend.tracking.models import CheckIn, Effect, Step  # noqa: PLC0415 - as above
    from backend.tracking.reminders.channels.message import Message  # noqa: PLC0415 - as above
    from backend.tracking.reminders.slots import HOURLY_BELOW_HOURS, slots  # noqa: PLC0415 - as above

    stored = {one.dedupe_key: one for one in Effect.objects.all()}
    near = Q(nominal_hours__isnull=True) | Q(nominal_hours__lt=HOURLY_BELOW_HOURS)
    rows = []
    for check_in in CheckIn.objects.filter(near).select_related("treatment__patient"):
        for slot in slots(check_in):
            tag = f"reminder:{check_in.pk}:{slot.number}"
            steps = Step.objects.filter(
                treatment=check_in.treatment, check_in_number=check_in.number, reminder_number=slot.number
            )
            rows.append(
                {
                    "tag": tag,
                    "topic": Message("", "", "", tag).topic,
                    "state": stored[tag].state if tag in stored else "",
                    "steps": list(steps.order_by("pk").values_list("name", flat=True)),
                }
            )
    return rows


ANSWERS = {"seed": seed, "sweep": sweep, "report": report}

if __name__ == "__main__":
    main()
