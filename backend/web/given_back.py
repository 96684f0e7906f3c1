"""What somebody typed into a form of the staff who was signed out or no longer works there: given back, not stored."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from backend.accounts.models import Membership, Person

# What a page sends beside what a person typed.
NOT_TYPED = {
    *("client_uuid", "csrfmiddlewaretoken", "version", "wording"),
    *("do", "end", "meant", "next", "part", "rule", "then"),
}
NEVER_SHOWN = ("password", "secret", "token")
LONG = 60  # characters from which a text gets several lines


@dataclass(frozen=True, slots=True)
class Typed:
    """One entry of a form, under the name it has there."""

    name: str
    text: str

    @property
    def is_long(self) -> bool:
        """Tell whether it wants several lines."""
        return len(self.text) > LONG or "\n" in self.text


def has_left(person: Person) -> bool:
    """Tell whether a person's work somewhere has ended, or their role there."""
    return Membership.objects.filter(person=person, ended_at__isnull=False).exists()


def given_back(request: HttpRequest) -> HttpResponse:
    """Answer that nothing was stored, and show what was sent; the same whatever the address, there or not."""
    shown = {"typed": typed(request.POST), "sign_in": "" if request.user.is_authenticated else _sign_in(request)}
    response = render(request, "clinician/given_back.html", shown, status=HTTPStatus.CONFLICT)
    patch_cache_control(response, no_store=True)  # with the session gone nothing else says so
    return response


def _sign_in(request: HttpRequest) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': request.path}, safe='/')}"


def typed(sent: QueryDict) -> list[Typed]:
    """Return what a person entered, without keys and secrets."""
    own = ((name, name.rpartition("-")[2]) for name in sent)  # without what stands before it where forms are several
    names = [name for name, last in own if last not in NOT_TYPED and not any(part in last for part in NEVER_SHOWN)]
    entries = ((name, text.strip()) for name in names for text in sent.getlist(name))
    return [Typed(name.replace("_", " "), text) for name, text in entries if text]
