"""What the frame of every page says about the person who reads it."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse

from backend.accounts.models import Clinic, Membership

STAFF_PAGES = {"patients": "Patients", "cohorts": "Cohorts"}


@dataclass(frozen=True, slots=True)
class Page:
    """One way in the frame's navigation."""

    title: str
    address: str
    is_current: bool


class Reader:
    """Somebody who opened a page; asks the database once, and only if the page wants to know."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _clinics(self) -> list[tuple[bool, bool]]:
        """Return whether each clinic of the reader is made up, and whether the reader works there."""
        person = self._request.user
        if not person.is_authenticated:
            return []
        work = Membership.objects.held_by(person).filter(clinic=OuterRef("pk"))
        clinics = Clinic.objects.annotate(is_workplace=Exists(work))
        concerned = clinics.filter(Q(is_workplace=True) | Q(pk__in=person.patients.values("clinic")))
        return list(concerned.values_list("demo", "is_workplace"))

    @property
    def name(self) -> str:
        """Return what the reader is called here."""
        person = self._request.user
        return str(person.name or person.email) if person.is_authenticated else ""

    @property
    def is_demo(self) -> bool:
        """Tell whether any clinic of the reader is made up."""
        return any(is_demo for is_demo, _ in self._clinics)

    @property
    def is_staff(self) -> bool:
        """Tell whether the reader works at a clinic."""
        return any(works_there for _, works_there in self._clinics)

    @property
    def pages(self) -> list[Page]:
        """Return the pages of staff."""
        match = self._request.resolver_match
        here = match.url_name if match else None
        return [Page(title, reverse(name), is_current=name == here) for name, title in STAFF_PAGES.items()]


def frame(request: HttpRequest) -> dict[str, Reader]:
    """Give every template its `reader`."""
    return {"reader": Reader(request)}
