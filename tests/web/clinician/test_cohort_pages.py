"""What staff see of many patients together: the claims first, every curve with what it rests on, files of it all."""

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Person
from backend.analysis.cohorts.telling.curve_rows import CURVES_CSV
from backend.analysis.cohorts.telling.drawing import MEASURES
from backend.tracking import estimation
from backend.tracking.cohorts import Selection, claims, cohort, compare
from tests import make
from tests.web.make import DESK, PHONE

RELIEVED = {-1: 8, 1: 6, 2: 3, 3: 3, 168: 3, 336: 3, 672: 3}
UNRELIEVED = {-1: 8, 1: 7, 2: 7, 3: 7, 168: 7, 336: 8, 672: 7}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def treat(clinic, clinician, now):
    """Treat so many new patients alike, and let the jobs run."""

    def treated(count, scores=RELIEVED, days_ago=120, **details):
        started_at = now - timedelta(days=days_ago)
        found = []
        for _ in range(count):
            patient = make.patient(at=clinic, sign_in=False)
            found.append(make.treatment(of=patient, by=clinician, started_at=started_at, **details))
            make.ratings(of=found[-1], scores=scores, by=clinician)
        estimation.sweep()
        return found

    return treated


def said(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def numbers(page):
    """Every machine-readable number of a page."""
    return [float(number) for number in re.findall(r'<data value="([^"]+)">', page)]


def facts(page):
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", page))


def queries(client, path):
    with CaptureQueriesContext(connection) as asked:
        said(client, path)
    return len(asked)


# The page


def test_under_five_there_is_no_curve(at_desk, treat):
    treat(4)
    page = said(at_desk, "/cohorts/")
    assert "Too few" in page
    assert "n = 4" in page
    assert "<svg" not in page


def test_the_claims_stand_above_three_pictures_in_the_order_that_matters(at_desk, treat):
    treat(5)
    page = said(at_desk, "/cohorts/")
    assert page.count("<svg") == 6
    places = [page.index(f'id="{name}"') for name in ("claims", "in_response", "onset", "loss", "steps", "answered")]
    assert places == sorted(places)
    assert "Mean time in response, of 28 days" in page
    assert "Median loss" in page
    assert "Population: first treatment of each patient, if evaluable." in page
    assert "Relief seen in an open clinic is not efficacy" in page


def test_every_claim_has_numbers_of_its_own_and_what_was_published(at_desk, clinician, treat):
    treat(5)
    treat(2, UNRELIEVED)
    page = said(at_desk, "/cohorts/")
    for source in ("Glue 2017, 2020", "Salloum 2019", "Feder 2021", "Taylor 2018"):
        assert source in page
    card = page[page.index('id="claims"') : page.index('id="in_response"')]
    told = [one for one in claims(clinician, Selection()).rows if not one.why]
    assert len(told) > 8
    for row in told:
        wanted = {row.estimate_lower, row.estimate_upper} if row.estimate is None else {row.estimate}
        assert wanted <= set(numbers(card))
    assert "too few; an estimate needs 5" in card  # for those whom two others had failed: nobody


def test_the_page_prints_what_the_interface_answers(at_desk, treat):
    treat(7, route="iv")
    treat(4, UNRELIEVED, route="iv")  # elevenths have no end
    page = said(at_desk, "/cohorts/?route=iv")
    told = at_desk.get("/api/v1/cohorts/", {"route": "iv"}).json()
    median = told["quantiles"]["onset"]
    found = numbers(facts(page)["Median onset"])
    assert found == [median["lower"], median["upper"]]
    mean = numbers(facts(page)["Mean time in response, of 28 days"])
    assert mean == [told["rmdor"]["estimate"]]
    for name in MEASURES:
        table = page[page.index(f'id="{name}"') :].split("<tbody>")[1].split("</tbody>")[0]
        rows = [row for row in told["curves"][name][1:] if row["hours"] <= 672]
        columns = ("estimate", "lower", "upper", "ci_lower", "ci_upper")
        assert numbers(table) == [row[column] for row in rows for column in columns]


def test_a_curve_is_named_after_what_was_chosen(at_desk, treat):
    treat(5, route="iv")
    assert "IV infusion, n = 5" in said(at_desk, "/cohorts/?route=iv")
    assert "All, n = 5" in said(at_desk, "/cohorts/?route=")


def test_who_asks_for_nothing_gets_whom_the_claims_are_about(at_desk, treat):
    treat(5)
    treat(6, {-1: 8, 168: 7}, drug="other", drug_name="sertraline", route="oral", protocol="weekly")
    page = said(at_desk, "/cohorts/")
    assert "ketamine or esketamine, asked in the first hours, n = 5" in page
    assert '<option value="hourly" selected>' in page
    everybody = said(at_desk, "/cohorts/?route=")
    assert "All, n = 11" in everybody
    assert "Not everybody in this group was asked in the first hours" in everybody
    assert "protocol=hourly" in everybody


def test_filters_choose_the_cohort(at_desk, treat):
    treat(5, route="iv", dose_mg=40, weight_kg=80)
    treat(2, route="im", dose_mg=80, weight_kg=80)
    assert "n = 7" in said(at_desk, "/cohorts/")
    assert "n = 5" in said(at_desk, "/cohorts/?route=iv&drug=&from=2000-01-01&to=&rule_set=R30F-L30")
    assert "n = 5" in said(at_desk, "/cohorts/?dose_to=0.5")
    assert "n = 2" in said(at_desk, "/cohorts/?dose_from=0.6&dose_to=1")
    assert "n = 7" in said(at_desk, "/cohorts/?previous=none&protocol=hourly-weekly")


@pytest.mark.parametrize("query", ["to=2000-01-01", "instrument=gad7", "number=2", "previous=2%2B", "route=oral"])
def test_nobody_is_said_and_the_filters_are_kept(at_desk, treat, query):
    treat(5)
    page = said(at_desk, f"/cohorts/?{query}")
    assert "n = 0" in page
    assert "Too few" in page
    name, given = query.replace("%2B", "+").split("=")
    assert re.search(rf'name="{name}" value="{given}"|<option value="{re.escape(given)}" selected>', page)


@pytest.mark.parametrize("path", ["/cohorts/", "/cohorts/?route=", "/cohorts/compare/?by=route&a=iv&b=im"])
def test_what_makes_sense_is_called_wrong_nowhere(at_desk, path):
    page = said(at_desk, path)
    assert 'class="error"' not in page
    assert " required" not in page[page.index("<form") :]


@pytest.mark.parametrize("path", ["/cohorts/?", "/cohorts/compare/?by=drug&"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("route=rectal", "Expected one of iv,"),
        ("rule_set=R1", "Expected one of R50C-L50,"),
        ("unit=x", "Expected one of treatment,"),
        ("from=yesterday", "Write a day such as 2026-01-31."),
        ("to=2026-02-30", "Write a day such as 2026-01-31."),
        ("from=2026-03-01&to=2026-02-01", "This is before the first day."),
        ("dose_from=much", "Write mg/kg below 1000 with at most two decimals, such as 0.5."),
        ("dose_from=0,125", "Write mg/kg below 1000 with at most two decimals, such as 0.5."),
        ("dose_from=1,5&dose_to=0.5", "This is less than the lowest dose, 1.5 mg/kg."),
        ("number=0", "Write a number from 1 to 99."),
        ("number=first", "Write a number from 1 to 99."),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_beside_its_field_in_words(at_desk, path, query, words):
    page = said(at_desk, path + query, status=400)
    name = query.split("&")[-1].split("=")[0]
    field = next(one for one in page.split('class="field"') if f'for="id_{name}"' in one)
    assert f'id="id_{name}_error">{words}' in field
    if "<select" not in field:
        for kept, given in (one.split("=") for one in query.split("&")):
            assert f'name="{kept}" value="{given}"' in page


@pytest.mark.parametrize("written", ["0.5", "0,5", " 0,50 "])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_dose_is_asked_for_with_a_point_or_a_comma(at_desk, treat, written, language):
    treat(5, route="iv", dose_mg=40, weight_kg=80)
    treat(2, route="im", dose_mg=80, weight_kg=80)
    Person.objects.update(language=language)
    page = said(at_desk, f"/cohorts/?dose_to={written}")
    assert "n = 5" in page
    assert f'name="dose_to" value="{written}"' in page
    assert "dose_to=0.5" in page[page.index("/cohorts/compare/") :]
    assert "n = 2" in said(at_desk, "/cohorts/?dose_from=0,6&dose_to=1")


@pytest.mark.parametrize("path", ["/cohorts/", "/cohorts/compare/"])
def test_the_navigation_says_that_one_is_at_the_cohorts(at_desk, path):
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', said(at_desk, path)) == ["/cohorts/"]


def test_how_many_are_left_at_each_step(at_desk, treat):
    treat(6)
    treat(2, UNRELIEVED)
    treat(1, {1: 6, 2: 3})
    page = said(at_desk, "/cohorts/")
    steps = page[page.index('id="steps"') : page.index('id="answered"')]
    assert numbers(steps) == [9, 8, 6, 6]
    assert "not: 1 no baseline" in steps


def test_both_estimands_stand_side_by_side_where_they_differ(at_desk, clinician, treat, now):
    *_, last = treat(6)
    page = said(at_desk, "/cohorts/")
    assert "E1 and E2 are the same" in page
    again = make.treatment(
        of=last.patient, by=clinician, started_at=now - timedelta(days=100), redose_reason="symptoms_returned"
    )
    make.ratings(of=again, scores=RELIEVED, by=clinician)
    estimation.sweep()
    page = said(at_desk, "/cohorts/")
    found = cohort(clinician, Selection(drug="either", protocol="hourly"))
    table = page[page.index('id="estimands"') : page.index('id="steps"')]
    e1, e2 = (float(one.mean_duration.estimate) for one in (found.estimate, found.estimate_e2))
    assert e2 < e1
    assert {e1, e2} <= set(numbers(table))


def test_treatments_still_being_worked_out_are_told(at_desk, clinic, clinician, treat, now):
    treat(5)
    waiting = make.treatment(of=make.patient(at=clinic), by=clinician, started_at=now - timedelta(days=3))
    make.rating(of=waiting, hours=1)
    assert "1 treatment is still being worked out" in said(at_desk, "/cohorts/")


def test_another_clinics_patients_are_in_no_cohort_of_ours(client, treat, other_clinic):
    treat(5)
    client.force_login(other_clinic)
    assert "n = 0" in said(client, "/cohorts/")
    assert "no two groups" in said(client, "/cohorts/compare/")
    assert "0.5" not in client.get("/cohorts/figure/onset.csv").content.decode()


def test_a_cohort_costs_the_same_for_five_and_for_twenty(at_desk, treat):
    treat(5)
    first = queries(at_desk, "/cohorts/")
    five = queries(at_desk, "/cohorts/")
    treat(15)
    queries(at_desk, "/cohorts/")
    assert queries(at_desk, "/cohorts/") == five <= 12
    assert first <= 30  # with what is worked out and kept once
    filtered = "/cohorts/?dose_from=0.1&previous=none"  # read one by one, then kept too
    queries(at_desk, filtered)
    assert queries(at_desk, filtered) <= 12


# Two groups


@pytest.fixture
def two_routes(treat):
    treat(6, route="iv")
    treat(5, UNRELIEVED, route="im")
    treat(2, route="oral")


IV_IM = "/cohorts/compare/?by=route&a=iv&b=im"


def test_while_no_groups_are_named_the_largest_two_are_compared(at_desk, two_routes):
    response = at_desk.get("/cohorts/compare/?rule_set=R30F-L30")
    assert response.status_code == 302
    assert response["Location"] == "/cohorts/compare/?rule_set=R30F-L30&by=route&a=iv&b=im"
    named = at_desk.get("/cohorts/compare/?a=oral")
    assert named["Location"] == "/cohorts/compare/?by=route&a=oral&b=iv"


def test_two_groups_share_a_picture_and_are_told_apart_without_colour(at_desk, two_routes):
    page = said(at_desk, IV_IM)
    assert page.count("<svg") == 6
    assert "IV infusion, n = 6" in page
    assert "into a muscle, n = 5" in page
    shapes = {re.match(r"<\w+", mark)[0] for mark in re.findall(r'<\w+ class="c-mark[^>]*>', page)}
    assert shapes == {"<circle", "<path"}
    assert "Not randomised" in page


def test_suns_test_is_told_first_and_others_unfold(at_desk, clinician, two_routes):
    page = said(at_desk, IV_IM)
    found = compare(clinician, Selection(), "route", ["iv", "im"]).tests
    shown, unfolded = page[page.index('id="tests"') : page.index('id="numbers"')].split("<details>")
    main = [one for one in found if one.test.scores == "sun"]
    assert numbers(shown) == [number for one in main for number in (one.test.z, one.test.p) if number is not None]
    assert "earlier in: IV infusion" in shown
    assert "Finkelstein" in unfolded
    assert "Sun</td>" not in unfolded


def test_a_small_group_is_named_and_not_tested(at_desk, two_routes):
    page = said(at_desk, "/cohorts/compare/?by=route&a=iv&b=oral")
    assert "by mouth, n = 2: an estimate needs at least 5" in page
    assert "not tested: fewer than 5 in a group" in page


def test_groups_asked_at_different_times_are_compared_where_they_were_both_asked(at_desk, treat):
    treat(5)
    treat(5, {-1: 8, 168: 7, 336: 7}, drug="other", drug_name="sertraline", route="oral", protocol="weekly")
    page = said(at_desk, "/cohorts/compare/?by=drug&a=ketamine&b=other")
    assert "Both are shown and tested only at the check-ins they share: week 1, week 2" in page
    assert "+1 h" not in page[page.index('id="numbers"') :]


@pytest.mark.parametrize(
    ("query", "beside"),
    [
        ("by=route&a=iv&b=iv", "Choose another group than the first."),
        ("by=route&a=rectal&b=iv", "Expected one of iv"),
        ("by=weather", "Groups can differ by: route"),
        ("by=route&a=iv&b=im&from=never", "Write a day such as 2026-01-31."),
    ],
)
def test_what_cannot_be_compared_is_said_beside_it(at_desk, query, beside):
    assert beside in said(at_desk, f"/cohorts/compare/?{query}", status=400)


def test_a_comparison_costs_few_queries(at_desk, two_routes):
    said(at_desk, IV_IM)
    assert queries(at_desk, IV_IM) <= 12


# Files


def test_a_saved_picture_stands_on_its_own_and_says_where_it_came_from(at_desk, treat):
    treat(5, route="iv")
    response = at_desk.get("/cohorts/figure/in_response.svg?route=iv")
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"] == 'attachment; filename="ebb-cohort-in_response.svg"'
    drawing = ET.fromstring(response.content)  # noqa: S314 -- our own output, and whether it parses is the test
    words = " ".join(text.text for text in drawing.iter(f"{SVG}text"))
    assert "--chart-ink" in drawing.find(f"{SVG}style").text
    assert "Rule set R50C-L50" in words
    assert "not drawn by lot" in words
    assert "/cohorts/figure/in_response.svg?route=iv" in words
    assert at_desk.get("/cohorts/figure/in_response.svg?route=iv").content == response.content


@pytest.mark.parametrize("name", MEASURES)
def test_a_table_has_the_columns_of_the_command_line_and_the_numbers_of_the_interface(at_desk, treat, name):
    treat(6, route="iv")
    written = at_desk.get(f"/cohorts/figure/{name}.csv?route=iv").content.decode()
    header, *rows = csv.reader(io.StringIO(written))
    assert tuple(header) == CURVES_CSV
    told = at_desk.get("/api/v1/cohorts/", {"route": "iv"}).json()["curves"][name]
    assert [[float(cell) for cell in row[2:]] for row in rows] == [list(one.values()) for one in told]
    assert {(row[0], row[1]) for row in rows} == {("all", name)}
    as_json = json.loads(at_desk.get(f"/cohorts/figure/{name}.json?route=iv").content)
    assert as_json["cohorts"][0]["curve"] == told
    assert as_json["asked"] == {"route": "iv"}


def test_a_file_of_too_few_has_no_numbers(at_desk, treat):
    treat(4)
    _, *rows = csv.reader(io.StringIO(at_desk.get("/cohorts/figure/onset.csv").content.decode()))
    assert {tuple(row[3:]) for row in rows} == {("", "", "", "", "", "4")}
    assert json.loads(at_desk.get("/cohorts/figure/onset.json").content)["cohorts"][0]["curve"] is None
    assert b"too few" in at_desk.get("/cohorts/figure/onset.svg").content


def test_a_comparison_is_saved_with_both_groups(at_desk, two_routes):
    query = "?by=route&a=iv&b=im"
    _, *rows = csv.reader(io.StringIO(at_desk.get(f"/cohorts/figure/loss.csv{query}").content.decode()))
    assert {row[0] for row in rows} == {"iv", "im"}
    assert b"IV infusion, n = 6" in at_desk.get(f"/cohorts/figure/loss.svg{query}").content


def test_every_file_is_offered_under_its_figure(at_desk, two_routes):
    for address in ("/cohorts/?route=iv", IV_IM):
        offered = re.findall(r'href="(/cohorts/figure/[^"]+)"', at_desk.get(address).content.decode())
        assert len(offered) == 9
        for file in offered:
            assert at_desk.get(file.replace("&amp;", "&")).status_code == 200


def test_a_figure_that_does_not_exist_is_not_there(at_desk):
    assert at_desk.get("/cohorts/figure/sleep.svg").status_code == 404
    refused = at_desk.get("/cohorts/figure/onset.csv?route=rectal")
    assert (refused.status_code, refused.content[:6]) == (400, b"route:")


# In a browser


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESK, "light")])
def test_both_pages_fit_the_screen(browser_of, clinician, two_routes, size, scheme):
    page = browser_of(clinician, size=size, scheme=scheme)
    for address in ("/cohorts/", IV_IM):
        page.goto(address)
        for unfold in page.locator("summary").all():
            unfold.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator(".chart-pair > svg:visible").count() == 3
