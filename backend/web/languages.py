"""In which language a page speaks: the person's own choice, else what the browser was told or asks for."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from backend.accounts.models import Person
from backend.accounts.services.people import change_person
from backend.language import ENGLISH

ENGLISH_ONLY = ("/api/", "/admin/")  # for programs, and for those who run the place
PROBES = ("/livez", "/readyz", "/healthz")  # asked when nothing else may work: they do not even load the person

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Answers every request in its reader's language."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, in one language."""
        fixed = request.path_info.startswith(ENGLISH_ONLY) or request.path_info in PROBES
        with translation.override(ENGLISH if fixed else language_for(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or ENGLISH)
        if not fixed:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def language_for(request: HttpRequest) -> str:
    """Return the language of whoever opened a page."""
    return _chosen_by(request.user) or translation.get_language_from_request(request)


def speak_to(person: Person, request: HttpRequest) -> None:
    """Go on in a person's language, for pages that know whom they are for without a sign-in.

    Unless another was chosen in this browser.
    """
    chosen = _chosen_by(person)
    if chosen and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(chosen)


def _chosen_by(person: Any) -> str:  # noqa: ANN401 - a Person, or nobody known
    chosen = getattr(person, "language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the language chosen, with the person who is signed in and in this browser, and go back to the page."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    if isinstance(request.user, Person):
        change_person(actor=request.user, person=request.user, fields={"language": chosen})
    response = HttpResponseRedirect(_way_back(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


def _way_back(request: HttpRequest) -> str:
    """Return the page it was chosen on, if it is one of ours."""
    asked = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else "/"
