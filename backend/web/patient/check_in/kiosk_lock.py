"""What exists on a tablet that a clinic lent to a patient: one check-in, until a member of staff signs in again."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.accounts.models import Membership

COOKIE = "ebb_kiosk"
SALT = "ebb kiosk"
KEPT = timedelta(days=30)  # a tablet left lying stays locked; what it can still answer ends with its check-in

# Its own addresses, those of signing in, and what is the same for everybody.
FOLDERS = ("/kiosk/", "/account/", "/help/", "/static/")
PAGES = {"/sw.js", "/manifest.webmanifest", "/settings/language/", "/livez", "/readyz"}


@dataclass(frozen=True, slots=True)
class Loan:
    """Which check-in a tablet was lent for, and who lent it."""

    check_in: int
    by: int


class KioskMiddleware:
    """Answers 404 to whatever else is asked for on a lent tablet; staff who sign in take it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual what exists there."""
        if COOKIE not in request.COOKIES or loan_of(request) is None:
            return self.get_response(request)
        if request.path_info.startswith(FOLDERS) or request.path_info in PAGES:
            return self.get_response(request)
        if not request.user.is_authenticated:
            raise Http404
        if not Membership.objects.held_by(request.user).exists():
            logout(request)  # a patient's own account is no way out, nor does it stay on the clinic's tablet
            return redirect("kiosk-check-in")
        response = self.get_response(request)
        response.delete_cookie(COOKIE, samesite="Lax")
        return response


def lock(response: HttpResponse, loan: Loan) -> None:
    """Make the browser that gets this answer the holder of one check-in and of nothing else."""
    response.set_cookie(
        COOKIE,
        signing.dumps(asdict(loan), salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def loan_of(request: HttpRequest) -> Loan | None:
    """Return what the tablet was lent for; None for a browser that nobody lent."""
    try:
        return Loan(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT))
    except signing.BadSignature:
        return None
