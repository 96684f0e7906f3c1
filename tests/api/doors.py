"""How tests knock: clients with a token or a session, the body of a rating, and what every refusal must look like."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

from backend.accounts.models import Person
from backend.exchange.tokens import create_token
from backend.tracking.models import Treatment

RATINGS = "/api/v1/ratings/"


def with_token(person: Person, *scopes: str, **options: Any) -> Client:
    """A program of a person; without scopes named it may read and write."""
    _, text = create_token(actor=None, person=person, scopes=scopes or ("read", "write"))
    return Client(headers={"Authorization": f"Bearer {text}"}, **options)


def with_session(person: Person) -> Client:
    """A browser as Django's middleware sees it, CSRF included."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    client.cookies["csrftoken"] = "a" * 32
    client.defaults["HTTP_X_CSRFTOKEN"] = "a" * 32
    return client


def rating_body(of: Treatment, /, **changes: Any) -> dict[str, Any]:
    """The body of a rating; a change to `...` leaves the field out."""
    whole = {
        "client_uuid": str(uuid4()),
        "treatment": of.pk,
        "instrument": "nrs-anxiety",
        "answers": [4],
        "device_at": (of.started_at + timedelta(hours=1)).isoformat(),
    }
    return {name: given for name, given in (whole | changes).items() if given is not ...}


def post(client: Client, address: str, body: Any, **options: Any) -> HttpResponse:
    """Post JSON, or bytes as they are."""
    return client.post(address, body, content_type=options.pop("content_type", "application/json"), **options)


def problem(response: HttpResponse, status: int) -> dict[str, Any]:
    """The problem document of a refusal, once its form is seen to be right."""
    assert response.status_code == status, response.content[:500]
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    told = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= told.keys()
    assert told["status"] == status
    assert told["title"]
    return told


def fields_of(told: dict[str, Any]) -> set[str]:
    """The fields that a problem document names."""
    return {one["field"] for one in told.get("errors", [])}


def instant(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text).astimezone(UTC)
