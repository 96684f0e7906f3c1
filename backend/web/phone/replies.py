"""What a phone is answered: proof of what is stored, or why an entry was not."""

from http import HTTPStatus

from django.http import JsonResponse

PROBLEM = "application/problem+json"


def stored(echo: dict[str, str], *, is_new: bool) -> JsonResponse:
    """Return the proof that lets the phone delete its copy."""
    return _unkept(JsonResponse(echo, status=HTTPStatus.CREATED if is_new else HTTPStatus.OK))


def problem(status: HTTPStatus, title: str, field: str = "") -> JsonResponse:
    """Return why nothing was stored; the phone keeps its copy whatever the status."""
    said = {"title": title, "status": int(status)} | ({"field": field} if field else {})
    return _unkept(JsonResponse(said, status=status, content_type=PROBLEM))


def _unkept(response: JsonResponse) -> JsonResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
