"""The looks at a patient as rows of a table: what was corrected or struck out stays visible beside what counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from backend.charts.words import human_time
from backend.tracking.models import Observation, Treatment
from backend.tracking.monitoring import unusual
from backend.web.clinician.words import signed
from backend.web.moments import stamp

WRITTEN_AT_ONCE = timedelta(minutes=15)
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One look. `said`: what was done about it since; `address`: where it is corrected, empty where it cannot be."""

    when: str
    since_start: str
    pressure: str
    pulse: str
    oxygen: str
    sedation: str
    dissociation: str
    remark: str
    by: str
    said: list[str]
    is_standing: bool
    is_unusual: bool
    address: str


def looks_at(treatment: Treatment) -> list[Observation]:
    """Return every row about a treatment as it was written, by the time it speaks of."""
    rows = Observation.objects.filter(treatment=treatment).select_related("recorded_by").order_by("at", "pk")
    found = list(rows)
    for one in found:
        one.treatment = treatment
    return found


def standing(looks: Sequence[Observation]) -> list[Observation]:
    """Return those that nothing replaced and nobody struck."""
    replaced = {one.replaces_id for one in looks}
    return [one for one in looks if one.pk not in replaced and not one.struck]


def rows_of(looks: Sequence[Observation], *, by_those_who_treat: bool) -> list[Row]:
    """Return looks at one treatment as rows; what was written in words is for those who treat there."""
    replaced_by = {one.replaces_id: one for one in looks if one.replaces_id is not None}
    return [_row(one, replaced_by.get(one.pk), is_full=by_those_who_treat) for one in looks if not one.struck]


def pressure(observation: Observation) -> str:
    """Return "128/82", empty where it was not taken."""
    if observation.systolic is None or observation.diastolic is None:
        return ""
    return f"{observation.systolic}/{observation.diastolic}"


def since_start(treatment: Treatment, at: datetime) -> str:
    """Return "40 min" or "12 min before", empty while the dose has not started."""
    return "" if treatment.started_at is None else human_time((at - treatment.started_at) / AN_HOUR)


def clock(treatment: Treatment, moment: datetime) -> str:
    """Return "10:40" on the day of the dose, where the date goes without saying, and the date with it on another."""
    zone = treatment.patient.time_zone
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there:%H:%M}" if treatment.is_dose_day(moment) else stamp(moment, zone)


def percent(number: int | None) -> str:
    """Return a whole percentage, empty where there is none."""
    return "" if number is None else f"{number}\N{NO-BREAK SPACE}%"


def _row(one: Observation, newer: Observation | None, *, is_full: bool) -> Row:
    treatment, zone = one.treatment, one.treatment.patient.time_zone
    said = [_("written down {when}").format(when=stamp(one.recorded_at, zone))] if _is_late(one) else []
    if newer is not None:
        said.append(_change(newer, zone, is_full=is_full))
    address = reverse("observation", args=[treatment.patient_id, treatment.pk, one.pk])
    return Row(
        when=clock(treatment, one.at),
        since_start=since_start(treatment, one.at),
        pressure=pressure(one),
        pulse="" if one.pulse is None else str(one.pulse),
        oxygen=percent(one.oxygen_percent),
        sedation="" if one.sedation is None else str(one.get_sedation_display()),
        dissociation="" if one.dissociation is None else str(one.get_dissociation_display()),
        remark=one.remark if is_full else "",
        by=signed(one.recorded_by),
        said=said,
        is_standing=newer is None,
        is_unusual=newer is None and bool(unusual(one)),
        address=address if newer is None and is_full else "",
    )


def _is_late(one: Observation) -> bool:
    """Tell whether a look was written down a while after it; a correction always is."""
    return one.replaces_id is None and one.recorded_at - one.at > WRITTEN_AT_ONCE


def _change(newer: Observation, zone: str, *, is_full: bool) -> str:
    struck, corrected = _("struck out {when} by {who}"), _("corrected {when} by {who}")
    words = (struck if newer.struck else corrected).format(
        when=stamp(newer.recorded_at, zone), who=signed(newer.recorded_by)
    )
    return _("{change}: {reason}").format(change=words, reason=newer.reason) if is_full else words
