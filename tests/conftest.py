"""What every test can ask for: example counts for laws, the system's browser, and the cast."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase, override_settings
from hypothesis import HealthCheck, settings

from backend.accounts import protection
from backend.accounts.models import Clinic, Patient, Person
from tests import make

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",  # root, as in a container, has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # the browser asks nobody but the server under test
    "--disable-component-update",
    "--disable-sync",
]

# No deadline and no complaint about slow examples: how fast they run says more about the machine than about a law.
# Examples differ from run to run; a failure prints the blob that brings its example back.
settings.register_profile(
    "default", max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"))
settings.register_profile("drill", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "default")


PAGES = Path(__file__).parent / "web"
SLOW = ("faults", "e2e")  # folders whose tests wait for programs and for time to pass


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow files first, so that nobody waits for them at the end, and mark what uses the database.

    Not tests in a browser: what their pages ask the database, the tests without one ask as well. Those of pages need
    not run on every database whenever somebody commits: tests/test_access.py opens each page, tests of services write.
    """
    items.sort(key=lambda item: item.path.parent.name not in SLOW)
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        uses = {"db", "transactional_db", "live_server"} & fixtures or item.get_closest_marker("django_db")
        if uses and "chromium" not in fixtures:
            item.add_marker("database")
        if PAGES in item.path.parents:
            item.add_marker("any_database")


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """The system's Chromium, started once; a test opens its own context in it."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: install Debian's package chromium, which puts it at {CHROMIUM}")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - half a second that only browser tests need

    # Playwright keeps an event loop running in this thread, which Django would take for a view that must not block.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_up_when_asked_for() -> Iterator[None]:
    """Not all of them for every new client, which has middleware of its own: a sixth of a page test was that."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def _flush_in_spite_of_triggers() -> Iterator[None]:
    """A test that commits leaves rows which no trigger lets go: they are dropped for the flush, then made again."""
    flush = TransactionTestCase._fixture_teardown  # noqa: SLF001 - the one place where Django empties a test database

    def unprotected_flush(case: TransactionTestCase) -> None:
        removed = protection.remove_protection(connection)
        try:
            flush(case)
        finally:
            protection.restore_protection(connection, removed)
        cache.clear()  # no model's table, so no flush empties it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", unprotected_flush)
        yield


# The cast. Staff are people; patients have their person as `patient.person`. All but `other_clinic` belong to `clinic`.


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make.clinic(name="Harbour Clinic")


@pytest.fixture
def owner(clinic: Clinic) -> Person:
    return make.member(at=clinic, role="owner", name="Olive Owner")


@pytest.fixture
def clinician(clinic: Clinic) -> Person:
    return make.member(at=clinic, role="clinician", name="Clara Clinician")


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return make.patient(at=clinic, code="P-1")


@pytest.fixture
def stranger(clinic: Clinic) -> Patient:
    """Another patient of the same clinic."""
    return make.patient(at=clinic, code="P-2")


@pytest.fixture
def other_clinic(db: None) -> Person:
    """A clinician of another clinic."""
    return make.member(role="clinician", name="Oscar Other")
