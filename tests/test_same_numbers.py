"""The same numbers wherever they are read: on the pages, over REST, from the command line and in the report.

Five patients whose outcomes are easy to get wrong (one lost their relief, one was dosed again, one has flagged
ratings, one was amended, one had a course) and some more, so that there is a cohort.
"""

import csv
import re
from datetime import timedelta
from html.parser import HTMLParser
from math import inf

import pytest
from django.test import Client

from backend.analysis.cli.main import main
from backend.tracking import estimation
from backend.tracking.models import Rating
from tests import make

NUMBERS = (
    "baseline",
    "onset_lower_hours",
    "onset_upper_hours",
    "loss_lower_hours",
    "loss_upper_hours",
    "loss_lower_e2_hours",
    "loss_upper_e2_hours",
    "duration_lower_hours",
    "duration_upper_hours",
    "best_improvement_percent",
)
BEFORE, DAY = -0.5, 24
RESPONDING = {BEFORE: 8, 1.1: 6, 2.05: 4, 3: 3, 4: 3, 7 * DAY: 2}
LOST = RESPONDING | {14 * DAY: 4, 21 * DAY: 7}


@pytest.fixture
def rated(clinic, clinician):
    """The patients of a clinic by what is special about them."""

    def treated(*, days=0, of=None, scores, **details):
        started_at = make.DOSED_AT + timedelta(days=days)
        one = make.treatment(of=of or make.patient(at=clinic), by=clinician, started_at=started_at, **details)
        make.ratings(of=one, scores=scores)
        return one

    special = {
        "lost": treated(scores=LOST),
        "re-dosed": treated(scores=RESPONDING | {14 * DAY: 4}),
        "flagged": treated(scores={BEFORE: 8, 1: 3, 2: 2, 7 * DAY: 5}),
        "amended": treated(scores=RESPONDING),
        "course": treated(scores={BEFORE: 9, 1: 8, 2: 8}),
    }
    treated(of=special["re-dosed"].patient, days=20, redose_reason="symptoms_returned", scores={BEFORE: 7, 1: 3, 2: 3})
    make.rating(of=special["flagged"], hours=1, instrument="unreal", score=7)
    make.amendment(of=special["amended"].ratings.order_by("effective_at").last(), score=7)
    for days, scores in ((7, {1: 4, 3 * DAY: 4}), (14, {1: 3, 7 * DAY: 4, 14 * DAY: 8})):
        treated(of=special["course"].patient, days=days, redose_reason="planned", scores=scores)
    for scores in ({BEFORE: 8, 1: 8, 2: 7, 7 * DAY: 8}, {BEFORE: 6, 1: 2, 2: 3}, {1: 5}):
        treated(scores=scores)
    estimation.sweep()
    return special


@pytest.fixture
def desk(clinician):
    client = Client()
    client.force_login(clinician)
    return client


@pytest.fixture
def command_line(rated, tmp_path):
    """What the command line makes of the same ratings, handed over as a file: rows by name of the table."""
    path = tmp_path / "ratings.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["patient", "treatment", "treated_at", "rated_at", "score", "instrument", "redose_reason"])
        for one in Rating.objects.with_last_amendment().select_related("treatment__patient"):
            treatment = one.treatment
            instants = (treatment.started_at.isoformat(), one.effective_at.isoformat())
            told = (treatment.patient.code, treatment.pk, *instants, one.total_now, one.instrument)
            rows.writerow([*told, treatment.redose_reason])

    def ran(*options):
        out = tmp_path / "-".join(["out", *options])
        assert main(["outcomes", str(path), "--out", str(out), *options]) == 0
        tables = ("outcomes", "curves")
        return {name: list(csv.DictReader((out / f"{name}.csv").read_text().splitlines())) for name in tables}

    return ran


def number(text):
    """A number as a table or a page has it, None where it says nothing."""
    return float(text) if text else None


def row_of(rows, treatment):
    (found,) = [one for one in rows if one["treatment"] == str(treatment.pk) and one["instrument"] == "nrs-anxiety"]
    return found


class Numbers(HTMLParser):
    """Every number on a page by its name, unrounded, in the order of the page."""

    def __init__(self, response):
        super().__init__()
        assert response.status_code == 200
        self.found = {}
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "data" and "data-of" in attributes:
            self.found.setdefault(attributes["data-of"], []).append(number(attributes["value"]))


@pytest.mark.parametrize("unit", ["treatment", "course"])
def test_an_outcome_is_the_same_everywhere(rated, command_line, desk, unit):
    table = command_line("--unit", unit)["outcomes"]
    for who, treatment in rated.items():
        expected = row_of(table, treatment)
        told = desk.get(f"/api/v1/{unit}s/{treatment.pk}/outcomes/", {"rule_set": "R50C-L50"}).json()["results"]
        (rest,) = [one for one in told if one["instrument"] == "nrs-anxiety"]
        chosen = {"treatment": treatment.pk, "unit": unit}
        pages = [Numbers(desk.get(f"/patients/{treatment.patient_id}/{page}", chosen)) for page in ("", "report/")]
        assert rest["status"] == expected["status"], who
        for name in NUMBERS:
            wanted = number(expected[name])
            over_rest = inf if rest[name] is None and wanted == inf else rest[name]  # JSON has no infinity
            assert over_rest == wanted, (who, name)
            assert [page.found[name][0] for page in pages] == [wanted, wanted], (who, name)


def test_the_special_patients_are_what_they_are_called(rated, command_line):
    table = {who: row_of(command_line()["outcomes"], treatment) for who, treatment in rated.items()}
    assert table["lost"]["status"] == table["amended"]["status"] == "lost"
    assert table["re-dosed"]["loss_upper_hours"] == "inf" != table["re-dosed"]["loss_upper_e2_hours"]
    assert "during_acute_effects" in table["flagged"]["flags"]


def test_a_cohort_is_the_same_everywhere(rated, command_line, desk):
    rest = desk.get("/api/v1/cohorts/").json()["curves"]
    page = desk.get("/cohorts/").content.decode()
    file = command_line()["curves"]
    ends = ("estimate", "lower", "upper", "ci_lower", "ci_upper")
    for curve in ("in_response", "onset", "loss"):
        table = [[float(row[end]) for end in ends] for row in file if row["curve"] == curve and row["cohort"] == "all"]
        assert [[row[end] for end in ends] for row in rest[curve]] == table
        (section,) = re.findall(rf'<section class="card" aria-labelledby="{curve}">(.*?)</section>', page, re.DOTALL)
        rows = re.findall(r'<tr><th scope="row">(.*?)</tr>', section)
        shown = [[float(one) for one in re.findall(r'<data value="([^"]+)"', row)] for row in rows]
        assert len(shown) > 5
        assert shown == table[1 : len(shown) + 1]  # a page leaves out hour 0, and what nobody was followed to


def test_a_claim_is_the_same_on_the_page_and_over_rest(rated, desk):
    page = desk.get("/cohorts/").content.decode()
    (card,) = re.findall(r'aria-labelledby="claims">(.*)</section>\s*<section class="card"', page, re.DOTALL)
    shown = {float(one) for one in re.findall(r'<data value="([^"]+)"', card)}
    told = desk.get("/api/v1/claims/").json()["results"]
    for row in told:
        for name in ("estimate_lower", "estimate_upper", "ci_lower", "ci_upper", "n"):
            assert row[name] is None or float(row[name]) in shown, row
    assert any(row["estimate_lower"] for row in told)
