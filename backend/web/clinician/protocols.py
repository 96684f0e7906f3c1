"""The protocols as a clinic chooses among them: what each asks and what it cannot show, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backend.accounts.models import Clinic
from backend.analysis.schedule import PROTOCOLS, protocol

# The texts of the files under analysis/protocols, listed to be translated.
TEXTS = (
    gettext_noop("Hourly, then weekly"),
    gettext_noop("Baseline, +1 to +4 hours after the dose, then every week for twelve weeks."),
    gettext_noop(
        "A response first seen at the last answered hourly check-in has nothing to confirm it before day 6, when many "
        "have already lost it: in simulation 59–61 % are found to respond, confirmed, where the truth is 63 %."
    ),
    gettext_noop("Hourly, day 1 and day 3, then weekly"),
    gettext_noop("As “Hourly, then weekly”, with two more check-ins that can confirm an early response. Recommended."),
    gettext_noop("In simulation 62–63 % are found to respond, confirmed, where the truth is 63 %."),
    gettext_noop("Weekly"),
    gettext_noop("Baseline, then every week for twelve weeks: for treatments that work slowly."),
    gettext_noop("Says nothing about the first hours."),
)


@dataclass(frozen=True, slots=True)
class Described:
    """One protocol in words; `check_ins`: how many there are after the dose."""

    slug: str
    title: str
    description: str
    limits: str
    check_ins: int


def described(slug: str) -> Described:
    """Return a protocol in the reader's language."""
    one = protocol(slug)
    return Described(slug, _(one.title), _(one.description), _(one.limits), len(one.check_ins))


def offered_at(clinic: Clinic) -> list[Described]:
    """Return the protocols that a clinic chooses among, in the order they are listed everywhere."""
    return [described(slug) for slug in PROTOCOLS if not clinic.offered_protocols or slug in clinic.offered_protocols]
