"""Planning a treatment or a course: what is asked before it is stored, and that nothing typed is lost."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.accounts.models import Clinic, Patient
from backend.tracking.models import Treatment
from tests import make

LONDON = ZoneInfo("Europe/London")


def said(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def page(patient):
    return f"/patients/{patient.pk}/treatments/new/"


@pytest.fixture
def typed(now):
    """A form as a clinician fills it in for tomorrow at ten; a change to None leaves the field empty."""
    tomorrow = (now.astimezone(LONDON) + timedelta(days=1)).replace(hour=10, minute=0)

    def fill(**changes):
        whole = {
            "drug": "ketamine",
            "drug_name": "",
            "route": "iv",
            "dose_mg": "40",
            "weight_kg": "80",
            "indication": "gad",
            "planned_at": f"{tomorrow:%Y-%m-%dT%H:%M}",
            "count": "1",
            "spacing": "days",
            "days": "",
            "protocol": "hourly-bridged-weekly",
            "step": "store",
        } | changes
        return {name: value for name, value in whole.items() if value is not None}

    return fill


def asked(response):
    """The boxes to tick that a page offers."""
    return re.findall(r'name="sure" value="([^"]+)"', response.content.decode())


def test_what_was_typed_is_shown_once_more_with_the_dose_by_weight(at_desk, page, typed):
    response = at_desk.post(page, typed(step="check"))
    assert "0.5 mg/kg" in said(response)
    assert "Hourly, day 1 and day 3, then weekly" in said(response)
    assert not Treatment.objects.exists()
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()))
    assert kept.items() >= typed(step=None).items()
    back = at_desk.post(page, kept | {"step": "change"})
    assert 'name="dose_mg" value="40"' in said(back)
    assert at_desk.post(page, kept | {"step": "store"}).status_code == 302
    assert Treatment.objects.get().dose_mg == 40


@pytest.mark.parametrize("when", ["0001-01-01T00:00", "1999-12-31T23:59", "2200-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_plan_at_either_end_of_the_calendar_is_refused_beside_its_field(at_desk, page, typed, patient, zone, when):
    Patient.objects.filter(pk=patient.pk).update(time_zone=zone)
    response = at_desk.post(page, typed(planned_at=when, count="24", days="13"))
    assert response.status_code == 200
    assert "Choose a day in the years 2000 to 2199." in said(response)
    assert not Treatment.objects.exists()


def test_a_treatment_is_planned_by_the_patients_clock(at_desk, page, typed, patient):
    Patient.objects.filter(pk=patient.pk).update(time_zone="America/New_York")
    wall = typed()["planned_at"]
    response = at_desk.post(page, typed(), follow=True)
    treatment = Treatment.objects.get()
    assert f"{treatment.planned_at.astimezone(ZoneInfo('America/New_York')):%Y-%m-%dT%H:%M}" == wall
    assert "1 treatment is planned." in said(response)
    assert (treatment.state, treatment.protocol, treatment.redose_reason) == ("planned", "hourly-bridged-weekly", "")


def test_a_course_is_planned_every_so_many_days_or_on_days_of_the_week(at_desk, page, typed):
    at_desk.post(page, typed(count="3", days="3"))
    planned = [one.planned_at.astimezone(LONDON) for one in Treatment.objects.order_by("planned_at")]
    assert [(one.date() - planned[0].date()).days for one in planned] == [0, 3, 6]
    assert {f"{one:%H:%M}" for one in planned} == {"10:00"}
    assert [one.redose_reason for one in Treatment.objects.order_by("planned_at")] == ["", "planned", "planned"]
    later = {"planned_at": "2030-01-01T09:00", "redose_reason": "unstated"}
    at_desk.post(page, typed(count="4", spacing="weekdays", weekdays=["1", "4"], **later))
    days = [f"{one.planned_at.astimezone(LONDON):%a %d}" for one in Treatment.objects.order_by("planned_at")[3:]]
    assert days == ["Tue 01", "Fri 04", "Tue 08", "Fri 11"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        pytest.param({"count": "3"}, "days", "Say how many days lie between them.", id="spacing"),
        pytest.param({"count": "3", "spacing": "weekdays"}, "weekdays", "Tick at least one day.", id="weekdays"),
        pytest.param({"count": "25", "days": "1"}, "count", "less than or equal to 24", id="too many"),
        pytest.param({"count": "2", "days": "14"}, "days", "less than or equal to 13", id="too far apart"),
        pytest.param({"drug": "other"}, "drug_name", "Name the drug.", id="drug"),
        pytest.param({"at_home": "on"}, "at_home", "can be taken at home", id="at home"),
        pytest.param({"dose_mg": "-1"}, "dose_mg", "greater than or equal to", id="dose"),
        pytest.param({"protocol": "daily"}, "protocol", "Select a valid choice", id="protocol"),
        pytest.param({"planned_at": ""}, "planned_at", "This field is required.", id="time"),
        pytest.param({"planned_at": "2030-03-31T01:30"}, "planned_at", "skip this time", id="imaginary"),
        pytest.param({"planned_at": "2030-10-27T01:30"}, "planned_at", "comes twice", id="ambiguous"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(at_desk, page, typed, changes, field, words):
    response = at_desk.post(page, typed(**changes))
    assert response.status_code == 200
    assert words in " ".join(response.context["form"].errors[field])
    assert f'id="id_{field}_error">' in said(response)
    assert 'value="80"' in said(response)  # what was typed elsewhere is still there
    assert not Treatment.objects.exists()


def test_milligrams_typed_per_kilogram_are_asked_about(at_desk, page, typed):
    response = at_desk.post(page, typed(dose_mg="0.5"))
    assert "0.5 mg looks like mg/kg: at 80 kg that would be 40 mg." in said(response)
    assert "Yes, 0.5 mg is right" in said(response)
    assert not Treatment.objects.exists()
    at_desk.post(page, typed(dose_mg="0.5", sure=asked(response)))
    assert Treatment.objects.get().dose_mg == 0.5


def test_a_yes_to_one_dose_is_none_to_another(at_desk, page, typed):
    yes = asked(at_desk.post(page, typed(dose_mg="0.5")))
    response = at_desk.post(page, typed(dose_mg="4000", sure=yes))
    assert "4000 mg is unusual by this route." in said(response)
    assert not Treatment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_kg": "800", "dose_mg": ""}, "800 kg is unusual."),
        ({"drug": "esketamine", "route": "intranasal", "dose_mg": "40"}, "the nasal spray comes as 28, 56, 84 mg"),
        ({"planned_at": "2026-01-05T10:00"}, "This time is past."),
    ],
)
def test_other_slips_are_asked_about_as_well(at_desk, page, typed, changes, words):
    response = at_desk.post(page, typed(**changes))
    assert words in said(response)
    at_desk.post(page, typed(**changes, sure=asked(response)))
    assert Treatment.objects.count() == 1


def test_a_second_press_plans_nothing_twice(at_desk, page, typed):
    at_desk.post(page, typed())
    again = typed(redose_reason="planned")
    response = at_desk.post(page, again)
    assert "Another treatment is planned about then: ketamine 40" in said(response)
    assert Treatment.objects.count() == 1
    at_desk.post(page, again | {"sure": asked(response)})
    assert Treatment.objects.count() == 2


def test_why_a_dose_follows_another_is_asked_only_then(at_desk, page, typed, treated):
    treated(hours_ago=200)
    assert "A dose was given before. Why this one?" in said(at_desk.get(page))
    response = at_desk.post(page, typed())
    assert "redose_reason" in response.context["form"].errors
    at_desk.post(page, typed(redose_reason="symptoms_returned"))
    assert Treatment.objects.get(state="planned").redose_reason == "symptoms_returned"


def test_the_first_dose_has_none_before_it(at_desk, page):
    assert "A dose was given before" not in said(at_desk.get(page))


def test_it_starts_with_what_was_given_last_and_what_it_is_planned_for(at_desk, page, patient, clinician, now):
    Patient.objects.filter(pk=patient.pk).update(indication="ptsd")
    planned_at = now + timedelta(days=1)
    make.treatment(of=patient, by=clinician, drug="esketamine", route="intranasal", dose_mg=56, planned_at=planned_at)
    form = at_desk.get(page).context["form"]
    shown = {name: form[name].value() for name in ("drug", "route", "dose_mg", "weight_kg", "indication")}
    assert shown == {
        "drug": "esketamine",
        "route": "intranasal",
        "dose_mg": "56",
        "weight_kg": None,
        "indication": "ptsd",
    }


def test_the_chooser_explains_each_protocol_that_the_clinic_offers(at_desk, page, clinic):
    shown = said(at_desk.get(page))
    assert "has nothing to confirm it before day 6" in shown
    assert "Recommended." in shown
    Clinic.objects.filter(pk=clinic.pk).update(offered_protocols=["hourly-bridged-weekly"])
    shown = said(at_desk.get(page))
    assert shown.count('name="protocol"') == 1
    assert "Says nothing about the first hours." not in shown


def test_those_who_only_read_plan_nothing(client, clinic, page, typed, stranger):
    client.force_login(make.member(at=clinic, role="researcher"))
    assert client.get(page).status_code == 404
    assert client.post(page, typed()).status_code == 404


def test_the_page_takes_few_queries(at_desk, page, treated, django_assert_max_num_queries):
    treated(hours_ago=200)
    with django_assert_max_num_queries(12):
        at_desk.get(page)


def test_the_patients_page_leads_there(at_desk, patient):
    assert f'href="/patients/{patient.pk}/treatments/new/"' in said(at_desk.get(f"/patients/{patient.pk}/"))
