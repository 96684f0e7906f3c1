"""What the looks at a patient after one dose amount to, as the patient's page and the log say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.tracking.models import Observation, Progress, Treatment
from backend.tracking.monitoring import (
    WATCHED_MINUTES,
    Moment,
    Pressure,
    Taking,
    minutes_watched,
    pressures,
)
from backend.web.clinician.patient.observations.log import clock, looks_at, pressure, since_start, standing
from backend.web.clinician.words import Chip

MOMENTS = {
    Moment.BEFORE: gettext_lazy("Before the dose"),
    Moment.FORTY: gettext_lazy("At 40 minutes"),
    Moment.END: gettext_lazy("At the end, 2 h"),
}
STATES = {
    Taking.UPCOMING: Chip(gettext_lazy("upcoming")),
    Taking.DUE: Chip(gettext_lazy("due now"), "open"),
    Taking.TAKEN: Chip(gettext_lazy("taken"), "good"),
    Taking.NOT_TAKEN: Chip(gettext_lazy("not taken"), "warn"),
}


@dataclass(frozen=True, slots=True)
class PressureLine:
    """The blood pressure of one moment; `reading` is empty until it is taken, `enter` once it is."""

    name: str
    due: str
    reading: str
    since_start: str
    state: Chip
    enter: str


@dataclass(frozen=True, slots=True)
class Observed:
    """The looks at one treatment in short; `add` is whether whoever reads may write another one down."""

    pressures: list[PressureLine]
    watched: str
    deepest: str
    farthest: str
    count: int
    page: str
    sheet: str
    add: bool


def observed(treatment: Treatment, *, by_those_who_treat: bool, looks: Sequence[Observation] | None = None) -> Observed:
    """Return the looks at one treatment in short; they are read unless the caller has them."""
    counted = standing(looks_at(treatment) if looks is None else looks)
    where = [treatment.patient_id, treatment.pk]
    page = reverse("observations", args=where)
    add = by_those_who_treat and treatment.state != Progress.CANCELLED
    lines = pressures(treatment, counted, timezone.now())
    return Observed(
        pressures=[_line(one, treatment, page if add else "") for one in lines],
        watched=_watched(minutes_watched(treatment, counted)),
        deepest=_worst(counted, "sedation"),
        farthest=_worst(counted, "dissociation"),
        count=len(counted),
        page=page,
        sheet=reverse("monitoring-sheet", args=where),
        add=add,
    )


def _line(one: Pressure, treatment: Treatment, page: str) -> PressureLine:
    taken = one.taken
    may_be_entered = taken is None and one.state in {Taking.DUE, Taking.NOT_TAKEN}
    return PressureLine(
        name=str(MOMENTS[one.moment]),
        due=_at(one.due_at if taken is None else taken.at, treatment),
        reading="" if taken is None else pressure(taken),
        since_start="" if taken is None else since_start(treatment, taken.at),
        state=STATES[one.state],
        enter=f"{page}?moment={one.moment}#look" if page and may_be_entered else "",
    )


def _at(moment: datetime | None, treatment: Treatment) -> str:
    return "" if moment is None else clock(treatment, moment)


def _watched(minutes: int | None) -> str:
    if minutes is None:
        return _("nobody has looked since the start")
    words = ngettext("{minutes} minute", "{minutes} minutes", minutes).format(minutes=minutes)
    if minutes >= WATCHED_MINUTES:
        return words
    return _("{minutes}, of {wanted} that esketamine’s label asks for").format(minutes=words, wanted=WATCHED_MINUTES)


def _worst(counted: Sequence[Observation], name: str) -> str:
    """Return the highest grade noted, in its words."""
    graded = [one for one in counted if getattr(one, name) is not None]
    if not graded:
        return _("not noted")
    worst = max(graded, key=lambda one: int(getattr(one, name)))
    words = {"sedation": worst.get_sedation_display(), "dissociation": worst.get_dissociation_display()}
    return str(words[name])
