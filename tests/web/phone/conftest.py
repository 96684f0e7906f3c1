"""A phone with a browser of its own, whose network can be taken away."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.tracking.models import Rating
from tests import make
from tests.faults.processes import wait_for
from tests.web.make import sign_in

PHONE = {"width": 360, "height": 740}
WAITS = "Saved on this phone, not yet sent:"


@pytest.fixture
def treatment(transactional_db):
    """Started a little over an hour ago: the patient's +1 h check-in is open."""
    clinic = make.clinic(name="Harbour Clinic")
    patient = make.patient(at=clinic, code="P-1")
    clinician = make.member(at=clinic)
    started = make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(hours=1.1))
    make.rating(of=started, hours=-1, score=8)
    return started


@pytest.fixture
def check_in(treatment):
    return treatment.check_ins.get(name="+1 h")


@pytest.fixture
def phones(chromium, live_server):
    """Give a phone: a browser with its own store. What its pages complain about fails the test."""
    contexts, said = [], []

    def phone(**options):
        context = chromium.new_context(base_url=live_server.url, viewport=PHONE, **options)
        contexts.append(context)
        context.on("console", lambda message: heard(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        return context

    def heard(text):
        if "Failed to load resource" not in text:  # what a browser says when the network or the server has gone
            said.append(text)

    yield phone
    for context in contexts:
        context.close()
    # What phones sent last may still be under way; the database is emptied after this.
    wait_for(lambda: not serving(), seconds=20, what="the last answers")
    assert said == []


@pytest.fixture
def phone(phones):
    return phones()


@pytest.fixture
def page(phone, treatment, live_server):
    """The patient's phone, which opened Ebb once while it had a network."""
    sign_in(phone, treatment.patient.person, live_server.url)
    page = phone.new_page()
    page.goto("/")
    ready(page)
    return page


def serving():
    return [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]


def ready(page):
    """Wait until the phone has its shell, and knows what comes next."""
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    wait_for(lambda: kept(page, "kept") > 0, seconds=30, what="the schedule")


def kept(page, store):
    """How many rows a store of the phone has; -1 while another page takes the place of this one."""
    from playwright.sync_api import Error as PlaywrightError  # noqa: PLC0415 - only browser tests need it

    try:
        return page.evaluate(ROWS, store)
    except PlaywrightError as problem:
        if "Execution context was destroyed" not in problem.message:
            raise
        return -1


def waits(page, number):
    page.get_by_text(f"{WAITS} {number}").wait_for()


def nothing_waits(page):
    wait_for(lambda: kept(page, "entries") == 0, seconds=45, what="an empty store")


def choose(page, score=6):
    page.get_by_label(str(score), exact=True).check()
    page.get_by_role("button", name="Save").click()


def arrive(page, expected, check_in):
    """Wait until a phone has handed in everything. The database is asked after that: asking it meanwhile locks it."""
    nothing_waits(page)
    assert Rating.objects.filter(check_in=check_in).count() == expected


ROWS = """(name) => new Promise((resolve) => {
  const asked = indexedDB.open("ebb", 1);
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = () => resolve(0);
  asked.onsuccess = () => {
    const rows = asked.result.transaction(name).objectStore(name).count();
    rows.onsuccess = () => { asked.result.close(); resolve(rows.result); };
  };
})"""
