"""What exists for somebody who holds a check-in's link and has not signed in: that check-in, and the way to sign in."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

MARKER = "ebb_link"  # the cookie that says so

# By a link: its own addresses, those of signing in, and what is the same for everybody.
FOLDERS = ("/c/", "/account/", "/join/", "/offline/", "/help/", "/static/")
PAGES = {"/sw.js", "/manifest.webmanifest", "/settings/language/", "/livez", "/readyz"}


class LinkHolderMiddleware:
    """Answers 404 to the holder of a link who asks for anything else, until they have signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual what exists for the asker."""
        if MARKER not in request.COOKIES:
            return self.get_response(request)
        exists = request.path_info.startswith(FOLDERS) or request.path_info in PAGES
        if not exists and not request.user.is_authenticated:
            raise Http404
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.delete_cookie(MARKER, samesite="Lax")
        return response
