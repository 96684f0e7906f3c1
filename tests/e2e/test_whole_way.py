"""The whole way on real servers: a rating becomes an outcome, also when the broker or a worker dies under it."""

import json
import sys
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from backend.analysis.conclude import conclude
from backend.analysis.facts import Dose, Facts, Rated
from backend.config.processes import commands
from tests import servers
from tests.e2e.whole import Whole

BEFORE_ANY_SWEEP = 25  # seconds: an outcome this soon was made by the job, not by a sweep, which comes every 60
SWEPT = 180  # seconds that a sweep may take on a machine that has other things to do; 90 is what Ebb promises


@pytest.fixture
def whole(tmp_path):
    with servers.postgresql() as url:
        ebb = Whole(tmp_path, url)
        try:
            ebb.start_all()
            yield ebb
        finally:
            ebb.stop_all()


class Followed:
    """One treatment as a REST client follows it; what was sent is kept to be computed apart."""

    def __init__(self, ebb):
        people, self.token = ebb.run("-m", "tests.e2e.people").split("\n")[:2]
        self.ebb, self.people = ebb, json.loads(people)
        self.started_at = datetime.fromisoformat(self.people["started_at"])
        self.sent = []

    def rate(self, hours, score):
        """Post one rating and return how many seconds the answer took."""
        moment = self.started_at + timedelta(hours=hours)
        body = {
            "client_uuid": str(uuid4()),
            "treatment": self.people["treatment"],
            "instrument": "nrs-anxiety",
            "answers": [score],
            "device_at": moment.isoformat(),
        }
        status, answer, seconds = self.ebb.ask("POST", "ratings/", body, token=self.token)
        assert status == 201, answer
        self.sent.append(Rated(self.people["treatment"], None, "nrs-anxiety", moment, score, answer["timing"]))
        return seconds

    def is_fresh(self):
        """Whether the stored outcome is of all that was sent; looks into the database, so computes nothing."""
        found = self.ebb.row(
            "SELECT 1 FROM tracking_outcome o JOIN tracking_treatment t ON t.id = o.treatment_id"
            " WHERE t.id = %s AND o.unit = 'treatment' AND o.ratings_version = t.ratings_version"
            " AND o.n_ratings = %s",
            self.people["treatment"],
            sum(one.at > self.started_at for one in self.sent),
        )
        return found is not None

    def outcome(self):
        status, page, _ = self.ebb.ask(
            "GET", f"treatments/{self.people['treatment']}/outcomes/?rule_set=R50C-L50", token=self.token
        )
        assert status == 200, page
        (found,) = page["results"]
        return found

    def expected(self):
        """The outcome of all that was sent, computed here from the method alone."""
        ended_at = datetime.fromisoformat(self.people["ended_at"])
        dose = Dose(self.people["treatment"], self.started_at, ended_at)
        found = conclude(Facts((dose,), None, tuple(self.sent), "hourly-weekly"), per_course=False)
        return next(one for one in found if one.rule_set == "R50C-L50")

    def agrees(self):
        told, expected = self.outcome(), self.expected()
        spans = ("onset_lower_hours", "onset_upper_hours", "loss_lower_hours")
        for name in ("status", "baseline", "n_ratings", *spans, "flags"):
            assert told[name] == getattr(expected, name), name


def test_a_rating_becomes_an_outcome_whatever_dies(whole, capsys):
    followed = Followed(whole)
    whole.until(followed.is_fresh, seconds=SWEPT, what="the outcome of nothing")
    measured = {}

    # All is well: the job of a rating makes its outcome.
    for hours, score in {-1.0: 8, 1.1: 6, 2.05: 4, 3.0: 3, 4.0: 3}.items():
        followed.rate(hours, score)
    seconds = whole.until(followed.is_fresh, seconds=BEFORE_ANY_SWEEP, what="an outcome from the job")
    measured["seconds_to_a_fresh_outcome"] = round(seconds, 2)
    followed.agrees()

    # A worker dies in the middle of the job: held up by a lock of ours, then killed with all its processes.
    with psycopg.connect(whole.url) as held:
        held.execute("SELECT 1 FROM accounts_patient FOR NO KEY UPDATE")
        followed.rate(168.0, 4)
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%accounts_patient%%'"
        whole.until(lambda: whole.row(waiting) is not None, seconds=BEFORE_ANY_SWEEP, what="a job at work")
        whole.kill("worker")
        assert not followed.is_fresh()
    whole.start("worker", [sys.executable, *commands.WORKER])
    seconds = whole.until(followed.is_fresh, seconds=SWEPT, what="the job again")
    measured["seconds_after_a_dead_worker"] = round(seconds, 1)
    followed.agrees()

    # The broker dies and stays dead: ratings are stored all the same, and the sweep makes their outcomes.
    whole.kill("broker")
    answered = [followed.rate(336.0, 6), followed.rate(337.0, 7)]
    measured["seconds_to_201_without_a_broker"] = [round(one, 2) for one in answered]
    assert max(answered) < 20
    seconds = whole.until(followed.is_fresh, seconds=SWEPT, what="an outcome from the sweep")
    measured["seconds_to_a_fresh_outcome_without_a_broker"] = round(seconds, 1)
    followed.agrees()
    assert followed.outcome()["status"] == "lost"

    assert "0 stored conclusions differed" in whole.run("manage.py", "rebuild")
    with capsys.disabled():
        print("", *(f"{name}: {seconds}" for name, seconds in measured.items()), sep="\n  ")  # noqa: T201 - to be read
