"""Patients at known distances from their dose, and pages opened by them and by staff."""

import threading
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.utils import timezone

from tests import make


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


@pytest.fixture(autouse=True)
def _one_request_at_a_time(monkeypatch):
    """All threads of a live server share the connection to the test database, so its transactions must not mix."""
    turn, answer = threading.Lock(), WSGIHandler.__call__

    def in_turn(handler, environ, start_response):
        with turn:
            return answer(handler, environ, start_response)

    monkeypatch.setattr(WSGIHandler, "__call__", in_turn)
