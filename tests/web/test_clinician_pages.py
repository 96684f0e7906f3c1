"""What staff find: their patients, and one patient with every original and every doubt."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Membership
from backend.tracking import estimation
from backend.tracking.services.treating.check_ins import skip_check_in
from tests import make


def said(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def span_of(name, lower, upper):
    """One line of the table of spans, each end in words around the number that it is."""
    ends = "".join(f"<td><data [^>]*>{re.escape(end)}</data></td>" for end in (lower, upper))
    return f'<th scope="row">{name}</th>{ends}'


def queries(client, path):
    with CaptureQueriesContext(connection) as asked:
        said(client, path)
    return len(asked)


def answered(patient, clinician, now, days_ago=20, scores=None, **details):
    """A treatment whose ratings are in and whose outcome is made."""
    treatment = make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=days_ago), **details)
    make.ratings(of=treatment, scores=scores or {-1: 8, 1: 6, 2: 3, 3: 3, 168: 3}, by=clinician)
    for stratum in estimation.refresh(treatment.pk).strata:
        estimation.count(stratum)
    return treatment


# The list


def test_a_clinic_without_patients_says_so(at_desk):
    assert "Your clinic has no patients here yet." in said(at_desk, "/patients/")


def test_the_list_tells_of_each_patient_the_last_treatment_and_what_comes_next(
    at_desk, patient, stranger, clinician, now
):
    answered(patient, clinician, now, route="im", dose_mg=40)
    make.treatment(of=stranger, by=clinician, state="planned", planned_at=now + timedelta(days=3))
    page = said(at_desk, "/patients/")
    assert "ketamine 40 mg" in page
    assert "into a muscle" in page
    assert "responding" in page
    assert "week 3 is due" in page  # open since day 20
    assert "planned for" in page
    assert "evening before opens" in page


def test_a_check_in_that_waits_past_its_time_is_marked(at_desk, treated):
    treated(hours_ago=1.3)
    assert '<span class="overdue">+1 h was due' in said(at_desk, "/patients/")


def test_an_outcome_older_than_its_ratings_is_told_as_being_worked_out(at_desk, patient, clinician, now):
    treatment = answered(patient, clinician, now)
    make.rating(of=treatment, hours=336, by=clinician)
    assert "being worked out" in said(at_desk, "/patients/")


def test_a_patient_of_another_clinic_is_not_in_the_list(at_desk, patient):
    make.patient(code="ELSEWHERE")
    page = said(at_desk, "/patients/")
    assert patient.code in page
    assert "ELSEWHERE" not in page


def test_a_search_that_no_text_can_hold_is_no_error(at_desk, patient):
    assert at_desk.get("/patients/", {"code": "P-\0"}).status_code == 200


def test_patients_are_found_by_code(at_desk, patient, stranger):
    page = said(at_desk, f"/patients/?code={stranger.code.lower()}")
    assert f">{stranger.code}<" in page
    assert f">{patient.code}<" not in page
    assert "No patient has “&lt;b&gt;” in the code." in said(at_desk, "/patients/?code=<b>")


def test_a_long_list_has_pages(at_desk, clinic):
    for number in range(26):
        make.patient(at=clinic, code=f"L{number:02}", sign_in=False)
    assert "Page 1 of 2" in said(at_desk, "/patients/?code=L")
    assert 'href="?code=L&amp;page=2"' in said(at_desk, "/patients/?code=L")
    assert "L25" in said(at_desk, "/patients/?code=L&page=2")
    assert "Page 2 of 2" in said(at_desk, "/patients/?page=999")


def test_the_list_costs_the_same_for_one_patient_and_for_twenty(at_desk, clinic, clinician, now):
    answered(make.patient(at=clinic), clinician, now)
    one = queries(at_desk, "/patients/")
    for _ in range(19):
        answered(make.patient(at=clinic, sign_in=False), clinician, now)
    assert queries(at_desk, "/patients/") == one <= 12


# One patient


@pytest.fixture
def page_of(at_desk, patient):
    return lambda query="": said(at_desk, f"/patients/{patient.pk}/{query}")


def test_a_patient_without_a_treatment(page_of):
    assert "No treatment has been recorded for this patient yet." in page_of()


def test_a_planned_treatment_has_check_ins_and_no_outcome(page_of, patient, clinician, now):
    make.treatment(of=patient, by=clinician, state="planned", planned_at=now + timedelta(days=3))
    page = page_of()
    assert "It has not started, so there is no outcome yet." in page
    assert "evening before" in page
    assert "svg class" not in page


def test_the_response_curve_stands_with_both_ends_of_every_interval(page_of, patient, clinician, now):
    answered(patient, clinician, now)
    page = page_of()
    assert page.count("<svg") == 2  # for a phone and for a desk
    assert "The picture in words" in page
    assert "Open-label: relief seen here is not proof that the drug caused it." in page
    for name, lower, upper in (
        ("Relief began", "1 h", "2 h"),
        ("Relief was lost", "week 1 (168 h)", "not seen"),
        ("It lasted", "at least 6.9 days", "not seen"),
    ):
        assert re.search(span_of(name, lower, upper), page)


def test_what_cannot_be_judged_says_why(page_of, patient, clinician, now):
    answered(patient, clinician, now, scores={1: 6})
    page = page_of()
    assert "no baseline" in page
    assert "not known" in page


def test_scale_and_rules_are_chosen_by_the_address(page_of, patient, clinician, now):
    treatment = answered(patient, clinician, now, scores={-1: 9, 1: 6, 2: 6, 3: 6})
    assert "no response seen" in page_of()
    assert "responding" in page_of(f"?treatment={treatment.pk}&rule_set=R30F-L30")
    make.rating(of=treatment, hours=-1, instrument="now4", answers=[2, 2, 2, 2], by=clinician)
    assert "Four anxiety items, right now (0–16)" in page_of("?instrument=now4")


@pytest.mark.parametrize(
    "query", ["?instrument=nonsense", "?rule_set=R99", "?unit=x", "?treatment=0", "?treatment=x", "?instrument=gad7"]
)
def test_a_choice_that_does_not_exist_counts_as_not_made(page_of, patient, clinician, now, query):
    answered(patient, clinician, now)
    assert "responding" in page_of(query)


def test_an_outcome_is_made_on_reading_when_no_job_has_made_it(page_of, patient, clinician, now):
    treatment = answered(patient, clinician, now)
    make.rating(of=treatment, hours=336, score=8, by=clinician)
    assert "relief lost" in page_of()


def test_of_two_treatments_the_later_is_shown_and_the_other_a_click_away(page_of, patient, clinician, now):
    first = answered(patient, clinician, now, days_ago=40)
    answered(patient, clinician, now, days_ago=10, route="im", redose_reason="symptoms_returned")
    assert "into a muscle</h2>" in page_of()
    page = page_of(f"?treatment={first.pk}")
    assert "IV infusion</h2>" in page
    assert "closed by the next treatment" in page


def test_a_course_is_judged_as_a_whole(page_of, patient, clinician, now):
    first = answered(patient, clinician, now, days_ago=20, scores={-1: 8, 1: 6, 2: 6})
    answered(patient, clinician, now, days_ago=15, scores={-1: 6, 1: 3, 2: 3}, redose_reason="planned")
    assert "no response seen" in page_of(f"?treatment={first.pk}")
    page = page_of(f"?treatment={first.pk}&unit=course")
    assert re.search(span_of("Relief began", "day 5 (119 h)", "day 5 (121 h)"), page)


def test_an_amended_rating_stays_visible_beside_what_counts(page_of, patient, clinician, now):
    treatment = answered(patient, clinician, now)
    corrected, withdrawn = treatment.ratings.order_by("pk")[1:3]
    make.amendment(of=corrected, score=5, by=clinician)
    make.amendment(of=withdrawn, kind="withdraw", by=clinician)
    page = page_of()
    assert "<del>6 of 10</del> <ins>5 of 10</ins>" in page
    assert "<del>3 of 10</del></td>" in page
    assert "by Clara Clinician: mistyped" in page
    assert "withdrawn" in page


def test_incomplete_and_blank_answers_have_no_total(page_of, patient, clinician, now):
    treatment = answered(patient, clinician, now)
    make.rating(of=treatment, hours=4, instrument="now4", answers=[1, None, 2, 3], by=clinician)
    make.rating(of=treatment, hours=4.1, instrument="now4", answers=[None] * 4, by=clinician)
    page = page_of()
    assert "no total: 3 of 4 answered" in page
    assert "left blank" in page


def test_check_ins_stand_with_their_state_and_reason(page_of, patient, clinician, now):
    treatment = answered(patient, clinician, now)
    check_in = treatment.check_ins.get(name="+4 h")
    skip_check_in(actor=clinician, check_in=check_in, client_uuid=uuid4(), reason="too_sleepy")
    page = page_of()
    for words in ("answered", "missed", "upcoming", "too sleepy"):
        assert words in page


def test_what_people_write_is_shown_as_text(at_desk, clinic, clinician, now):
    hostile = "<script>alert(1)</script>"
    somebody = make.patient(at=clinic, code="<i>X", person=make.person(name=hostile))
    treatment = answered(somebody, clinician, now, drug="other", drug_name="<b>sertraline")
    make.amendment(of=treatment.ratings.first(), score=7, by=somebody.person)
    page = said(at_desk, f"/patients/{somebody.pk}/")
    assert hostile not in page
    assert "<i>X" not in page
    assert "<b>sertraline" not in page


def test_a_patient_page_costs_the_same_for_few_ratings_and_for_many(at_desk, patient, clinician, now):
    treatment = answered(patient, clinician, now)
    said(at_desk, f"/patients/{patient.pk}/")  # the first reading in an hour is written down
    few = queries(at_desk, f"/patients/{patient.pk}/")
    for day in range(8, 19):
        make.amendment(of=make.rating(of=treatment, hours=24 * day, by=clinician), score=2, by=clinician)
    estimation.refresh(treatment.pk)
    assert queries(at_desk, f"/patients/{patient.pk}/") == few <= 12


def test_a_researcher_reads_and_who_has_left_does_not(client, clinic, patient):
    researcher = make.member(at=clinic, role="researcher")
    client.force_login(researcher)
    assert client.get(f"/patients/{patient.pk}/").status_code == 200
    Membership.objects.filter(person=researcher).update(ended_at="2026-01-01T00:00Z", started_at="2025-01-01T00:00Z")
    for path in ("/patients/", f"/patients/{patient.pk}/", "/cohorts/"):
        assert client.get(path).status_code == 404
