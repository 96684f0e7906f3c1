"""What a page of the staff costs the server: beside a page that shows nothing, and as the records grow."""

from collections.abc import Callable
from functools import partial
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Person
from backend.tracking.models import CohortCurve
from benchmarks import clinics
from benchmarks.measure import Measured, beside

FLAT = 1.3  # what a stored cohort of 97,000 may cost, in terms of one of 1,000
MOST_QUERIES = 12
A_PAGE_SECONDS, PATIENT_SECONDS, COHORT_SECONDS, FILTERED_SECONDS = 0.15, 0.06, 0.15, 2.0


def measure() -> list[Measured]:
    """Make the clinics, then measure page after page."""
    begun = perf_counter()
    found = clinics.build()
    print(f"(records made in {perf_counter() - begun:.0f} s)", flush=True)
    return [*_busy(found), *_growing(found), *_filtered(found)]


def _busy(found: clinics.Clinics) -> list[Measured]:
    """Measure every page of the clinic of 200 patients and 50,000 ratings, 100,000 treatments in the database."""
    client = _browser(found.busy)
    floor = ("a page that shows nothing", _asked(client, "/help/"))
    clinic = found.patient.clinic_id
    pages = [
        ("today", "/today/", A_PAGE_SECONDS, 15),
        ("today's list, as it polls", "/today/list/", A_PAGE_SECONDS, 15),
        ("patients", "/patients/", A_PAGE_SECONDS, 15),
        ("one patient", f"/patients/{found.patient.pk}/", PATIENT_SECONDS, 15),
        ("one patient, all sessions", f"/patients/{found.patient.pk}/?sessions=all", PATIENT_SECONDS, 20),
        ("cohorts", "/cohorts/", COHORT_SECONDS, 20),
        ("two routes compared", "/cohorts/compare/?by=route&a=iv&b=intranasal", COHORT_SECONDS, 30),
        ("the quality of the records", f"/clinics/{clinic}/quality/", A_PAGE_SECONDS, 20),
    ]
    return [
        beside(name, _asked(client, address), floor, limit=limit, target_seconds=seconds)
        for name, address, seconds, limit in pages
    ]


def _growing(found: clinics.Clinics) -> list[Measured]:
    """Measure stored cohorts of 97,000 treatments beside those of 1,000."""
    small, large = _browser(found.small), _browser(found.large)
    return [
        beside(
            f"cohort of {clinics.LARGE:,} stored, {words}",
            _asked(large, f"/cohorts/{query}"),
            (f"the same of {clinics.SMALL:,}", _asked(small, f"/cohorts/{query}")),
            limit=FLAT,
            target_seconds=COHORT_SECONDS,
        )
        for words, query in (("all of it", ""), ("one route", "?route=iv"), ("other rules", "?rule_set=R30F-L30"))
    ]


def _filtered(found: clinics.Clinics) -> list[Measured]:
    """Measure a selection that no counts are stored for, each time as the first who asks for it."""
    client = _browser(found.large)
    floor = ("a page that shows nothing", _asked(client, "/help/"))
    address = "/cohorts/?drug=either&protocol=hourly&dose_from=0.4&dose_to=0.6"  # as the form sends it

    def first() -> None:
        CohortCurve.objects.all().delete()
        client.get(address)

    name = f"cohort of {clinics.LARGE:,} by dose per kg, not kept"
    return [beside(name, first, floor, limit=150, target_seconds=FILTERED_SECONDS)]


def _browser(person: Person) -> Client:

    client = Client()
    client.force_login(person)
    return client


def _asked(client: Client, address: str) -> Callable[[], object]:
    """Return the asking for an address, after making sure that it answers, in few queries."""
    client.get(address)  # what is kept once, such as who has looked, is kept now
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    if answer.status_code != 200 or len(queries) > MOST_QUERIES:  # noqa: PLR2004 - the status of a page
        raise AssertionError(f"{address} answered {answer.status_code} after {len(queries)} queries")
    return partial(client.get, address)
