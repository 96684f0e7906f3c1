"""The log of what staff saw after a dose: fast to add to, corrected with a reason, and a sheet of it to print."""

import re
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from backend.tracking.models import Observation
from tests import make
from tests.web.make import fields_of

LONDON = ZoneInfo("Europe/London")


def said(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def started(treated):
    return treated(hours_ago=0.75, drug="esketamine", route="intranasal", dose_mg=84, lot="LOT-7")


def log_of(treatment):
    return reverse("observations", args=[treatment.patient_id, treatment.pk])


def sheet_of(treatment):
    return reverse("monitoring-sheet", args=[treatment.patient_id, treatment.pk])


def page_of(observation):
    treatment = observation.treatment
    return reverse("observation", args=[treatment.patient_id, treatment.pk, observation.pk])


def typed(moment, **seen):
    """What a nurse types into the form, at a time by the patient's clock."""
    at = f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"
    return {"client_uuid": str(uuid4()), "at": at, "systolic": "128", "diastolic": "82"} | seen


def test_a_look_is_written_down_in_one_form_whose_time_is_now(at_desk, started, now):
    form = said(at_desk.get(log_of(started)))
    assert f'value="{now.astimezone(LONDON):%Y-%m-%dT%H:%M}"' in form
    response = at_desk.post(log_of(started), typed(now, pulse="72", oxygen_percent="97", sedation="1"), follow=True)
    page = said(response)
    assert "Saved: 128/82" in page
    for words in ("128/82", "97 %", "drowsy, answers at once", "45 min", "Clara Clinician"):
        assert words in page
    stored = Observation.objects.get()
    assert (stored.systolic, stored.pulse, stored.sedation, stored.dissociation) == (128, 72, 1, None)


def test_a_double_tap_stores_one_and_other_values_under_its_key_are_kept_on_the_page(at_desk, started, now):
    sent = typed(now)
    for _ in range(2):
        assert at_desk.post(log_of(started), sent).status_code == 302
    again = at_desk.post(log_of(started), sent | {"systolic": "150"})
    assert again.status_code == 409
    assert 'value="150"' in said(again)
    assert Observation.objects.count() == 1
    assert at_desk.post(log_of(started), sent | {"systolic": "150"} | fields_of(again)).status_code == 302
    assert Observation.objects.count() == 2


def test_the_pressure_at_forty_minutes_is_due_and_then_taken(at_desk, started, now):
    page = said(at_desk.get(log_of(started)))
    assert re.search(r"At 40 minutes</b> <span class=\"reading\"><span class=\"chip open\">due now", page)
    assert re.search(r"Before the dose</b> <span class=\"reading\"><span class=\"chip warn\">not taken", page)
    at_desk.post(log_of(started), typed(started.started_at + timedelta(minutes=41)))
    assert re.search(r"At 40 minutes</b> <span class=\"reading\">128/82", said(at_desk.get(log_of(started))))


def test_what_was_missed_is_entered_with_the_time_it_was_due(at_desk, started):
    page = said(at_desk.get(f"{log_of(started)}?moment=before"))
    assert f'value="{started.started_at.astimezone(LONDON):%Y-%m-%dT%H:%M}"' in page


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"diastolic": ""}, "Both pressures are needed, or neither."),
        ({"diastolic": "130"}, "The diastolic pressure has to be below the systolic one."),
        ({"systolic": "", "diastolic": "", "remark": ""}, "Enter at least one value or a remark."),
        ({"oxygen_percent": "101"}, "less than or equal to 100"),
        ({"pulse": "many"}, "Enter a whole number."),
        ({"at": "yesterday"}, "Enter a valid date/time."),
        ({"at": "2019-01-01T10:00"}, "more than 24 hours from the start of the dose"),
        ({"client_uuid": "nonsense"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_stays_typed(at_desk, started, now, seen, words):
    response = at_desk.post(log_of(started), typed(now, remark="Calm.") | seen)
    assert response.status_code == 200
    page = said(response)
    assert words in page
    assert f'value="{typed(now, **seen)["at"]}"' in page
    assert not Observation.objects.exists()


def test_a_time_to_come_is_refused(at_desk, started, now):
    page = said(at_desk.post(log_of(started), typed(now + timedelta(minutes=20))))
    assert "This time is still to come." in page


def test_an_unusual_number_is_stored_and_asked_about(at_desk, started, now):
    page = said(at_desk.post(log_of(started), typed(now, systolic="228"), follow=True))
    assert "A number is unusual." in page
    assert "unusual number" in page
    assert Observation.objects.get().systolic == 228


def test_a_look_written_down_long_after_says_so(at_desk, started, now):
    page = said(at_desk.post(log_of(started), typed(now - timedelta(minutes=30)), follow=True))
    assert "written down" in page


def test_a_log_before_the_start_counts_no_minutes(at_desk, patient, clinician, now):
    planned = make.treatment(of=patient, by=clinician, planned_at=now + timedelta(minutes=20))
    page = said(at_desk.post(log_of(planned), typed(now), follow=True))
    assert "128/82" in page
    assert "Since the start:" not in page


def test_a_cancelled_treatment_takes_no_look(at_desk, patient, clinician, now):
    cancelled = make.treatment(of=patient, by=clinician, state="cancelled", planned_at=now)
    assert "A look at the patient" not in said(at_desk.get(log_of(cancelled)))
    assert at_desk.post(log_of(cancelled), typed(now)).status_code == 404


# Putting it right


@pytest.fixture
def seen(started, clinician):
    return make.observation(of=started, by=clinician, minutes=40, systolic=182, remark="Calm.")


def corrected(at_desk, observation, **changes):
    """The form as the page gives it, with some fields typed anew."""
    page = at_desk.get(page_of(observation))
    at = f"{observation.at.astimezone(LONDON):%Y-%m-%dT%H:%M}"
    stored = {"at": at, "systolic": "182", "diastolic": "82", "remark": "Calm."}
    hidden = re.findall(r'name="(client_uuid|version)" value="([^"]+)"', page.content.decode())[:2]
    return stored | dict(hidden) | {"then": "correct", "reason": "Mistyped."} | changes


def test_a_correction_stays_beside_what_it_replaces(at_desk, seen):
    response = at_desk.post(page_of(seen), corrected(at_desk, seen, systolic="128"), follow=True)
    page = said(response)
    assert "<del>182/82</del>" in page
    assert "128/82" in page
    assert re.search(r"corrected .* by Clara Clinician: Mistyped\.", page)
    newest = Observation.objects.standing().get()
    assert (newest.systolic, newest.at) == (128, seen.at)  # a time left as it was keeps its seconds


def test_a_correction_without_a_reason_is_asked_for_one(at_desk, seen):
    page = said(at_desk.post(page_of(seen), corrected(at_desk, seen, systolic="128", reason="")))
    assert "Say why, in a few words." in page
    assert 'value="128"' in page
    assert Observation.objects.count() == 1


def test_what_is_struck_out_stays_in_the_log_and_counts_nowhere(at_desk, seen, started):
    strike = corrected(at_desk, seen) | {"then": "strike", "reason": "Another patient's."}
    page = said(at_desk.post(page_of(seen), strike, follow=True))
    assert "<del>182/82</del>" in page
    assert re.search(r"struck out .* by Clara Clinician: Another patient&#x27;s\.", page)
    assert re.search(r"At 40 minutes</b> <span class=\"reading\"><span class=\"chip open\">due now", page)
    assert "182" not in said(at_desk.get(sheet_of(started)))


def test_two_who_correct_the_same_look_lose_nothing(at_desk, seen, owner):
    mine = corrected(at_desk, seen, systolic="128", remark="Calm, eyes closed.")
    at_desk.force_login(owner)
    assert at_desk.post(page_of(seen), corrected(at_desk, seen, systolic="132")).status_code == 302
    response = at_desk.post(page_of(seen), mine)
    assert response.status_code == 409
    page = said(response)
    assert "Stored now: 132" in page
    assert "Stored now: Calm." in page
    assert 'value="128"' in page
    assert 'value="Calm, eyes closed."' in page
    assert Observation.objects.standing().get().systolic == 132
    again = mine | {"version": str(Observation.objects.standing().get().pk)}
    assert f'name="version" value="{again["version"]}"' in page
    assert at_desk.post(page_of(seen), again).status_code == 302
    assert Observation.objects.standing().get().systolic == 128


def test_a_look_struck_out_meanwhile_is_told_and_may_be_put_back(at_desk, seen):
    mine = corrected(at_desk, seen, systolic="128")
    strike = corrected(at_desk, seen) | {"then": "strike", "reason": "Another patient's."}
    at_desk.post(page_of(seen), strike)
    response = at_desk.post(page_of(seen), mine)
    assert response.status_code == 409
    assert "struck out" in said(response)
    newest = Observation.objects.order_by("-pk").first()
    assert at_desk.post(page_of(seen), mine | {"version": str(newest.pk)}).status_code == 302
    assert Observation.objects.standing().get().systolic == 128


def test_a_look_of_another_treatment_is_not_found_under_this_one(at_desk, seen, stranger, clinician):
    other = make.treatment(of=stranger, by=clinician)
    assert at_desk.get(f"{log_of(other)}{seen.pk}/").status_code == 404


# Who may


def test_a_researcher_reads_numbers_and_no_words_and_writes_nothing(client, clinic, started, seen, clinician):
    make.observation(of=started, by=clinician, minutes=41)
    client.force_login(make.member(at=clinic, role="researcher"))
    page = said(client.get(log_of(started)))
    assert "182/82" in page
    assert "Calm." not in page
    assert "A look at the patient" not in page
    assert "Calm." not in said(client.get(sheet_of(started)))
    assert client.post(log_of(started), typed(seen.at)).status_code == 404
    assert client.get(page_of(seen)).status_code == 404


# The sheet


def test_the_sheet_has_what_such_sheets_ask_for_and_says_that_it_is_no_official_form(at_desk, started, clinician):
    for minutes, systolic in {-5: 124, 40: 141, 121: 122}.items():
        Observation.objects.create(
            treatment=started,
            client_uuid=uuid4(),
            at=started.started_at + timedelta(minutes=minutes),
            systolic=systolic,
            diastolic=80,
            oxygen_percent=97,
            sedation=1,
            dissociation=2,
            recorded_by=clinician,
        )
    page = said(at_desk.get(sheet_of(started)))
    for words in (
        "It is no official form",
        "P-1",
        "esketamine, nasal spray",
        "84 mg",
        "LOT-7",
        "124/80",
        "141/80",
        "122/80",
        "121 minutes",
        "drowsy, answers at once",
        "moderate",
        "Clara Clinician",
        "Signed by",
    ):
        assert words in page
    assert page.count('<tr class="by-hand">') == 4


def test_a_sheet_without_entries_has_lines_to_write_on(at_desk, patient, clinician, now):
    planned = make.treatment(of=patient, by=clinician, planned_at=now)
    page = said(at_desk.get(sheet_of(planned)))
    assert page.count('<tr class="by-hand">') == 4
    assert "nobody has looked since the start" in page


# What it costs


def test_few_statements_however_long_the_log(at_desk, started, clinician, django_assert_max_num_queries):
    for minutes in range(20):
        make.observation(of=started, by=clinician, minutes=minutes)
    for page in (log_of(started), sheet_of(started), page_of(Observation.objects.first())):
        at_desk.get(page)
        with django_assert_max_num_queries(12):
            at_desk.get(page)


# On a tablet, in a real browser


def test_a_nurse_writes_a_look_down_on_a_tablet(browser_of, started, clinician):
    page = browser_of(clinician, size=(820, 1180))
    page.goto(log_of(started))
    page.get_by_label("Systolic").fill("131")
    page.get_by_label("Diastolic").fill("84")
    page.get_by_label("drowsy, answers at once").check()
    page.get_by_label("moderate").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved: 131/84").wait_for()
    assert page.get_by_role("cell", name="drowsy, answers at once").is_visible()
    assert page.get_by_role("cell", name="moderate").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Monitoring sheet to print").click()
    page.get_by_text("It is no official form").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", paper) == [(b"594", b"841")]  # one page of A4


def test_a_log_over_midnight_names_its_days_and_stays_within_a_tablet(browser_of, treated, clinician, now):
    midnight = now.astimezone(LONDON).replace(hour=0, minute=0) - timedelta(days=1)
    over_midnight = treated(hours_ago=(now - midnight) / timedelta(hours=1) + 0.5)
    make.observation(of=over_midnight, by=clinician, pulse=70, oxygen_percent=97, sedation=1, dissociation=2)
    page = browser_of(clinician, size=(820, 1180))
    page.goto(log_of(over_midnight))
    assert f"{midnight.year}" in page.get_by_role("rowheader").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
