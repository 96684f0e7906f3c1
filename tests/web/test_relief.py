"""My relief: a sentence for each status that claims only what was seen, own data, and who has looked."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from backend.tracking.services.treating.treatments import correct_treatment
from backend.web.patient.relief.own_ratings import COLUMNS
from tests import make
from tests.test_documents import DATA, described

PAGES = ("/relief/", "/relief/print/", "/relief/ratings.csv")
RELIEF = {1: 6, 2: 3, 3: 3, 168: 3}


def said(client, path="/relief/"):
    response = client.get(path, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def days_ago(treated):
    """A treatment so many days ago, from a baseline of eight, with these ratings by hours."""

    def start(days, scores, **details):
        treatment = treated(hours_ago=24 * days, **details)
        make.ratings(of=treatment, scores=scores)
        return treatment

    return start


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        pytest.param(
            RELIEF, "At each check-in you answered from 2 h to week 1 your rating was at most half", id="responding"
        ),
        pytest.param({1: 3, 2: 3, 168: 7}, "at week 1 it was above", id="lost"),
        pytest.param(
            {1: 6, 2: 6}, "At no check-in you answered up to 2 h was your rating at most half", id="no response"
        ),
        pytest.param({1: 6, 2: 6, 168: 4}, "the next one has to confirm it", id="pending"),
        pytest.param({}, "There is no rating of yours after the treatment yet", id="not rated since"),
    ],
)
def test_each_status_has_its_sentence(on_phone, days_ago, scores, sentence):
    days_ago(10, scores)
    assert sentence in said(on_phone)


def test_a_pending_answer_that_nothing_can_confirm_any_more_is_not_promised_to_be(on_phone, clinic, days_ago):
    clinic.compares_sessions = True
    clinic.save()
    days_ago(9, {1: 6, 2: 4})
    assert "the next one has to confirm it" in said(on_phone)
    days_ago(5, {1: 6, 2: 6})  # the next treatment
    assert "no later answer could confirm it" in said(on_phone)
    assert "has to confirm" not in said(on_phone)


def test_after_ten_days_nothing_can_confirm_it_either(on_phone, days_ago):
    days_ago(11, {1: 6, 2: 4})
    assert "no later answer could confirm it" in said(on_phone)


def test_two_points_above_the_start_mean_nothing(on_phone, days_ago):
    days_ago(10, {1: 8, 168: 10})
    assert "above your starting rating" not in said(on_phone)


def test_three_points_above_the_start_are_told_and_whom_to_call(on_phone, patient, clinician, now):
    treatment = make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=10))
    make.ratings(of=treatment, scores={-1: 5, 1: 2, 2: 2, 168: 8})
    page = said(on_phone)
    assert "At the last check-in you answered, week 1, your rating was 3 points above your starting rating." in page
    assert "call your clinic" in page


def test_relief_that_may_be_ending_is_told_as_what_was_seen(on_phone, days_ago):
    days_ago(10, {1: 1, 2: 1, 168: 4})
    page = said(on_phone)
    assert "week 1, your rating was 3 points above your lowest since the treatment." in page
    assert "call your clinic" not in page


def test_the_picture_is_in_the_patients_words(on_phone, patient, days_ago):
    days_ago(10, RELIEF, dose_mg=40)
    page = said(on_phone)
    assert page.count("<svg") == 2  # for a phone and for a desk
    assert "Relief means here: at most half your starting rating" in page
    for word in (patient.code, "R50C", "ketamine", " mg", "acute"):
        assert word not in page


def test_before_the_first_treatment_it_says_what_will_come(on_phone, patient):
    assert "After your first treatment, what your answers show appears here." in said(on_phone)
    assert "<svg" not in said(on_phone)


# Anchoring


@pytest.mark.parametrize("path", PAGES)
def test_on_a_dose_day_every_page_says_kindly_that_it_is_closed(on_phone, patient, days_ago, treated, path):
    days_ago(10, RELIEF)
    treated(hours_ago=4)
    page = said(on_phone, path)
    assert "so that no number you see can colour your next answers" in page
    assert "<svg" not in page
    assert "at most half" not in page


@pytest.mark.parametrize("path", PAGES)
def test_between_baseline_and_a_planned_dose_too(on_phone, patient, clinician, days_ago, now, path):
    days_ago(10, RELIEF)
    make.treatment(of=patient, by=clinician, planned_at=now + timedelta(hours=20))
    assert "Not just now" in said(on_phone, path)


def test_after_the_close_of_the_fourth_hour_it_opens(on_phone, treated):
    treatment = treated(hours_ago=4.8)
    make.ratings(of=treatment, scores={1: 3, 2: 3})
    assert "At each check-in you answered" in said(on_phone)


# Sessions side by side


def test_sessions_are_not_compared_unless_the_clinic_wants_it(on_phone, clinic, days_ago):
    days_ago(30, RELIEF)
    days_ago(10, {1: 6, 2: 6})
    assert said(on_phone).count("Since your treatment on") == 1
    clinic.compares_sessions = True
    clinic.save()
    page = said(on_phone)
    assert page.count("Since your treatment on") == 2
    assert page.index("At no check-in") < page.index("At each check-in")  # the latest first


def test_a_page_of_six_sessions_names_the_last_six(on_phone, clinic, days_ago):
    clinic.compares_sessions = True
    clinic.save()
    for days in range(70, 0, -10):
        days_ago(days, {1: 6})
    assert said(on_phone).count("Since your treatment on") == 6


# Own data


def rows(client):
    response = client.get("/relief/ratings.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.DictReader(StringIO(response.content.decode())))


def test_the_file_has_every_rating_as_entered_and_as_it_counts(on_phone, patient, clinician, days_ago):
    days_ago(30, {1: 6})
    treatment = days_ago(10, {1: 3}, dose_mg=40)
    make.amendment(of=treatment.ratings.last(), score=4, by=clinician)
    make.rating(of=treatment, hours=168, instrument="now4", answers=[2, None, 1, 0])
    found = rows(on_phone)
    assert [one["instrument"] for one in found] == ["nrs-anxiety"] * 4 + ["now4"]
    corrected, partial = found[3:]
    assert (corrected["total"], corrected["total_now"], corrected["amended"]) == ("3", "4", "correct")
    assert (partial["answers"], partial["total"], partial["dose_mg"]) == ("2;;1;0", "", "40.00")
    assert float(found[2]["hours_since_start"]) == -1


def test_no_cell_is_taken_for_a_formula_and_numbers_stay_numbers(on_phone, clinic, days_ago):
    clinic.name = '=HYPERLINK("https://evil.example")'
    clinic.save()
    days_ago(10, {1: 3}, drug="other", drug_name="@sum")
    first = rows(on_phone)[0]
    assert first["clinic"].startswith("'=")
    assert first["drug"] == "'@sum"
    assert first["hours_since_start"] == "-1.0"


def test_every_column_of_the_file_is_documented():
    assert described(DATA, "`ebb-ratings.csv`") == list(COLUMNS)


def test_the_file_holds_nobody_elses_ratings(client, on_phone, stranger, days_ago):
    days_ago(10, RELIEF)
    assert len(rows(on_phone)) == 5
    client.force_login(stranger.person)
    assert rows(client) == []


def test_the_page_to_print_has_every_rating(on_phone, days_ago):
    days_ago(10, RELIEF)
    page = said(on_phone, "/relief/print/")
    assert page.count("of 10</td>") == 5
    assert "Print this page" in page


# Who has looked


def test_who_opened_the_record_is_shown_with_day_and_role(client, patient, clinician, days_ago):
    days_ago(10, RELIEF)
    client.force_login(patient.person)
    assert "Nobody at your clinic has opened your record yet." in said(client)
    client.force_login(clinician)
    for _ in range(2):
        client.get(f"/patients/{patient.pk}/")
        client.get("/api/v1/ratings/")
    client.force_login(patient.person)
    page = said(client)
    assert page.count("Clara Clinician") == 1
    assert '<td data-label="Role">clinician</td>' in page


def test_reading_ratings_or_outcomes_by_program_counts_as_looking(client, patient, other_clinic, clinician, days_ago):
    treatment = days_ago(10, RELIEF)
    make.rating(of=treatment, hours=200, score=3)
    for path in (f"/api/v1/ratings/{treatment.ratings.first().pk}/", f"/api/v1/treatments/{treatment.pk}/outcomes/"):
        somebody = make.member(at=patient.clinic, name="Rita Reader")
        client.force_login(somebody)
        assert client.get(path).status_code == 200
        client.force_login(patient.person)
        assert "Rita Reader" in said(client)
        somebody.name = "gone"
        somebody.save()
    client.force_login(other_clinic)
    client.get("/api/v1/ratings/")
    client.force_login(patient.person)
    assert "Oscar Other" not in said(client)


def test_no_page_of_the_patient_names_a_dose(on_phone, days_ago, clinic):
    clinic.compares_sessions = True
    clinic.save()
    days_ago(30, RELIEF, dose_mg=41)
    days_ago(10, RELIEF, dose_mg=43)
    for path in ("/", "/relief/", "/relief/print/"):
        assert "41\N{NO-BREAK SPACE}mg" not in said(on_phone, path)
        assert " mg" not in said(on_phone, path)


def test_a_cancelled_treatment_is_not_shown(on_phone, clinician, days_ago):
    treatment = days_ago(10, RELIEF)
    correct_treatment(actor=clinician, treatment=treatment, changes={"state": "cancelled"})
    assert "After your first treatment" in said(on_phone)
