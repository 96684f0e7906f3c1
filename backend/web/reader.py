"""What the frame of every page says about the person who reads it."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from backend.accounts.care import Help, help_for
from backend.accounts.models import Clinic, Membership
from backend.web.care import Care

STAFF_PAGES = {"today": _("Today"), "patients": _("Patients"), "cohorts": _("Cohorts"), "clinics": _("Clinic")}
# Pages further in, by the page that leads to them.
ROOMS = dict.fromkeys(("clinic", "staff", "member", "quality", "alert-plan"), "clinics") | {"compare": "cohorts"}


@dataclass(frozen=True, slots=True)
class Page:
    """One way in the frame's navigation."""

    title: str | Promise
    address: str
    is_current: bool


class _Place(NamedTuple):
    """A clinic of the reader: where they work, or are treated and may have chosen whose help numbers they see."""

    demo: bool
    is_workplace: bool
    country: str
    phone: str
    chosen_country: str | None  # None: not treated there


class Reader:
    """Somebody who opened a page; asks the database once, and only if the page wants to know."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _clinics(self) -> list[_Place]:
        """Return the clinics of the reader, those that treat them first."""
        person = self._request.user
        if not person.is_authenticated:
            return []
        work = Membership.objects.held_by(person).filter(clinic=OuterRef("pk"))
        chosen = person.patients.filter(clinic=OuterRef("pk")).values("help_country")  # None where not treated
        clinics = Clinic.objects.annotate(is_workplace=Exists(work), chosen_country=Subquery(chosen))
        concerned = clinics.filter(Q(is_workplace=True) | Q(chosen_country__isnull=False))
        in_order = concerned.order_by(F("chosen_country").desc(nulls_last=True), "pk")
        return [_Place(*row) for row in in_order.values_list(*_Place._fields)]

    @cached_property
    def care(self) -> Care:
        """Return whom the reader can call: of several clinics that treat them, the numbers of one."""
        if not self._clinics:
            return Care(Help())
        place = self._clinics[0]
        return Care(help_for(place.chosen_country or place.country), place.phone)

    @property
    def name(self) -> str:
        """Return what the reader is called here."""
        person = self._request.user
        return person.known_as if person.is_authenticated else ""

    @property
    def is_demo(self) -> bool:
        """Tell whether any clinic of the reader is made up."""
        return any(place.demo for place in self._clinics)

    @property
    def is_staff(self) -> bool:
        """Tell whether the reader works at a clinic."""
        return any(place.is_workplace for place in self._clinics)

    @property
    def answers_as(self) -> str:
        """Return the account under which this phone keeps answers; empty for who is no patient anywhere."""
        treated = any(place.chosen_country is not None for place in self._clinics)
        return str(self._request.user.pk) if treated else ""

    @property
    def other_languages(self) -> list[tuple[str, str]]:
        """Return the code and own name of every language this page could speak instead."""
        return [(code, name) for code, name in settings.LANGUAGES if code != get_language()]

    @property
    def pages(self) -> list[Page]:
        """Return the pages of staff."""
        match = self._request.resolver_match
        name = (match.url_name if match else None) or ""
        here = ROOMS.get(name, name)
        return [Page(title, reverse(name), is_current=name == here) for name, title in STAFF_PAGES.items()]


def frame(request: HttpRequest) -> dict[str, object]:
    """Give every template its `reader` and whom they can call, `care`; a view that knows better gives its own."""
    reader = Reader(request)
    return {"reader": reader, "care": SimpleLazyObject(lambda: reader.care)}
