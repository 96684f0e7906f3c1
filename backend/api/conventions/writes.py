"""What every write shares: the checked body, the row it is about, and the answer once it is stored."""

from http import HTTPStatus
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.conventions.fields import StrictSerializer
from backend.api.conventions.problems import NoSuch

Row = TypeVar("Row", bound=Model)


def read(kind: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """Return the checked fields of a body."""
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def writable(rows: QuerySet[Row], primary_key: int, field: str) -> Row:
    """Return the row that a field of the body names; `NoSuch` when it is not there or not this person's."""
    row = rows.filter(pk=primary_key).first()
    if row is None:
        raise NoSuch(field)
    return row


def stored(content: Any, *, location: str = "", replayed: bool = False) -> Response:  # noqa: ANN401 - a serializer's data
    """Return the answer to a write: 201, or 200 when its client key had been used for the same before."""
    headers = {"Location": location} if location else {}
    if replayed:
        return Response(content, status=HTTPStatus.OK, headers=headers | {"Idempotent-Replay": "true"})
    return Response(content, status=HTTPStatus.CREATED, headers=headers)
