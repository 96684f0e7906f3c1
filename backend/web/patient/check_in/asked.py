"""One check-in as somebody reached it: signed in, or by a link or on a tablet that open it and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from backend.accounts.models import Person
from backend.tracking.anchoring import is_night_for
from backend.tracking.links import check_in_of
from backend.tracking.models import CheckIn
from backend.web.access import own_check_ins
from backend.web.care import care_for
from backend.web.patient.notices import is_open, occasion


@dataclass(frozen=True, slots=True)
class Asked:
    """A check-in with what happened at it, who enters what is said, and its link's token where it was reached by one.

    On a tablet lent by the clinic that is who lent it, and the answer is the patient's all the same.
    """

    check_in: CheckIn
    person: Person
    token: str = ""
    is_lent: bool = False

    @property
    def page(self) -> str:
        """Return where it is answered."""
        if self.is_lent:
            return reverse("kiosk-check-in")
        return reverse("link", args=[self.token]) if self.token else reverse("check-in", args=[self.check_in.pk])

    @property
    def is_alone(self) -> bool:
        """Tell whether nobody signed in: there is this check-in and nothing else."""
        return self.is_lent or bool(self.token)

    @property
    def skip(self) -> str:
        """Return where somebody says that they cannot answer it."""
        return f"{self.page}skip/"

    @property
    def undo(self) -> str:
        """Return where what was just saved is taken back."""
        return f"{self.page}undo/"

    @property
    def done(self) -> str:
        """Return where somebody goes who has had enough."""
        return f"{self.page}?enough" if self.is_alone else reverse("home")

    def is_over(self, now: datetime) -> bool:
        """Tell whether its link has nothing more to offer; somebody signed in may still be late."""
        return self.is_alone and not is_open(self.check_in, now)

    @property
    def is_demo(self) -> bool:
        """Tell whether nobody there is real."""
        return self.check_in.treatment.patient.clinic.demo


def asked_of(person: Person, check_in_id: int) -> Asked:
    """Return a check-in of somebody signed in; 404 for anybody else's."""
    return Asked(get_object_or_404(own_check_ins(person), pk=check_in_id), person)


def asked_by_link(token: str) -> Asked:
    """Return the check-in that a link opens; 404 for a token that opens none."""
    check_in = check_in_of(token)
    if check_in is None or check_in.treatment.patient.person is None:
        raise Http404
    return Asked(check_in, check_in.treatment.patient.person, token)


def surroundings(asked: Asked, now: datetime) -> dict[str, object]:
    """Return what every page about a check-in shows beside its own matter."""
    night = is_night_for(asked.check_in.treatment.patient, now)
    return {
        "asked": asked,
        "care": care_for(asked.check_in.treatment.patient),
        "occasion": occasion(asked.check_in),
        "night": night,
        "dose_day": night or asked.check_in.treatment.is_dose_day(now),
    }
