"""Rows that count their versions: the entity tag of one, and corrections that hold for one version only (RFC 9110)."""

from http import HTTPStatus

from django.utils.http import parse_etags
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from backend.tracking.services.refusals import Conflict

ANY = "*"


class Overtaken(exceptions.APIException):
    """The row is not at the version that `If-Match` names; its tag now comes with the answer."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = (
        "It is no longer at the version that If-Match names, so nothing was changed. Read it again: its ETag is new."
    )

    def __init__(self, version: int) -> None:
        super().__init__()
        self.etag = etag(version)


def etag(version: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{version}"'


def tagged(answer: Response, version: int) -> Response:
    """Return an answer with the entity tag of the version it tells."""
    answer["ETag"] = etag(version)
    return answer


def expected_version(request: Request, current: int) -> int | None:
    """Return the version that a correction holds for, None where the request does not say.

    `current`: the version read just now. `Conflict` when `If-Match` names others only; weak tags match nothing.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == ANY:
        return None
    if etag(current) not in parse_etags(header):
        raise Conflict
    return current
