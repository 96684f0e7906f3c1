"""The treatments of one patient beside each other: how fast and how long relief was, and what exactly was given."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.tracking.models import Outcome, Progress, RedoseReason, Treatment, Unit
from backend.web.clinician.patient.look import Look
from backend.web.clinician.patient.outcomes import Number, best, duration, onset
from backend.web.clinician.words import Chip, dated, given, per_kg, status
from backend.web.moments import stamp

Span = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One started treatment; against the first one: faster or slower, shorter or longer, or that nobody can tell."""

    treatment: Treatment
    when: str
    given: str
    status: Chip | None
    onset: tuple[Number, Number] | None
    lasted: tuple[Number, Number] | None
    best: Number | None
    faster: str
    longer: str


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One treatment as it was given or planned; `beside` is what else happened that day."""

    treatment: Treatment
    when: str
    until: str
    given: str
    route: str
    per_kg: str
    beside: list[str]
    because: str
    state: Chip | None


def session_rows(look: Look) -> list[SessionRow]:
    """Return the started treatments by time, each beside the first."""
    told = [(one, look.outcome(one, Unit.TREATMENT)) for one in look.history.started]
    first = told[0][1] if told else None
    return [_session(one, outcome, None if place == 0 else first) for place, (one, outcome) in enumerate(told)]


def _session(treatment: Treatment, outcome: Outcome | None, first: Outcome | None) -> SessionRow:
    return SessionRow(
        treatment=treatment,
        when=dated(treatment, treatment.patient.time_zone),
        given=given(treatment),
        status=status(outcome, treatment) if outcome else None,
        onset=onset(outcome) if outcome else None,
        lasted=duration(outcome) if outcome else None,
        best=best(outcome) if outcome else None,
        faster=_faster(outcome, first) if outcome and first else "",
        longer=_longer(outcome, first) if outcome and first else "",
    )


def _faster(this: Outcome, first: Outcome) -> str:
    """Compare two onsets that were both seen: only spans that do not overlap can be told apart."""
    spans = [(one.onset_lower_hours, one.onset_upper_hours) for one in (this, first)]
    both_seen = all(upper is not None and upper != float("inf") for _lower, upper in spans)
    return (both_seen and _apart(*spans, sooner=_("faster"), later=_("slower"))) or _("how fast: cannot tell")


def _longer(this: Outcome, first: Outcome) -> str:
    """Compare how long relief lasted in the same way; relief that still lasts can already be longer."""
    spans = [(one.duration_lower_hours, one.duration_upper_hours) for one in (this, first)]
    return _apart(*spans, sooner=_("shorter"), later=_("longer")) or _("how long: cannot tell")


def _apart(this: Span, first: Span, *, sooner: str, later: str) -> str:
    """Say which of two spans lies before the other; nothing where nobody can tell.

    No span holds its lower end, so spans that only touch do not overlap.
    """
    (lower, upper), (first_lower, first_upper) = this, first
    if lower is None or upper is None or first_lower is None or first_upper is None:
        return ""
    if upper <= first_lower:
        return sooner
    return later if first_upper <= lower else ""


def dose_rows(look: Look) -> list[DoseRow]:
    """Return all treatments, the latest first, those planned and cancelled too."""
    return [_dose(one) for one in look.history.treatments]


def _dose(treatment: Treatment) -> DoseRow:
    zone = treatment.patient.time_zone
    rescue, by_weight = treatment.rescue_medication_at, per_kg(treatment)
    beside = [
        (treatment.lot != "", _("lot {lot}").format(lot=treatment.lot)),
        (treatment.benzodiazepine_24h, _("benzodiazepine in the 24 h before")),
        (rescue is not None, _("rescue medication {when}").format(when=stamp(rescue, zone) if rescue else "")),
        (treatment.psychotherapy_same_day, _("psychotherapy the same day")),
        (treatment.at_home, _("taken at home")),
    ]
    return DoseRow(
        treatment=treatment,
        when=dated(treatment, treatment.patient.time_zone),
        until=stamp(treatment.ended_at, zone).rsplit(" ", 1)[-1] if treatment.ended_at else "",
        given=given(treatment),
        route=str(treatment.get_route_display()),
        per_kg=_("{number} mg/kg").format(number=by_weight) if by_weight else "",
        beside=[words for holds, words in beside if holds],
        because="" if treatment.redose_reason == RedoseReason.UNKNOWN else str(treatment.get_redose_reason_display()),
        state=None if treatment.state == Progress.STARTED else Chip(str(treatment.get_state_display())),
    )
