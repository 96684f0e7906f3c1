"""What a patient is asked, and when."""

from datetime import datetime, timedelta

from backend.accounts.models import Patient
from backend.instruments import PRIMARY, Instrument, asked_at
from backend.tracking.models import CheckIn, Rating


def due_check_in(patient: Patient, now: datetime) -> CheckIn | None:
    """Return the check-in a patient can answer at an instant; one at a time, the earlier treatment's first."""
    unsettled = CheckIn.objects.unsettled(patient).select_related("treatment__patient__clinic")
    return unsettled.open_at(now).first()


def next_check_in(patient: Patient, now: datetime) -> CheckIn | None:
    """Return the next check-in of a patient that has not opened yet."""
    return CheckIn.objects.unsettled(patient).filter(opens_at__gt=now).order_by("opens_at").first()


def questions(check_in: CheckIn) -> tuple[Instrument, ...]:
    """Return the instruments still to answer at a check-in, in order.

    One left blank is not asked again there, but for the first question, with which the check-in is answered. Before
    the dose, one that looks back over days is asked until it is answered once within its own baseline window.
    """
    treatment = check_in.treatment
    rated = list(Rating.objects.standing().filter(treatment=treatment))
    here = {one.instrument for one in rated if one.check_in_id == check_in.pk}
    if all(one.total_now is None for one in rated if one.check_in_id == check_in.pk and one.instrument == PRIMARY):
        here.discard(PRIMARY)
    asked = asked_at(check_in.nominal_hours, treatment.indication)
    if check_in.nominal_hours is None:
        asked = tuple(one for one in asked if not _looked_back(one, rated, check_in.closes_at))
    return tuple(one for one in asked if one.slug not in here)


def _looked_back(instrument: Instrument, rated: list[Rating], dosed_at: datetime) -> bool:
    """Tell whether an instrument with a recall window has its baseline already."""
    if not instrument.recall_hours or instrument.baseline_window_hours is None:
        return False
    opens = dosed_at + timedelta(hours=instrument.baseline_window_hours[0])
    mine = (one for one in rated if one.instrument == instrument.slug and one.effective_at >= opens)
    return any(one.total_now is not None for one in mine)
