"""What a patient is asked, and when."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, QuerySet, Subquery

from backend.accounts.models import Patient
from backend.accounts.services.clinic_rules import WITH_ITEM9
from backend.instruments import PRIMARY, Instrument, asked_at, get
from backend.tracking.models import Amendment, CheckIn, Rating

ITEM9 = 8  # where its answer stands
SHOWN_DAYS = 28  # [design] twice what PHQ-9 looks back over; a later one takes its place


def due_check_in(patient: Patient, now: datetime) -> CheckIn | None:
    """Return the check-in a patient can answer at an instant; one at a time, the earlier treatment's first."""
    unsettled = CheckIn.objects.unsettled(patient).select_related("treatment__patient__clinic")
    return unsettled.open_at(now).first()


def next_check_in(patient: Patient, now: datetime) -> CheckIn | None:
    """Return the next check-in of a patient that has not opened yet."""
    return CheckIn.objects.unsettled(patient).filter(opens_at__gt=now).order_by("opens_at").first()


def asked_for(check_in: CheckIn) -> tuple[Instrument, ...]:
    """Return every instrument asked at a check-in, in order, answered or not.

    Without those that the clinic leaves out, but always with the first question. A clinic where somebody reads item
    9, and knows what to do about it, gives PHQ-9 in the place of PHQ-8.
    """
    treatment = check_in.treatment
    clinic = treatment.patient.clinic
    given = asked_at(check_in.nominal_hours, treatment.indication)
    asked = tuple(one for one in given if one.slug == PRIMARY or one.slug not in clinic.left_out_instruments)
    if not clinic.asks_item9:
        return asked
    return tuple(get(WITH_ITEM9.get(one.slug, one.slug)) for one in asked)


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
    asked = asked_for(check_in)
    if check_in.nominal_hours is None:
        asked = tuple(one for one in asked if not _looked_back(one, rated, check_in.closes_at))
    return tuple(one for one in asked if one.slug not in here)


def answers_above_zero_to_item9(patients: QuerySet[Patient], now: datetime) -> list[Rating]:
    """Return the last PHQ-9 of those of some patients who lately answered item 9 above zero, the latest first.

    A later one with another answer takes its place, and so does a correction. Patients come with them, and their
    clinics.
    """
    amended = Amendment.objects.filter(rating=OuterRef("pk")).order_by("-pk").values("answers")[:1]
    given = Rating.objects.standing().filter(
        patient__in=patients, instrument__in=WITH_ITEM9.values(), effective_at__gt=now - timedelta(days=SHOWN_DAYS)
    )
    by_time = given.annotate(amended_answers=Subquery(amended)).select_related("patient__clinic__item9_owner")
    last = {one.patient_id: one for one in by_time.order_by("effective_at", "pk") if _to_item9(one) is not None}
    return sorted((one for one in last.values() if _to_item9(one)), key=lambda one: one.effective_at, reverse=True)


def _to_item9(rating: Rating) -> int | None:
    """Return what was answered to item 9 as the last amendment leaves it; needs `amended_answers`."""
    answers: list[int | None] = getattr(rating, "amended_answers", None) or rating.answers
    return answers[ITEM9]


def _looked_back(instrument: Instrument, rated: list[Rating], dosed_at: datetime) -> bool:
    """Tell whether an instrument with a recall window has its baseline already."""
    if not instrument.recall_hours or instrument.baseline_window_hours is None:
        return False
    opens = dosed_at + timedelta(hours=instrument.baseline_window_hours[0])
    mine = (one for one in rated if one.instrument == instrument.slug and one.effective_at >= opens)
    return any(one.total_now is not None for one in mine)
