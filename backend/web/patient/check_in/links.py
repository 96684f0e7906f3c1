"""A check-in opened by its link, without a password: it can be answered, skipped or undone, and nothing be read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST

from backend.web.languages import speak_to
from backend.web.patient.check_in.asked import Asked, asked_by_link
from backend.web.patient.check_in.link_holder import MARKER
from backend.web.patient.check_in.pages import answering, skipping
from backend.web.patient.check_in.undo import undoing

MARKED_AT_LEAST = timedelta(hours=1)


def by_link(page: Callable[[HttpRequest, Asked], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Open a page about a check-in to whoever holds its link; its patient, signed in, gets their own page instead."""

    @wraps(page)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        asked, now = asked_by_link(token), timezone.now()
        speak_to(asked.person, request)
        if request.user == asked.person:
            return page(request, Asked(asked.check_in, asked.person))
        response = page(request, asked)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        if not request.user.is_authenticated:
            _mark(response, until=max(asked.check_in.closes_at, now + MARKED_AT_LEAST), now=now)
        return response

    return login_not_required(opened)


@by_link
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask what is still to be answered, and store it."""
    return answering(request, asked)


@by_link
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def link_skip(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Ask why it will not be answered, and store it."""
    return skipping(request, asked)


@by_link
@require_POST
def link_undo(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Take back what was just saved."""
    return undoing(request, asked)


def _mark(response: HttpResponse, *, until: datetime, now: datetime) -> None:
    """Tell this browser from one that came without a link: nothing else exists for it."""
    response.set_cookie(
        MARKER,
        "1",
        max_age=until - now,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
