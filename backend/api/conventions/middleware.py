"""What holds under /api/ even where no view was reached: every error is a problem document, no cache keeps anything."""

import json
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from backend.api.conventions.problems import MEDIA_TYPE, document

UNDER = "/api/"


class ApiMiddleware:
    """Outermost, so that it sees what any other middleware answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, then see to the form of the answer."""
        response = self.get_response(request)
        if not request.path_info.startswith(UNDER):
            return response
        if response.status_code >= HTTPStatus.BAD_REQUEST and response.headers.get("Content-Type") != MEDIA_TYPE:
            content = document(response.status_code, response.reason_phrase, request)
            response.content = json.dumps(content, separators=(",", ":")).encode()
            response.headers["Content-Type"] = MEDIA_TYPE
            response.headers["Content-Length"] = str(len(response.content))
        response.headers["Cache-Control"] = "no-store"
        return response
