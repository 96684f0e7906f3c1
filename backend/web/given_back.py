"""What somebody typed into a form of the staff when they no longer work there: given back to copy, nothing stored."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from backend.accounts.models import Membership, Person

# What a page sends beside what a person typed.
NOT_TYPED = {"client_uuid", "csrfmiddlewaretoken", "do", "end", "next", "part", "rule", "then", "version", "wording"}
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
    return render(request, "clinician/given_back.html", {"typed": typed(request.POST)}, status=HTTPStatus.CONFLICT)


def typed(sent: QueryDict) -> list[Typed]:
    """Return what a person entered, without keys and secrets."""
    own = ((name, name.rpartition("-")[2]) for name in sent)  # without what stands before it where forms are several
    names = [name for name, last in own if last not in NOT_TYPED and not any(part in last for part in NEVER_SHOWN)]
    entries = ((name, text.strip()) for name in names for text in sent.getlist(name))
    return [Typed(name.replace("_", " "), text) for name, text in entries if text]
