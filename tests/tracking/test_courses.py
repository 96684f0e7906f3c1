"""Courses: several treatments planned at once by the patient's clock, and what is left of one cancelled."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accounts.models import AuditEntry
from backend.tracking.models import CheckIn, Treatment
from backend.tracking.services.refusals import Conflict, Refused
from backend.tracking.services.treating.courses import (
    LONGEST_COURSE,
    cancel_treatments,
    every_days,
    on_weekdays,
    plan_course,
    planned_near,
    rest_of_course,
)
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make

FIRST = datetime(2026, 10, 19, 9, 0, tzinfo=UTC)  # a Monday, 10:00 in London; clocks go back on the 25th
DETAILS = {"drug": "ketamine", "route": "iv", "dose_mg": 40, "indication": "gad"}
LONDON = ZoneInfo("Europe/London")


def by_the_clock(moments, zone=LONDON):
    return [f"{moment.astimezone(zone):%a %d %H:%M}" for moment in moments]


def test_days_are_counted_by_the_local_clock():
    assert by_the_clock(every_days(FIRST, LONDON, count=3, days=4)) == ["Mon 19 10:00", "Fri 23 10:00", "Tue 27 10:00"]
    assert by_the_clock([FIRST + timedelta(days=8)]) == ["Tue 27 09:00"]  # which adding hours would have planned


def test_days_of_the_week_follow_the_first_wherever_it_lies():
    moments = on_weekdays(FIRST + timedelta(days=1), LONDON, count=5, weekdays=[0, 3])
    assert by_the_clock(moments) == ["Tue 20 10:00", "Thu 22 10:00", "Mon 26 10:00", "Thu 29 10:00", "Mon 02 10:00"]


def test_an_hour_that_clocks_skip_is_planned_as_much_later():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 3, 28, 2, 30, tzinfo=berlin).astimezone(UTC)
    assert by_the_clock(every_days(first, berlin, count=3, days=1), berlin)[1:] == ["Sun 29 03:30", "Mon 30 02:30"]


@given(
    minutes=st.integers(0, 10 * 365 * 24 * 60),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    count=st.integers(1, LONGEST_COURSE),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
)
@settings(max_examples=50)
def test_a_course_is_as_long_as_asked_and_goes_forward(minutes, zone, count, weekdays):
    local, first = ZoneInfo(zone), FIRST + timedelta(minutes=minutes)
    moments = on_weekdays(first, local, count=count, weekdays=weekdays)
    assert len(moments) == count
    assert moments == sorted(set(moments))
    assert {moment.astimezone(local).weekday() for moment in moments[1:]} <= weekdays


@pytest.mark.django_db
def test_a_course_is_planned_at_once_and_its_doses_follow_each_other(patient, clinician):
    moments = every_days(FIRST, LONDON, count=3, days=3)
    made = plan_course(
        actor=clinician, patient=patient, details=DETAILS | {"redose_reason": "symptoms_returned"}, moments=moments
    )
    stored = Treatment.objects.order_by("planned_at")
    assert [one.planned_at for one in stored] == moments
    assert [one.redose_reason for one in made] == ["symptoms_returned", "planned", "planned"]
    assert CheckIn.objects.filter(treatment__in=made).values("treatment").distinct().count() == 3
    assert AuditEntry.objects.filter(action="treatment.planned", actor=clinician).count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("details", "days", "field"),
    [
        pytest.param({"drug": "aspirin"}, [0, 3], "drug", id="a detail that is wrong"),
        pytest.param({}, [0, 15], "planned_at", id="too far apart for one course"),
        pytest.param({}, [3, 0], "planned_at", id="backwards"),
        pytest.param({}, [], "count", id="none"),
        pytest.param({}, range(LONGEST_COURSE + 1), "count", id="too many"),
    ],
)
def test_a_course_that_cannot_be_is_refused_whole(patient, clinician, details, days, field):
    moments = [FIRST + timedelta(days=day) for day in days]
    with pytest.raises(Refused) as refused:
        plan_course(actor=clinician, patient=patient, details=DETAILS | details, moments=moments)
    assert refused.value.field == field
    assert not Treatment.objects.exists()


@pytest.fixture
def course(patient, clinician):
    moments = every_days(FIRST, LONDON, count=4, days=3)
    return plan_course(actor=clinician, patient=patient, details=DETAILS, moments=moments)


def cancel(course, place, clinician, **how):
    told = {"reason": "moved away", "and_the_rest": True} | how
    return cancel_treatments(actor=clinician, treatment=course[place], **told)


def test_the_rest_of_a_course_is_cancelled_with_the_reason(course, clinician):
    assert [one.pk for one in cancel(course, 1, clinician)] == [one.pk for one in course[1:]]
    assert [one.state for one in Treatment.objects.order_by("pk")] == ["planned", *["cancelled"] * 3]
    assert {entry.reason for entry in AuditEntry.objects.filter(action="treatment.changed")} == {"moved away"}


def test_one_alone_is_cancelled_alone(course, clinician):
    cancel(course, 1, clinician, and_the_rest=False)
    assert [one.state for one in Treatment.objects.order_by("pk")] == ["planned", "cancelled", "planned", "planned"]


def test_the_rest_ends_where_another_course_begins(course, patient, clinician):
    later = FIRST + timedelta(days=9 + 15)
    make.treatment(of=patient, by=clinician, planned_at=later, redose_reason="planned")
    assert rest_of_course(course[0]) == course[1:]
    correct_treatment(actor=clinician, treatment=course[2], changes={"redose_reason": "symptoms_returned"})
    assert rest_of_course(course[0])[:1] == course[1:2]
    assert course[2] not in rest_of_course(course[0])


def test_cancelling_needs_a_reason_and_the_version_that_was_read(course, clinician):
    with pytest.raises(Refused):
        cancel(course, 0, clinician, reason=" ")
    correct_treatment(actor=clinician, treatment=course[0], changes={"lot": "A1"})
    with pytest.raises(Conflict):
        cancel(course, 0, clinician, expected_version=1)
    assert not Treatment.objects.filter(state="cancelled").exists()


def test_plans_within_an_hour_are_near(course, patient):
    hour = timedelta(hours=1)
    assert planned_near(patient, [FIRST + hour]) == course[0]
    assert planned_near(patient, [FIRST + hour], but=course[0]) is None
    assert planned_near(patient, [FIRST + 1.1 * hour]) is None
