"""Who asks: a program with a bearer token, or a person with a session whose every write is checked for CSRF."""

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.authentication import SessionAuthentication as CsrfCheckedSessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from backend.accounts.models import Person
from backend.exchange import tokens
from backend.exchange.models import ApiToken, Scope

if TYPE_CHECKING:
    from rest_framework.views import APIView  # itself imports the classes below

WORDS = 2  # of the header: Bearer TOKEN


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; whoever sends one is judged by it alone, never by a cookie beside it."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        """Return the token and its person."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        token = tokens.recognise(words[1].decode("latin-1")) if len(words) == WORDS else None
        if token is None:
            raise AuthenticationFailed("The token is unknown, expired or revoked.")
        return token.person, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - Django REST framework's signature
        """Return what a 401 asks for."""
        return 'Bearer realm="api"'


class SessionAuthentication(CsrfCheckedSessionAuthentication):
    """A browser's session; staff who have not set up their second factor are let in no further than on pages."""

    def authenticate(self, request: Request) -> tuple[Person, None] | None:
        """Return the person who is signed in."""
        found: tuple[Person, None] | None = super().authenticate(request)
        if found is not None and getattr(found[0], "lacks_second_factor", False):
            raise PermissionDenied("Set up a second factor first.")
        return found


class HasScope(BasePermission):
    """A token reads with the scope `read` and writes with `write`; a session may do what its person may."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 - as above
        """Tell whether the token is good for this method."""
        if not isinstance(request.auth, ApiToken):
            return True
        needed = Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
        self.message = f"This needs a token with the scope {needed}."
        return needed in request.auth.scopes
