"""Errors as problem documents (RFC 9457), all of them made here."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from backend.api.conventions.versions import Overtaken
from backend.tracking.services.refusals import KeyReused, Refused

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5  # about as long as a database takes to come back

logger = logging.getLogger(__name__)


class Conflict(exceptions.APIException):
    """The same client key came with another body."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This client_uuid was used before with another content. What was stored first stands."


class TooLarge(exceptions.APIException):
    """The body is larger than anything a client has to say."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class Unavailable(exceptions.APIException):
    """The database does not answer; the same request may be sent again."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database does not answer. Nothing was lost; please send the request again."


class NoSuch(exceptions.NotFound):
    """A body names something that does not exist or is not this person's: they look the same."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.errors = [{"field": field, "detail": "There is none with this id that you may write for."}]


Made = Callable[[Any], exceptions.APIException]

# The first that fits counts.
TRANSLATED: tuple[tuple[type[Exception], Made], ...] = (
    (exceptions.APIException, lambda error: error),
    (Refused, lambda error: exceptions.ValidationError({error.field: [str(error)]})),
    (KeyReused, lambda _: Conflict()),
    (Http404, lambda _: exceptions.NotFound()),
    (PermissionDenied, lambda _: exceptions.PermissionDenied()),
    (SuspiciousOperation, lambda _: exceptions.ParseError("The request is malformed.")),
    (UnreadablePostError, lambda _: exceptions.ParseError("The body ended too early.")),
    (OperationalError, lambda _: Unavailable()),
    (InterfaceError, lambda _: Unavailable()),
    (Exception, lambda _: exceptions.APIException("Something went wrong here. It has been noted.")),
)


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """Return the problem document of an error that a view raised; what is our own fault is logged."""
    told = next(make(error) for kind, make in TRANSLATED if isinstance(error, kind))
    if told is not error and told.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s %s failed", context["request"].method, _instance(context["request"]), exc_info=error)
    if type(told) is exceptions.APIException:  # nobody expected it: as Django does for its own pages
        got_request_exception.send(sender=None, request=context["request"])
    errors = _errors(told)
    detail = _summary(errors) if isinstance(told, exceptions.ValidationError) else str(told.detail)
    content = document(told.status_code, detail, context["request"], errors)
    return Response(content, status=told.status_code, headers=_headers(told), content_type=MEDIA_TYPE)


def document(
    status: int, detail: str, request: HttpRequest, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """Return the content of a problem document; `errors` name the fields that are wrong."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "instance": request.path if status != HTTPStatus.NOT_FOUND else _instance(request),
    }
    return content | {"errors": errors} if errors else content


def _instance(request: HttpRequest) -> str:
    """Return the address as far as it names no row, so that two rows one may not see look the same."""
    match = request.resolver_match
    return request.path if match is None or "<" not in match.route else f"/{match.route.split('<')[0]}"


def _headers(told: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(told, "auth_header", None):
        headers["WWW-Authenticate"] = str(told.auth_header)  # type: ignore[attr-defined] # the view adds it
    if isinstance(told, exceptions.Throttled):
        headers["Retry-After"] = str(int(getattr(told, "wait", None) or RETRY_AFTER_SECONDS))
    if isinstance(told, Overtaken):
        headers["ETag"] = told.etag
    if isinstance(told, Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers


def _errors(told: exceptions.APIException) -> list[dict[str, str]]:
    if isinstance(told, exceptions.ValidationError):
        return list(_flat(told.detail))
    return getattr(told, "errors", [])


def _flat(detail: Any, field: str = "") -> list[dict[str, str]]:  # noqa: ANN401 - texts, nested to any depth
    if isinstance(detail, dict):
        return [one for name, inner in detail.items() for one in _flat(inner, f"{field}.{name}" if field else name)]
    if isinstance(detail, list):
        return [one for inner in detail for one in _flat(inner, field)]
    return [{"field": field, "detail": str(detail)}]


def _summary(errors: list[dict[str, str]]) -> str:
    if len(errors) == 1:
        return errors[0]["detail"]
    return f"These fields are wrong: {', '.join(dict.fromkeys(one['field'] for one in errors))}."
