"""A push service of our own, text messages that are kept, and a clock that tests set."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from backend.accounts.models import Patient
from backend.tracking.models import PushSubscription
from backend.tracking.models.subscriptions import fingerprint
from tests import make
from tests.push_service import Browser, PushService, push_service

texts: list[tuple[str, str]] = []


def keep_text(number: str, text: str) -> None:
    """A provider that takes every text."""
    texts.append((number, text))


@pytest.fixture
def push(settings) -> Iterator[PushService]:
    with push_service() as service:
        settings.PUSH_STUB_PORT = service.port
        yield service


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def sent_texts(settings) -> list[tuple[str, str]]:
    settings.SMS_BACKEND = f"{__name__}.keep_text"
    texts.clear()
    return texts


@pytest.fixture
def subscribe(push, browser):
    """Let a patient's browser ask for notices from a push service that answers with a status."""

    def subscribed(patient: Patient, status: int = 201, name: str = "a") -> PushSubscription:
        endpoint = push.endpoint(status, name)
        return PushSubscription.objects.create(
            person=patient.person, endpoint=endpoint, endpoint_sha256=fingerprint(endpoint), **browser.keys
        )

    return subscribed


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """At the start of the dose."""
    return Clock(make.DOSED_AT)
