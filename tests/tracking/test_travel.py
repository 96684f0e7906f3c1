"""A patient who travels: what has not opened yet follows the clocks where they are, and nothing else moves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.models import AuditEntry
from backend.tracking.models import CheckIn, Effect, Fate
from backend.tracking.reminders.planning import plan
from backend.tracking.services.enrolling.patients import change_patient, renew_calendar_address
from backend.tracking.services.refusals import Refused
from tests import make

pytestmark = pytest.mark.django_db
ZONES = sorted(available_timezones() - {"localtime"})
JUMP = timedelta(hours=3)  # by which any clock changes at most


def windows(treatment):
    return {one.name: (one.opens_at, one.due_at, one.closes_at) for one in treatment.check_ins.order_by("number")}


def travel(patient, zone):
    change_patient(actor=patient.person, patient=patient, fields={"time_zone": zone})


TRIPS = st.fixed_dictionaries(
    {
        "zones": st.lists(st.sampled_from(ZONES), min_size=2, max_size=4),
        "since_the_dose": st.timedeltas(timedelta(), timedelta(days=80)),
        "answered": st.sets(st.integers(min_value=1, max_value=12), max_size=3),
    }
)


@given(trip=TRIPS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whoever_travels_however_keeps_what_was_answered_and_has_one_window_at_a_time(clinic, clinician, trip):
    start, *journeys = trip["zones"]
    patient = make.patient(at=clinic, time_zone=start)
    now = timezone.now()
    dosed_at = now - trip["since_the_dose"]
    treatment = make.treatment(of=patient, by=clinician, started_at=dosed_at, protocol="hourly-bridged-weekly")
    for week in trip["answered"]:
        if dosed_at + timedelta(weeks=week) < now:
            make.rating(of=treatment, hours=week * 168)
    before = windows(treatment)
    settled = {name: times for name, times in before.items() if times[0] <= now or not name.startswith("week")}
    for zone in journeys:
        travel(patient, zone)
        after = windows(treatment)
        settled = {name: times for name, times in after.items() if times[0] <= timezone.now()} | settled
    last = ZoneInfo(journeys[-1])
    for name, times in before.items():
        assert all(abs(new - old) <= JUMP for new, old in zip(after[name], times, strict=True)), name
        if name in settled:
            assert after[name] == settled[name], name
        else:
            week = timedelta(weeks=int(name.removeprefix("week ")))
            wanted = dosed_at.astimezone(last).replace(tzinfo=None) + week
            there = after[name][1].astimezone(last)
            skipped = wanted.replace(tzinfo=last).astimezone(UTC).astimezone(last).replace(tzinfo=None) != wanted
            assert there.replace(tzinfo=None) == wanted or skipped, name
    in_order = sorted(times for name, times in after.items() if name not in {"evening before", "arrival"})
    assert all(opens < due < closes for opens, due, closes in in_order)
    assert all(one[2] <= other[0] for one, other in pairwise(in_order))
    assert CheckIn.objects.filter(treatment=treatment, ratings__isnull=False).count() <= len(trip["answered"])


def test_a_journey_is_on_record_and_an_unknown_zone_refused(patient):
    travel(patient, "Asia/Tokyo")
    entry = AuditEntry.objects.get(action="patient.changed")
    assert entry.changes == {"time_zone": ["Europe/London", "Asia/Tokyo"]}
    assert (entry.actor, entry.patient) == (patient.person, patient)
    with pytest.raises(Refused, match="no time zone"):
        travel(patient, "Asia/Atlantis")
    patient.refresh_from_db()
    assert patient.time_zone == "Asia/Tokyo"


def test_reminders_keep_out_of_the_night_where_the_patient_is_now(patient, clinician):
    now = timezone.now()
    dosed_at = datetime.combine(now.date() - timedelta(days=6), datetime.min.time(), UTC) + timedelta(hours=10)
    treatment = make.treatment(of=patient, by=clinician, started_at=dosed_at)
    plan(now)
    travel(patient, "Pacific/Honolulu")  # ten in London is midnight there
    week = treatment.check_ins.get(name="week 1")
    waiting = Effect.objects.filter(check_in=week, state=Fate.WAITING)
    assert waiting.exists()
    for effect in waiting:
        local = effect.due_at.astimezone(ZoneInfo("Pacific/Honolulu"))
        assert 8 <= local.hour < 21


def test_staying_where_one_is_moves_nothing(patient, clinician):
    treatment = make.treatment(of=patient, by=clinician)
    before = windows(treatment)
    change_patient(actor=patient.person, patient=patient, fields={"time_zone": patient.time_zone, "wants_sms": False})
    assert windows(treatment) == before
    assert not AuditEntry.objects.filter(action="patient.changed").exists()


def test_neither_a_number_nor_a_secret_is_put_on_record(patient):
    old = patient.calendar_secret
    change_patient(actor=patient.person, patient=patient, fields={"phone": "+44 7700 900123", "help_country": "US"})
    renew_calendar_address(actor=patient.person, patient=patient)
    patient.refresh_from_db()
    assert patient.calendar_secret != old
    kept = str(list(AuditEntry.objects.filter(action="patient.changed").values_list("changes", flat=True)))
    assert "7700" not in kept
    assert old not in kept
    assert patient.calendar_secret not in kept
    assert "help_country" in kept
