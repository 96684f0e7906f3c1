"""What holds for every request by somebody signed in: staff have a second factor, and no cache keeps the answer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

SIGN_IN_PAGES = {"account_logout", "account_reauthenticate"}  # beside every mfa_ page: what setting one up may need

Answer = Callable[[HttpRequest], HttpResponse]


class SecondFactorMiddleware:
    """Sends people who owe a second factor to where they set it up, whatever page they ask for.

    The person was loaded together with the answer, so this asks the database nothing.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Return the way to the set-up when it is still to be done."""
        name = request.resolver_match.url_name or "" if request.resolver_match else ""
        if not getattr(view, "login_required", True) or name.startswith("mfa_") or name in SIGN_IN_PAGES:
            return None  # a page for everybody does not even load the person
        if not getattr(request.user, "lacks_second_factor", False):
            return None
        if "json" in request.headers.get("Accept", ""):
            problem = {"title": "Set up a second factor first", "status": 403}
            return JsonResponse(problem, status=403, content_type="application/problem+json")
        return HttpResponseRedirect(reverse("mfa_index"))


class NoStoreMiddleware:
    """Keeps answers to people, or to programs with a token, out of every cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header where a session or a token came with the request, or a session is handed out."""
        response = self.get_response(request)
        session = settings.SESSION_COOKIE_NAME
        if session in request.COOKIES or session in response.cookies or "Authorization" in request.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
