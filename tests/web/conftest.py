"""Patients at known distances from their dose, and pages opened by them and by staff, in a real browser too."""

import threading
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.utils import timezone

from tests import make
from tests.web.make import PHONE, sign_in


@pytest.fixture
def now(db):
    return timezone.now()


@pytest.fixture
def treated(patient, clinician, now):
    """A treatment of the patient, started some hours ago, with a baseline of eight."""

    def start(hours_ago, **details):
        treatment = make.treatment(of=patient, by=clinician, started_at=now - timedelta(hours=hours_ago), **details)
        make.rating(of=treatment, hours=-1, score=8)
        return treatment

    return start


@pytest.fixture
def on_phone(client, patient):
    """The patient's browser."""
    client.force_login(patient.person)
    return client


@pytest.fixture
def at_desk(client, clinician):
    """The clinician's browser."""
    client.force_login(clinician)
    return client


@pytest.fixture
def browser_of(chromium, live_server):
    """Open a page of a browser as somebody; in the end none may have complained, of script or of policy.

    `forgiven`: what the console may say.
    """
    contexts, said = [], []

    def page_for(person, *, size=PHONE, scheme="light", forgiven=None, **options):
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, base_url=live_server.url, **options
        )
        contexts.append(context)
        if person is not None:
            sign_in(context, person, live_server.url)
        context.expose_function("violated", lambda what: said.append(what))  # noqa: PLW0108 - it takes no built-in
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => violated(`${event.violatedDirective}`))"
        )
        page = context.new_page()
        page.on("console", lambda message: (forgiven and forgiven in message.text) or said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield page_for
    for context in contexts:
        for page in context.pages:
            page.wait_for_load_state("networkidle")  # or the database is emptied under a request
        context.close()
    assert said == []


@pytest.fixture(autouse=True)
def _one_request_at_a_time(monkeypatch):
    """All threads of a live server share the connection to the test database, so its transactions must not mix."""
    turn, answer = threading.Lock(), WSGIHandler.__call__

    def in_turn(handler, environ, start_response):
        with turn:
            return answer(handler, environ, start_response)

    monkeypatch.setattr(WSGIHandler, "__call__", in_turn)
