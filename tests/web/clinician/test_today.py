"""Today: everybody who needs somebody stands there once, with every reason, for those who may know."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Membership
from backend.tracking import estimation
from backend.tracking.models import CheckIn, Treatment
from backend.tracking.today import Reason, looked_at
from tests import make

HOURS = timedelta(hours=1)
RESPONDED = {-1: 8, 1: 6, 2: 3, 3: 3, 4: 3}
A_WEEK = 168


def said(client, path="/today/", status=200):
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


@pytest.fixture
def dosed(patient, clinician, now):
    """A treatment so many hours ago with ratings and outcomes, the end of the dose 40 minutes after its start."""

    def dose(hours_ago, scores=None, of=patient, **details):
        treatment = make.treatment(of=of, by=clinician, started_at=now - hours_ago * HOURS, **details)
        make.ratings(of=treatment, scores=scores or {}, by=clinician)
        estimation.refresh(treatment.pk)
        return treatment

    return dose


@pytest.fixture
def reasons(clinic, now):
    """The reasons of each patient, by code."""

    def found(at=now, alerts=()):
        listed = looked_at([clinic], alerts, at)
        return {one.treatment.patient.code: [need.reason.value for need in one.needs] for one in listed}

    return found


@pytest.fixture
def need(clinic, now):
    """The one need of a kind."""

    def found(reason, at=now):
        [one] = [need for one in looked_at([clinic], (), at) for need in one.needs if need.reason == reason]
        return one

    return found


# In the room


def test_somebody_is_in_the_room_from_the_dose_to_the_close_of_the_fourth_hour(dosed, reasons, now):
    started_at = dosed(0).started_at
    assert reasons(started_at) == {"P-1": ["room"]}
    assert "room" in reasons(started_at + 4.74 * HOURS)["P-1"]
    assert "room" not in reasons(started_at + 4.75 * HOURS).get("P-1", [])


def test_the_next_check_in_and_those_missed_stand_with_it(dosed, need):
    dosed(2.8, {-1: 8, 2: 5})
    in_room = need(Reason.IN_ROOM)
    assert (in_room.check_in, in_room.missed) == ("+3 h", ("+1 h",))


def test_what_was_skipped_was_not_missed(dosed, need):
    make.skip(of=dosed(2.7).check_ins.get(name="+1 h"))
    assert need(Reason.IN_ROOM).missed == ()
    assert need(Reason.IN_ROOM).check_in == "+2 h"


def test_a_prompt_nobody_answered_is_a_reason_until_it_is_answered(dosed, reasons):
    treatment = dosed(1.3)
    assert reasons() == {"P-1": ["unanswered", "room"]}
    make.rating(of=treatment, hours=1.25, score=5)
    assert reasons() == {"P-1": ["room"]}


def test_a_treatment_without_hourly_check_ins_keeps_nobody_in_the_room(dosed, reasons):
    dosed(1, protocol="weekly")
    assert reasons() == {}


def test_a_planned_dose_is_expected_on_its_day_by_the_clinics_calendar(clinic, patient, clinician, reasons, now):
    clinic.time_zone = "Pacific/Auckland"
    clinic.save()
    planned = make.treatment(of=patient, by=clinician, planned_at=now)
    assert reasons(now) == {"P-1": ["expected"]}
    assert reasons(now + 24 * HOURS) == {}
    assert reasons(now - 24 * HOURS) == {}
    Treatment.objects.filter(pk=planned.pk).update(state="cancelled")
    assert reasons(now) == {}


@pytest.mark.parametrize(
    ("scores", "rising"),
    [
        ({-1: 5, 1: 8}, (8, 5)),
        ({-1: 5, 1: 7}, None),
        ({-1: 8, 1: 3, 2: 6}, (6, 3)),
        ({-1: 5, 1: 9, 2: 6}, None),  # it has come down again
        ({-1: 3, 1: 5, 2: 6}, (6, 3)),
        ({1: 9}, None),  # nothing to compare it with
    ],
)
def test_a_rise_in_the_room_is_a_reason_without_any_rule(dosed, clinic, now, scores, rising):
    dosed(2.4, scores)
    needs = [need for one in looked_at([clinic], (), now) for need in one.needs if need.reason == Reason.RISING]
    assert [(one.score, one.against) for one in needs] == ([rising] if rising else [])


def test_a_correction_counts_as_corrected(dosed, reasons, clinician):
    treatment = dosed(2.4, {-1: 5, 1: 9})
    assert "rising" in reasons()["P-1"]
    make.amendment(of=treatment.ratings.last(), score=4, by=clinician)
    assert "rising" not in reasons()["P-1"]


# Response and relief


@pytest.mark.parametrize(
    ("scores", "listed"),
    [
        ({-1: 8, 1: 6, 4: 5}, True),
        ({-1: 8, 1: 4, 4: 7}, False),  # halved once
        ({-1: 8}, False),  # nobody can say
        ({1: 7, 4: 7}, False),  # half of what?
    ],
)
def test_no_response_is_told_once_the_fourth_hour_has_closed(dosed, reasons, now, scores, listed):
    started_at = dosed(4.76, scores).started_at
    assert ("no-response" in reasons().get("P-1", [])) == listed
    assert "no-response" not in reasons(started_at + 4.7 * HOURS).get("P-1", [])
    assert "no-response" not in reasons(started_at + 24 * HOURS).get("P-1", [])


def test_relief_that_ends_and_relief_that_was_lost_lately(dosed, reasons, stranger):
    dosed(8 * 24, RESPONDED | {A_WEEK: 7})
    dosed(8 * 24, {-1: 8, 1: 4, 2: 1, 3: 1, 4: 1, A_WEEK: 4}, of=stranger)
    assert reasons() == {"P-1": ["lost"], "P-2": ["ending"]}


def test_relief_lost_longer_ago_or_before_a_later_treatment_is_not_listed(dosed, reasons, now, patient):
    treatment = dosed(8 * 24, RESPONDED | {A_WEEK: 7})
    assert "lost" in reasons(treatment.started_at + (A_WEEK + 6.9 * 24) * HOURS)["P-1"]
    assert "lost" not in reasons(treatment.started_at + (A_WEEK + 7.1 * 24) * HOURS).get("P-1", [])
    dosed(20)
    assert "lost" not in reasons().get("P-1", [])


def test_a_last_rating_of_weeks_ago_says_nothing_of_today(dosed, reasons):
    treatment = dosed(8 * 24, {-1: 5, 1: 8, A_WEEK: 8})
    assert "worse" in reasons(treatment.started_at + (A_WEEK + 13 * 24) * HOURS)["P-1"]
    assert "worse" not in reasons(treatment.started_at + (A_WEEK + 14 * 24) * HOURS).get("P-1", [])


def test_ending_before_the_median_of_two_earlier_losses_is_earlier_than_usual(dosed, reasons, patient):
    for days_ago in (90, 60):  # held until day 14, lost by day 21
        dosed(days_ago * 24, RESPONDED | {A_WEEK: 3, 2 * A_WEEK: 3, 3 * A_WEEK: 7})
    dosed(8 * 24, RESPONDED | {A_WEEK: 7})
    assert reasons() == {"P-1": ["earlier", "lost"]}


def test_one_earlier_loss_is_no_habit_and_as_long_as_before_is_not_earlier(dosed, reasons):
    dosed(90 * 24, RESPONDED | {A_WEEK: 3, 2 * A_WEEK: 3, 3 * A_WEEK: 7})
    dosed(8 * 24, RESPONDED | {A_WEEK: 7})
    assert reasons() == {"P-1": ["lost"]}


def test_lost_as_early_as_before_is_not_earlier(dosed, reasons):
    for days_ago in (90, 60):
        dosed(days_ago * 24, RESPONDED | {A_WEEK: 7})
    dosed(8 * 24, RESPONDED | {A_WEEK: 7})
    assert reasons() == {"P-1": ["lost"]}


def test_a_weekly_check_in_is_overdue_from_its_second_reminder_until_it_closes(dosed, reasons):
    treatment = dosed(8 * 24, RESPONDED)
    week_1 = CheckIn.objects.get(treatment=treatment, name="week 1")
    assert reasons(week_1.due_at + 23 * HOURS) == {}
    assert reasons(week_1.due_at + 25 * HOURS) == {"P-1": ["overdue"]}
    assert reasons(week_1.closes_at) == {}


# The page


def test_the_page_tells_each_patient_once_with_every_reason(at_desk, dosed, patient):
    treatment = dosed(2.4, {-1: 5, 1: 9})
    page = said(at_desk)
    assert page.count(f'id="patient-{patient.pk}"') == 1
    assert f'href="/patients/{patient.pk}/?treatment={treatment.pk}"' in page
    assert "in the room" in page
    assert "2 h 24 min since the start; +2 h open since at" in page or "2 h 24 min since the start" in page
    assert "anxiety rose" in page
    assert "from 5 to 9" in page


def test_a_dose_that_is_being_given_says_so(at_desk, dosed):
    dosed(0.5)
    assert "dose running, 0 h 30 min so far" in said(at_desk)


def test_what_the_list_is_filtered_and_sorted_by_stands_in_the_address(at_desk, dosed, stranger):
    dosed(1.3)
    dosed(2, {-1: 5, 1: 6, 2: 9}, of=stranger)
    by_urgency, by_code = said(at_desk), said(at_desk, "/today/?sort=patient")
    assert by_urgency.index(">P-2<") < by_urgency.index(">P-1<")
    assert by_code.index(">P-1<") < by_code.index(">P-2<")
    only = said(at_desk, "/today/?reason=rising&sort=since")
    assert ">P-2<" in only
    assert ">P-1<" not in only
    assert 'href="/today/?reason=room&amp;sort=since"' in only
    assert 'data-address="/today/list/?reason=rising&amp;sort=since"' in only
    assert "Nobody is listed for this reason now." in said(at_desk, "/today/?reason=lost")
    assert said(at_desk, "/today/?reason=<b>&sort=;").count("row-link") == 2


def test_the_fragment_is_the_list_of_the_page(at_desk, dosed):
    dosed(2.4, {-1: 5, 1: 9})
    fragment = said(at_desk, "/today/list/?reason=room&sort=patient")
    assert fragment.startswith('<div id="list"')
    assert fragment.split('data-told="')[1].split(">", 1)[1] in said(at_desk, "/today/?reason=room&sort=patient")


def test_who_treats_can_start_an_expected_dose_from_here_and_who_only_reads_cannot(client, clinic, patient, owner, now):
    planned = make.treatment(of=patient, by=owner, planned_at=now)
    start = f'href="/patients/{patient.pk}/treatments/{planned.pk}/start/"'
    client.force_login(owner)
    assert start in said(client)
    client.force_login(make.member(at=clinic, role="researcher"))
    page = said(client)
    assert "expected today" in page
    assert start not in page


def test_nobody_to_look_at_is_said(at_desk):
    assert "Nobody needs looking at now" in said(at_desk)


def test_other_clinics_patients_are_not_there(client, dosed, other_clinic):
    dosed(1.3)
    client.force_login(other_clinic)
    assert "Nobody needs looking at now" in said(client)


def test_somebody_who_no_longer_works_there_finds_no_page(at_desk, clinician, dosed, now):
    dosed(1.3)
    Membership.objects.filter(person=clinician).update(ended_at=now)
    said(at_desk, status=404)
    said(at_desk, "/today/list/", status=404)


def test_the_navigation_leads_here(at_desk):
    assert 'href="/today/" aria-current="page"' in said(at_desk)


def test_two_hundred_in_the_room_cost_as_many_queries_as_one(at_desk, clinic, clinician, owner, now):
    def start():
        somebody = make.patient(at=clinic, sign_in=False)
        treatment = make.treatment(of=somebody, by=clinician, started_at=now - 2.4 * HOURS)
        make.ratings(of=treatment, scores={-1: 5, 1: 9}, by=clinician)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            said(at_desk)
        return len(queries)

    make.alert_plan(at=clinic, owner=owner)
    make.alert_rule(at=clinic, by=owner)
    start()
    one = asked()
    for _ in range(9):
        start()
    assert asked() == one <= 12
