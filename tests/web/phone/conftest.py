"""A phone with a browser of its own, whose network can be taken away."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from django.utils import timezone

from tests import make
from tests.faults.processes import wait_for

PHONE = {"width": 360, "height": 740}


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


@pytest.fixture(autouse=True)
def _one_request_at_a_time(monkeypatch):
    """The threads of a live server share one database in memory, where a writer does not wait for readers but fails."""
    turn, answer = threading.Lock(), WSGIHandler.__call__

    def in_turn(handler, environ, start_response):
        with turn:
            return answer(handler, environ, start_response)

    monkeypatch.setattr(WSGIHandler, "__call__", in_turn)


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


def serving():
    return [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]


def sign_in(context, person, address):
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return session


def ready(page):
    """Wait until the phone has its shell, and knows what comes next."""
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    wait_for(lambda: kept(page, "kept") > 0, seconds=30, what="the schedule")


def kept(page, store):
    """How many rows a store of the phone has."""
    return page.evaluate(ROWS, store)


ROWS = """(name) => new Promise((resolve) => {
  const asked = indexedDB.open("ebb", 1);
  asked.onupgradeneeded = () => asked.transaction.abort();
  asked.onerror = () => resolve(0);
  asked.onsuccess = () => {
    const rows = asked.result.transaction(name).objectStore(name).count();
    rows.onsuccess = () => { asked.result.close(); resolve(rows.result); };
  };
})"""
