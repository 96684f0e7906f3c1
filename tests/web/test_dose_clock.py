"""The dose clock: staff start it, a patient who takes a dose at home starts it in two taps."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.tracking.models import Treatment
from tests import make

SUBLINGUAL = {"drug": "ketamine", "route": "sublingual", "at_home": True}


def said(response):
    return " ".join(response.content.decode().split())


# At home


@pytest.fixture
def at_home(patient, clinician, now):
    def plan(hours_from_now=1, **details):
        planned_at = now + timedelta(hours=hours_from_now)
        treatment = make.treatment(of=patient, by=clinician, planned_at=planned_at, **(SUBLINGUAL | details))
        for check_in in treatment.check_ins.filter(nominal_hours=None, opens_at__lte=now):
            make.skip(of=check_in)  # so that nothing is due
        return treatment

    return plan


def test_two_taps_start_a_dose_at_home(on_phone, at_home, now):
    treatment = at_home()
    page = f"/treatments/{treatment.pk}/start/"
    assert f'href="{page}"' in said(on_phone.get("/"))
    confirm = said(on_phone.get(page))
    assert "I have taken it now" in confirm
    assert "Do not drive until tomorrow, after sleep." in confirm
    response = on_phone.post(page, {"minutes_ago": "0"}, follow=True)
    assert "Noted: your dose started" in said(response)
    treatment.refresh_from_db()
    assert treatment.state == "started"
    assert timedelta() <= treatment.started_at - now < timedelta(minutes=1)
    assert "Dose started" not in said(on_phone.get("/"))


def test_it_may_have_been_a_while_ago_without_typing(on_phone, at_home, now):
    treatment = at_home()
    page = f"/treatments/{treatment.pk}/start/"
    offered = re.findall(r'name="minutes_ago" value="(\d+)"', said(on_phone.get(page)))
    assert offered == ["0", "15", "30", "60"]
    on_phone.post(page, {"minutes_ago": "30"})
    treatment.refresh_from_db()
    assert timedelta(minutes=29) < now - treatment.started_at <= timedelta(minutes=30)


def test_a_second_tap_moves_nothing(on_phone, at_home):
    treatment = at_home()
    page = f"/treatments/{treatment.pk}/start/"
    on_phone.post(page, {"minutes_ago": "15"})
    first = Treatment.objects.get().started_at
    assert on_phone.post(page, {"minutes_ago": "0"}).headers["Location"] == "/"
    assert Treatment.objects.get().started_at == first


@pytest.mark.parametrize("minutes", ["", "7", "-15", "soon"])
def test_another_time_than_those_offered_is_asked_again(on_phone, at_home, minutes):
    page = f"/treatments/{at_home().pk}/start/"
    assert on_phone.post(page, {"minutes_ago": minutes}).headers["Location"] == page
    assert Treatment.objects.get().state == "planned"


def test_far_from_its_plan_nothing_is_offered(on_phone, at_home):
    treatment = at_home(hours_from_now=13)
    assert "Dose started" not in said(on_phone.get("/"))
    assert on_phone.get(f"/treatments/{treatment.pk}/start/").headers["Location"] == "/"


def test_a_dose_at_the_clinic_is_not_the_patients_to_start(on_phone, at_home):
    treatment = at_home(at_home=False, route="iv")
    assert "Dose started" not in said(on_phone.get("/"))
    assert on_phone.post(f"/treatments/{treatment.pk}/start/", {"minutes_ago": "0"}).status_code == 404


def test_somebody_elses_is_not_there(client, at_home, stranger, clinician):
    page = f"/treatments/{at_home().pk}/start/"
    for person in (stranger.person, clinician):
        client.force_login(person)
        assert client.post(page, {"minutes_ago": "0"}).status_code == 404


# Staff


@pytest.fixture
def planned(patient, clinician, now):
    return make.treatment(of=patient, by=clinician, planned_at=now + timedelta(minutes=10))


def page_of(treatment):
    return f"/patients/{treatment.patient_id}/treatments/{treatment.pk}/start/"


def test_staff_find_the_clock_on_the_patients_page(at_desk, planned):
    assert f'href="{page_of(planned)}">Dose started</a>' in said(at_desk.get(f"/patients/{planned.patient_id}/"))


def test_it_starts_now(at_desk, planned, now):
    response = at_desk.post(page_of(planned), {"when": "now", "started_at": ""}, follow=True)
    assert "The dose started" in said(response)
    planned.refresh_from_db()
    assert timedelta() <= planned.started_at - now < timedelta(minutes=1)
    assert planned.check_ins.get(name="+1 h").due_at == planned.started_at + timedelta(hours=1)


def test_it_started_at_a_time_by_the_patients_clock(at_desk, planned, patient, now):
    patient.time_zone = "America/New_York"
    patient.save()
    there = (now - timedelta(minutes=20)).astimezone(ZoneInfo("America/New_York")).replace(second=0, microsecond=0)
    at_desk.post(page_of(planned), {"when": "given", "started_at": f"{there:%Y-%m-%dT%H:%M}"})
    planned.refresh_from_db()
    assert planned.started_at == there


def test_a_start_still_to_come_is_refused_beside_its_field(at_desk, planned, now):
    tomorrow = now + timedelta(days=1)
    response = at_desk.post(page_of(planned), {"when": "given", "started_at": f"{tomorrow:%Y-%m-%dT%H:%M}"})
    assert "This time is still to come." in said(response)
    assert Treatment.objects.get().state == "planned"


def test_an_hour_that_the_clock_skips_is_refused(at_desk, planned, patient):
    patient.time_zone = "Europe/Berlin"
    patient.save()
    response = at_desk.post(page_of(planned), {"when": "given", "started_at": "2026-03-29T02:30"})
    assert "the clocks go forward and skip this time" in said(response)
    assert Treatment.objects.get().state == "planned"


def test_what_somebody_else_has_started_is_not_started_again(at_desk, treated):
    started = treated(hours_ago=2.1)
    response = at_desk.post(page_of(started), {"when": "now"}, follow=True)
    assert response.redirect_chain == [(f"/patients/{started.patient_id}/treatments/{started.pk}/", 302)]
    assert "Somebody else has recorded the start" in said(response)
    assert Treatment.objects.get().started_at == started.started_at


def test_a_dose_does_not_start_while_another_is_given(at_desk, treated, planned):
    other = treated(hours_ago=0.5)
    Treatment.objects.filter(pk=other.pk).update(ended_at=other.started_at + timedelta(hours=2))
    response = at_desk.post(page_of(planned), {"when": "now"})
    assert "Another treatment of this patient was being given then" in said(response)
    assert Treatment.objects.get(pk=planned.pk).state == "planned"


def test_those_who_only_read_find_no_clock(client, clinic, planned):
    client.force_login(make.member(at=clinic, role="researcher"))
    assert "Dose started" not in said(client.get(f"/patients/{planned.patient_id}/"))
    assert client.get(page_of(planned)).status_code == 404
    assert client.post(page_of(planned), {"when": "now"}).status_code == 404


def test_a_cancelled_treatment_has_no_clock(at_desk, planned):
    Treatment.objects.filter(pk=planned.pk).update(state="cancelled")
    assert "Dose started" not in said(at_desk.get(f"/patients/{planned.patient_id}/"))
    assert at_desk.get(page_of(planned)).status_code == 404


def test_another_patients_treatment_is_not_found_under_this_one(at_desk, planned, stranger):
    assert at_desk.get(f"/patients/{stranger.pk}/treatments/{planned.pk}/start/").status_code == 404
