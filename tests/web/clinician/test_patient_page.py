"""The page of one patient: all treatments in pictures, looked at under other terms, and beside each other."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from backend.analysis.conclude import conclude
from backend.tracking.estimation import facts_of, refresh
from backend.tracking.models import Outcome, Unit
from backend.tracking.services.rating.ratings import rating_from
from tests import make
from tests.web.make import DESK, PHONE

RESPONDING = {-1: 8, 1: 6, 2: 3, 3: 3, 168: 3}


@pytest.fixture
def given(patient, clinician, now):
    """A treatment of the patient so many days ago, with its ratings."""

    def treat(days_ago, scores=None, **details):
        one = make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=days_ago), **details)
        make.ratings(of=one, scores=RESPONDING if scores is None else scores, by=clinician)
        return one

    return treat


@pytest.fixture
def page_of(at_desk, patient):
    """What the page says under some choice."""

    def said(query="", path=""):
        response = at_desk.get(f"/patients/{patient.pk}/{path}{query}")
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return said


def numbers(page, name):
    """Every number of that name on a page, unrounded."""
    return re.findall(rf'<data value="([^"]*)" data-of="{name}">', page)


def about_the_first(page):
    """What a page says of each later treatment against the first."""
    cells = re.findall(r'<td data-label="Against the first">(.*?)</td>', page)
    return [re.findall(r"<p>(.*?)</p>", cell) for cell in cells]


# The picture


def test_the_windows_of_check_ins_are_shaded(page_of, given):
    given(20)
    page = page_of()
    assert 'class="c-window"' in page
    assert "time in which a check-in could be answered" in page


def test_a_treatment_that_continues_a_course_leads_to_where_its_course_is(page_of, given):
    first = given(days_ago=40)
    second = given(days_ago=33, redose_reason="planned")
    page = page_of(f"?treatment={second.pk}&sessions=course&flagged=0")
    assert "There is nothing to draw" not in page
    link = re.search(r'This treatment continues a course[^<]*<a href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert {f"treatment={first.pk}", "sessions=course", "flagged=0"} <= set(link.removeprefix("?").split("&"))
    assert "This treatment continues a course" not in page_of(link)
    assert "</svg>" in page_of(link)


def test_in_a_course_no_window_that_the_next_dose_closed_lies_under_those_that_follow(page_of, given):
    first = given(40)
    given(33, redose_reason="planned")
    wide = page_of(f"?treatment={first.pk}&sessions=course").split("</svg>")[0]
    found = re.findall(r'class="c-window" x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="[\d.]{3,}"', wide)
    windows = sorted((float(left), float(left) + float(width)) for left, width in found)
    assert len(windows) > 4
    assert all(right <= left for (_left, right), (left, _right) in pairwise(windows))


def test_all_treatments_lie_over_each_other_told_apart_without_colour(page_of, given):
    for days_ago in (120, 80, 40):
        given(days_ago)
    page = page_of("?sessions=overlaid")
    marks = [page.count(f"c-mark c-group-{place}") for place in (1, 2, 3, 4)]
    assert all(marks[:3])
    assert marks[3] == 0
    assert page.count("IV infusion</text>") == 6  # each named in the key, for a phone and for a desk
    assert "Hours, days and weeks count from each treatment’s own dose;" in page


def test_of_many_treatments_the_last_six_are_overlaid_and_it_is_said(page_of, given):
    for number in range(8):
        given(300 - 30 * number)
    page = page_of("?sessions=overlaid")
    assert "The last 6 of 8 treatments are shown." in page
    assert "c-group-6" in page


def test_all_treatments_stand_on_a_calendar(page_of, given):
    for days_ago in (120, 80, 40):
        given(days_ago)
    page = page_of("?sessions=all")
    assert ">date</text>" in page
    assert page.count('class="c-dose-mark"') >= 6
    assert "The hours after a dose lie close together on a calendar." in page


def live(treatment, scores, clinician):
    """Ratings that were stored when they were made, so that nothing is doubtful about them."""
    for hours, score in scores.items():
        at = treatment.started_at + timedelta(hours=hours)
        rating_from(clinician, treatment, make.entry(device_at=at, score=score), at).save()
    refresh(treatment.pk)


def test_flagged_ratings_can_be_left_out_and_nothing_of_that_is_stored(page_of, given, clinician):
    treatment = given(30, scores={})
    live(treatment, {-1: 8, 1: 3, 2: 3, 168: 6}, clinician)
    with_them, without = page_of(), page_of("?flagged=0")
    (expected,) = [
        one
        for one in conclude(facts_of(treatment, Unit.TREATMENT), per_course=False, exclude_flagged=True)
        if (one.instrument, one.rule_set) == ("nrs-anxiety", "R50C-L50")
    ]
    assert numbers(with_them, "onset_upper_hours")[0] == "1.0"
    assert expected.status == "no_response"
    assert numbers(without, "n_ratings") == [str(expected.n_ratings)] == ["1"]
    assert numbers(without, "onset_lower_hours")[0] == str(expected.onset_lower_hours)
    assert "2 flagged ratings are left out." in without
    assert "stored nowhere" in without
    assert Outcome.objects.get(treatment=treatment, unit="treatment", rule_set="R50C-L50").n_ratings == 3


def test_a_recall_that_reaches_back_over_the_dose_is_a_flag_in_the_picture_too(page_of, given, clinician):
    treatment = given(30)
    make.rating(of=treatment, hours=-1, instrument="gad7", answers=[3] * 7, by=clinician)
    make.rating(of=treatment, hours=168, instrument="gad7", answers=[1] * 7, by=clinician)
    assert "lookback overlaps dose" in page_of("?instrument=gad7")
    assert "2 flagged ratings are left out." in page_of("?instrument=gad7&flagged=0")


def test_a_dose_for_returned_symptoms_counts_as_loss_where_that_is_asked_for(page_of, given):
    first = given(40)
    given(25, scores={-1: 7}, redose_reason="symptoms_returned")
    ends, counts = (page_of(f"?treatment={first.pk}&loss={loss}") for loss in ("E1", "E2"))
    assert "counts as loss of relief: after" not in ends
    assert "Loss of relief not seen" in ends
    assert "A dose given because symptoms had returned counts as loss of relief: after week 1" in counts
    assert "A new treatment given because symptoms had returned counts as loss of relief (E2)." in counts
    assert numbers(ends, "loss_upper_e2_hours")[0] == numbers(counts, "loss_upper_e2_hours")[0] == "360.0"
    assert numbers(ends, "loss_upper_hours")[0] == "inf"


# Treatments beside each other


def test_a_faster_and_a_shorter_response_is_said_only_where_spans_do_not_overlap(page_of, given):
    given(200, scores={-1: 8, 1: 8, 2: 8, 3: 3, 4: 3, **{24 * day: 3 for day in (7, 14, 21, 28)}, 24 * 35: 8})
    given(130, scores={-1: 8, 1: 3, 2: 3, 24 * 7: 8})
    given(60, scores={-1: 8, 2: 8, 3.5: 3, 4: 3, 24 * 7: 3})
    assert about_the_first(page_of()) == [[], ["faster", "shorter"], ["how fast: cannot tell", "how long: cannot tell"]]


def test_spans_that_overlap_are_not_told_apart(page_of, given):
    given(200, scores={-1: 8, 2: 8, 4: 3, 24: 3, 24 * 7: 3, 24 * 14: 8})
    given(100, scores={-1: 8, 1: 8, 3: 3, 24: 3, 24 * 7: 3, 24 * 10: 8})
    page = page_of()
    assert about_the_first(page)[1] == ["how fast: cannot tell", "how long: cannot tell"]
    assert numbers(page, "onset_upper_hours")[1:] == ["4.0", "3.0"]


def test_relief_that_was_not_seen_is_never_called_slower_or_longer(page_of, given):
    given(200, scores={-1: 8, 1: 3, 2: 3, 24 * 7: 8})
    given(100, scores={-1: 8, 1: 8, 2: 8, 24 * 7: 8})
    assert about_the_first(page_of())[1] == ["how fast: cannot tell", "how long: cannot tell"]


def test_one_treatment_is_compared_with_nothing(page_of, given):
    given(20)
    assert "Treatments beside each other" not in page_of()


def test_the_dose_log_tells_what_was_given_and_what_else_happened(page_of, given, patient, clinician, now):
    given(20, dose_mg=40, weight_kg=80, lot="A17", benzodiazepine_24h=True, psychotherapy_same_day=True)
    make.treatment(of=patient, by=clinician, state="planned", planned_at=now + timedelta(days=3))
    page = page_of()
    for words in ("0.5 mg/kg", "lot A17", "benzodiazepine in the 24 h before", "psychotherapy the same day", "planned"):
        assert words in page


def test_what_is_chosen_stays_chosen_from_treatment_to_treatment(page_of, given):
    first = given(40)
    given(20)
    assert f'href="?rule_set=R30F-L30&amp;treatment={first.pk}"' in page_of("?rule_set=R30F-L30")


@pytest.mark.parametrize("query", ["?sessions=x", "?loss=E3", "?flagged=2", "?sessions=&loss=&flagged="])
def test_a_choice_that_does_not_exist_is_the_usual_one(page_of, given, query):
    given(20)
    assert numbers(page_of(query), "onset_upper_hours")[0] == "2.0"
    assert '<option value="one" selected>' in page_of(query)


# What it costs


@pytest.mark.parametrize("query", ["", "?sessions=all", "?sessions=overlaid", "?sessions=course", "?flagged=0"])
def test_ten_treatments_cost_no_more_queries_than_one(
    at_desk, patient, clinician, given, django_assert_max_num_queries, query
):
    for number in range(10):
        treatment = given(300 - 30 * number)
    make.amendment(of=treatment.ratings.last(), score=5, by=clinician)
    at_desk.get(f"/patients/{patient.pk}/")  # outcomes are made, and that somebody looked is noted
    for path in ("", "report/"):
        with django_assert_max_num_queries(12):
            assert at_desk.get(f"/patients/{patient.pk}/{path}{query}").status_code == 200


# In a browser


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESK, "light")])
def test_nothing_is_wider_than_the_screen(browser_of, clinician, patient, given, size, scheme):
    for days_ago in (120, 80, 40):
        given(days_ago, dose_mg=40, weight_kg=80, lot="A17")
    page = browser_of(clinician, size=size, scheme=scheme)
    for query in ("", "?sessions=overlaid", "?sessions=all", "report/"):
        page.goto(f"/patients/{patient.pk}/{query}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query
