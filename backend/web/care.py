"""Whom the reader of a page can call: the lines at the foot of every page, and the page with all numbers."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from backend.accounts.care import Help, countries, help_for
from backend.accounts.care.help_numbers import dialled
from backend.accounts.models import Patient
from backend.web.countries import by_letter, country_name


@dataclass(frozen=True, slots=True)
class Care:
    """The numbers for one reader: those of a country, and their clinic's own where it gave one."""

    help: Help
    phone: str = ""

    @property
    def dial(self) -> str:
        """Return the clinic's number as a telephone takes it."""
        return dialled(self.phone)


def care_for(patient: Patient) -> Care:
    """Return the numbers for one patient, who chose a country or has their clinic's."""
    return Care(help_for(patient.country), patient.clinic.phone)


@login_not_required
@require_safe
@gzip_page
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the numbers of every country to anybody, signed in or not."""
    rows = sorted(((country_name(code), help_for(code)) for code in countries()), key=lambda row: by_letter(row[0]))
    return render(request, "help.html", {"rows": rows})
