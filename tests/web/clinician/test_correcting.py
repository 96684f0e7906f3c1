"""Correcting a treatment: everything recorded of it, by two people at once as well, and nothing typed is lost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.accounts.models import AuditEntry
from backend.tracking.models import Treatment
from backend.tracking.services.treating.treatments import correct_treatment
from tests import make
from tests.web.make import DESK

LONDON = ZoneInfo("Europe/London")


def said(response):
    return " ".join(response.content.decode().split())


def page_of(treatment):
    return f"/patients/{treatment.patient_id}/treatments/{treatment.pk}/"


def typed(client, treatment, **changes):
    """The form as a browser would send it back, with changes; None empties a box."""
    form = client.get(page_of(treatment)).context["form"]
    sent = {}
    for field in form:
        shown = field.value()
        if hasattr(field.field.widget, "format") and shown:
            shown = field.field.widget.format_value(shown)
        if shown not in (None, "", False):
            sent[field.name] = "on" if shown is True else str(shown)
    return {name: value for name, value in (sent | changes).items() if value is not None}


def at(moment):
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"


@pytest.fixture
def started(treated):
    treatment = treated(hours_ago=2.1, dose_mg=40, weight_kg=80)
    make.rating(of=treatment, hours=1, score=5)
    return treatment


@pytest.fixture
def planned(patient, clinician, now):
    return make.treatment(of=patient, by=clinician, planned_at=now + timedelta(days=1), dose_mg=40, weight_kg=80)


def changed_fields():
    return set(AuditEntry.objects.get(action="treatment.changed").changes)


def test_what_was_empty_is_filled_in_without_a_reason(at_desk, started):
    sent = typed(at_desk, started, lot="A1", benzodiazepine_24h="on", rescue_medication_at=at(started.started_at))
    assert at_desk.post(page_of(started), sent).status_code == 302
    assert changed_fields() == {"lot", "benzodiazepine_24h", "rescue_medication_at"}


def test_a_stored_time_out_of_reach_keeps_nobody_from_correcting_the_rest(at_desk, started):
    Treatment.objects.update(rescue_medication_at=make.DOSED_AT.replace(year=1999))
    sent = typed(at_desk, started, lot="A1")
    assert at_desk.post(page_of(started), sent).status_code == 302
    assert Treatment.objects.get().lot == "A1"


def test_what_was_recorded_is_replaced_with_a_reason_only(at_desk, started, clinician):
    sent = typed(at_desk, started, dose_mg="45")
    response = at_desk.post(page_of(started), sent)
    assert "Say why, in a few words." in said(response)
    assert 'value="45"' in said(response)
    assert at_desk.post(page_of(started), sent | {"reason": "Read off the pump."}).status_code == 302
    entry = AuditEntry.objects.get(action="treatment.changed")
    assert (entry.actor, entry.reason, entry.changes) == (
        clinician,
        "Read off the pump.",
        {"dose_mg": ["40.00", "45"]},
    )


def test_a_form_sent_back_as_it_was_changes_nothing(at_desk, started):
    assert at_desk.post(page_of(started), typed(at_desk, started)).status_code == 302
    assert Treatment.objects.get().version == 1
    assert not AuditEntry.objects.filter(action="treatment.changed").exists()


def test_a_correction_of_the_start_moves_unanswered_check_ins_only(at_desk, started):
    answered, waiting = (started.check_ins.get(name=name) for name in ("+1 h", "+3 h"))
    earlier = started.started_at - timedelta(minutes=30)
    sent = typed(at_desk, started, started_at=at(earlier), reason="The pump was started earlier.")
    assert at_desk.post(page_of(started), sent).headers["Location"].endswith(f"?treatment={started.pk}")
    assert started.check_ins.get(name="+1 h").due_at == answered.due_at
    moved = waiting.due_at - started.check_ins.get(name="+3 h").due_at
    assert timedelta(minutes=30) <= moved < timedelta(minutes=31)
    assert changed_fields() == {"started_at"}  # the end, left as it was, keeps its seconds


@pytest.mark.parametrize(
    ("hours", "field", "words"),
    [
        ({"ended_at": -0.5}, "ended_at", "The end is before the start."),
        ({"ended_at": 8}, "ended_at", "This time is still to come."),
        ({"started_at": 3}, "started_at", "This time is still to come."),
        ({"started_at": -30, "ended_at": 0}, "ended_at", "That would be 30 hours."),
    ],
)
def test_a_time_that_cannot_be_is_said_beside_its_field(at_desk, started, hours, field, words):
    times = {name: at(started.started_at + timedelta(hours=after)) for name, after in hours.items()}
    response = at_desk.post(page_of(started), typed(at_desk, started, reason="It was.", **times))
    assert words in " ".join(response.context["form"].errors[field])
    assert times[field] in said(response)
    assert Treatment.objects.get().version == 1


def test_an_overlap_with_another_treatment_is_said_beside_the_start(at_desk, started, treated):
    other = treated(hours_ago=30)
    times = {"started_at": at(other.started_at + timedelta(minutes=20)), "ended_at": ""}
    sent = typed(at_desk, started, reason="Wrong day.", **times)
    response = at_desk.post(page_of(started), sent)
    errors = response.context["form"].errors
    assert "Another treatment of this patient was being given then" in str(errors["started_at"])
    assert Treatment.objects.get(pk=started.pk).version == 1


def test_a_dose_is_asked_about_only_when_it_changes(at_desk, planned):
    Treatment.objects.filter(pk=planned.pk).update(dose_mg=4000)
    assert at_desk.post(page_of(planned), typed(at_desk, planned, lot="A1")).status_code == 302
    response = at_desk.post(page_of(planned), typed(at_desk, planned, dose_mg="0.5"))
    assert "0.5 mg looks like mg/kg: at 80 kg that would be 40 mg." in said(response)


def test_the_protocol_stays_once_a_check_in_is_answered(at_desk, started):
    response = at_desk.post(page_of(started), typed(at_desk, started, protocol="weekly", reason="Another plan."))
    assert "protocol" in response.context["form"].errors


def test_a_protocol_that_is_no_longer_offered_stays_with_its_treatment(at_desk, started, clinic):
    clinic.offered_protocols = ["weekly"]
    clinic.save()
    assert at_desk.post(page_of(started), typed(at_desk, started, lot="A1")).status_code == 302
    assert Treatment.objects.get().protocol == "hourly-weekly"


def test_an_hour_that_comes_twice_stays_as_recorded(at_desk, patient, clinician):
    second_pass = make.DOSED_AT.replace(year=2025, month=10, day=26, hour=1, minute=30)
    treatment = make.treatment(of=patient, by=clinician, started_at=second_pass)
    assert at_desk.post(page_of(treatment), typed(at_desk, treatment, lot="A1")).status_code == 302
    assert Treatment.objects.get().started_at == second_pass
    sent = typed(at_desk, treatment, started_at="2025-10-26T01:20", reason="Earlier.")
    assert "comes twice" in said(at_desk.post(page_of(treatment), sent))


# Two people at once


def test_who_comes_second_keeps_what_was_typed_beside_what_is_stored(at_desk, started, owner):
    sent = typed(at_desk, started, dose_mg="45", reason="Read off the pump.")
    correct_treatment(actor=owner, treatment=started, changes={"dose_mg": 50, "lot": "A1"})
    response = at_desk.post(page_of(started), sent)
    assert response.status_code == 409
    errors = response.context["form"].errors
    assert (errors["dose_mg"], errors["lot"]) == (["Stored now: 50"], ["Stored now: A1"])
    assert errors.keys() == {"__all__", "dose_mg", "lot"}
    assert 'name="dose_mg" value="45"' in said(response)
    assert 'value="Read off the pump."' in said(response)
    assert 'name="version" value="2"' in said(response)
    assert Treatment.objects.get().dose_mg == 50
    again = sent | {"version": "2"}
    assert at_desk.post(page_of(started), again).status_code == 302
    assert (Treatment.objects.get().dose_mg, Treatment.objects.get().lot) == (45, "")


def test_a_dose_started_meanwhile_is_not_undone_by_a_form_that_did_not_know(at_desk, planned, owner, now):
    sent = typed(at_desk, planned, dose_mg="45")
    started_at = now - timedelta(minutes=10)
    correct_treatment(actor=owner, treatment=planned, changes={"state": "started", "started_at": started_at})
    response = at_desk.post(page_of(planned), sent)
    assert response.status_code == 409
    assert f'value="{at(started_at)}"' in said(response)
    assert 'value="45"' in said(response)
    again = {name: value for name, value in sent.items() if name != "planned_at"}
    again |= {"version": "2", "started_at": at(started_at), "reason": "Read off the pump."}
    assert at_desk.post(page_of(planned), again).status_code == 302
    treatment = Treatment.objects.get()
    assert (treatment.dose_mg, treatment.started_at, treatment.state) == (45, started_at, "started")


@pytest.mark.parametrize("version", [None, "", "soon", "0", "7"])
def test_a_form_that_does_not_say_what_it_read_is_not_believed(at_desk, started, version):
    response = at_desk.post(page_of(started), typed(at_desk, started, lot="A1", version=version))
    assert response.status_code == 409
    assert Treatment.objects.get().lot == ""


def test_two_people_correct_one_treatment_in_the_browser(browser_of, patient, clinician, owner, now):
    planned = make.treatment(of=patient, by=clinician, planned_at=now + timedelta(days=1), dose_mg=40, weight_kg=80)
    pages = [browser_of(who, size=DESK, forgiven="409 (Conflict)") for who in (clinician, owner)]
    for page, lot in zip(pages, ("A1", "B2"), strict=True):
        page.goto(page_of(planned))
        page.fill("[name=lot]", lot)
    for page in pages:
        page.get_by_role("button", name="Save").click()
        page.wait_for_load_state("networkidle")
    second = pages[1]
    assert second.input_value("[name=lot]") == "B2"
    assert "Stored now: A1" in second.inner_text("main")
    second.get_by_role("button", name="Save").click()
    second.wait_for_url("**/?treatment=*")
    assert Treatment.objects.get().lot == "B2"


# Whose it is


def test_those_who_only_read_correct_nothing(client, clinic, started):
    client.force_login(make.member(at=clinic, role="researcher"))
    assert client.get(page_of(started)).status_code == 404
    assert client.post(page_of(started), {}).status_code == 404


def test_another_patients_treatment_is_not_found_under_this_one(at_desk, started, stranger):
    assert at_desk.get(f"/patients/{stranger.pk}/treatments/{started.pk}/").status_code == 404


def test_the_page_takes_few_queries(at_desk, started, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        at_desk.get(page_of(started))
