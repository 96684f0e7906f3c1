"""What staff typed and what cannot be is told in plain words beside it, never by the names of columns."""

import re
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from backend.accounts.models import Person
from backend.tracking.models import Treatment
from tests import make

LONDON = ZoneInfo("Europe/London")
ERRORS = re.compile(r'<ul class="errorlist.*?</ul>|<(?:span|p) class="error".*?</(?:span|p)>')
COLUMN = re.compile(r"[a-z]+_[a-z_]+")


def told(response):
    """The errors of a page; none of them may name a column or show a value as programs write it."""
    page = " ".join(response.content.decode().split())
    texts = [re.sub(r"<[^>]*>", " ", one) for one in ERRORS.findall(page)]
    said = " ".join(" ".join(texts).split())
    assert said, page
    assert not COLUMN.search(said)
    assert "&#x27;" not in said
    return said


def wall(moment):
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"


@pytest.fixture
def planned(patient, clinician, now):
    return make.treatment(of=patient, by=clinician, planned_at=now - timedelta(hours=1), dose_mg=40, weight_kg=80)


@pytest.fixture
def new_plan(patient, now):
    """Send the form for a treatment tomorrow, with changes, and return the answer."""

    def send(client, **changes):
        whole = {
            "drug": "ketamine",
            "route": "iv",
            "dose_mg": "40",
            "weight_kg": "80",
            "indication": "gad",
            "planned_at": wall(now + timedelta(days=1)),
            "count": "1",
            "spacing": "days",
            "protocol": "hourly-bridged-weekly",
            "step": "store",
        }
        return client.post(reverse("plan", args=[patient.pk]), whole | changes)

    return send


def sent_as_shown(client, address):
    """What a browser would send back from the first form with fields that a page was made with."""
    form = client.get(address).context["form"]
    shown = {field.name: field.value() for field in form}
    for name, given in shown.items():
        widget = form.fields[name].widget
        shown[name] = widget.format_value(given) if hasattr(widget, "format") and given else given
    return {name: str(given) for name, given in shown.items() if given not in (None, "", False)}


def test_two_treatments_of_one_minute_are_told_apart_in_words(at_desk, treated, planned):
    other = treated(hours_ago=3)
    Treatment.objects.filter(pk=other.pk).update(started_at=other.started_at.replace(second=0, microsecond=0))
    address = reverse("dose-start", args=[planned.patient_id, planned.pk])
    said = told(at_desk.post(address, {"started_at": wall(other.started_at)}))
    assert "Another treatment of this patient started at the same time." in said


def test_a_look_a_day_and_more_after_the_dose_is_refused_by_its_hours(at_desk, treated, now):
    treatment = treated(hours_ago=60)
    address = reverse("observations", args=[treatment.patient_id, treatment.pk])
    sent = {"client_uuid": str(uuid4()), "at": wall(now), "pulse": "70"}
    assert "more than 24 hours from the start of the dose" in told(at_desk.post(address, sent))


def test_a_protocol_that_somebody_has_answered_by_stays(at_desk, treated):
    treatment = treated(hours_ago=2.1, dose_mg=40, weight_kg=80)
    make.rating(of=treatment, hours=1, score=5)
    address = reverse("treatment", args=[treatment.patient_id, treatment.pk])
    sent = sent_as_shown(at_desk, address) | {"protocol": "weekly", "reason": "Agreed with the patient."}
    assert "A check-in has been answered, so the protocol can no longer change." in told(at_desk.post(address, sent))


def test_a_plan_that_lost_its_time_while_cancelled_is_asked_for_it(at_desk, planned):
    Treatment.objects.update(state="cancelled", planned_at=None)
    address = reverse("cancel", args=[planned.patient_id, planned.pk])
    sent = sent_as_shown(at_desk, address) | {"reason": "It is given after all."}
    assert "A planned treatment needs the time it is planned for." in told(at_desk.post(address, sent))


# Numbers with decimals


@pytest.mark.parametrize("written", ["72,5", "72.5", " 72,5 "])
@pytest.mark.parametrize("language", ["en", "es"])
def test_decimals_are_read_with_a_point_and_with_a_comma(at_desk, new_plan, written, language):
    Person.objects.update(language=language)
    response = new_plan(at_desk, dose_mg="36,25", weight_kg=written)
    assert response.status_code == 302, told(response)
    stored = Treatment.objects.get()
    assert (str(stored.dose_mg), str(stored.weight_kg)) == ("36.25", "72.5")


@pytest.mark.parametrize("written", ["1,000", "1.000,5", "forty", "40 mg", "4,0,0", "-1", "NaN", "1e2", "4_0", "٤٠"])
def test_what_is_no_number_is_refused_as_it_was_typed(at_desk, new_plan, written):
    response = new_plan(at_desk, dose_mg=written)
    told(response)
    assert f'name="dose_mg" value="{written}"' in " ".join(response.content.decode().split())
    assert not Treatment.objects.exists()


@pytest.mark.parametrize(("language", "shown"), [("en", "72.5"), ("es", "72,5")])
def test_a_stored_number_stands_in_its_box_as_the_page_writes_numbers(at_desk, planned, language, shown):
    Treatment.objects.update(weight_kg="72.5")
    Person.objects.update(language=language)
    address = reverse("treatment", args=[planned.patient_id, planned.pk])
    assert f'name="weight_kg" value="{shown}"' in " ".join(at_desk.get(address).content.decode().split())
    assert at_desk.post(address, sent_as_shown(at_desk, address) | {"lot": "A1"}).status_code == 302
    assert str(Treatment.objects.get().weight_kg) == "72.5"
