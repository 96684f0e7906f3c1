"""report.html stands alone and says what every number rests on."""

from html.parser import HTMLParser

import pytest

from tests.analysis.cli.make import RELIEVED, cohort, ratings, timed

COLUMNS = "patient,treatment,hours,score,arm"
VOID = {"meta", "br", "hr", "img", "link", "input"}
SELF_CLOSED = {"line", "path", "rect", "circle", "stop", "use"}
FETCHING = ("src", "srcset", "data", "poster", "action", "background", "formaction")


class Page(HTMLParser):
    """Reads a page strictly: every element closed in order; gathers elements, text and what would be fetched."""

    def __init__(self, text):
        super().__init__()
        self.text, self.open, self.elements, self.fetched, self.cells = "", [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        given = dict(attributes)
        self.fetched += [given[name] for name in FETCHING if name in given]
        self.fetched += [given[name] for name in ("href", "xlink:href") if not given.get(name, "#").startswith("#")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("th", "td"):
            self.cells.append(data)
        if not {"style", "svg"} & set(self.open):
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def report(outcomes):
    def run(content, *options):
        ran = outcomes(content, *options)
        assert (ran.code, ran.err) == (0, "")
        return Page((ran.folder / "report.html").read_text(encoding="utf-8"))

    return run


@pytest.fixture
def page(report):
    rows = [*cohort(3, 3, "iv"), *cohort(1, 2, "oral", name="Q"), ("R", "1", 1, 3, "iv"), ("S", "1", 0, 8, "")]
    return report(ratings(*rows, columns=COLUMNS), "--by", "arm")


def test_the_report_fetches_nothing_and_runs_nothing(page, tmp_path):
    assert page.fetched == []
    assert [tag for tag, _ in page.elements if tag in ("script", "link", "iframe", "img", "object", "base")] == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    source = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "url(" not in source.replace("url(#", "")
    assert "@import" not in source
    without_names = source.replace('xmlns="http://www.w3.org/2000/svg"', "")  # a name of a language, not an address
    assert "http:" not in without_names
    assert "https:" not in without_names


def test_the_report_says_what_every_number_rests_on(page):
    assert "11 outcomes from ratings.csv, protocol hourly-weekly." in page.text
    assert "Population: first treatment of each patient, if evaluable. Left out of iv: 1 (no baseline)." in page.text
    assert "oral: n = 3, too few; an estimate needs 5." in page.text
    assert "Rule set R50C-L50 – response: at most 50 % of baseline and again at the next check-in" in page.text
    assert "again at the next check-in, up to 240 h later" in page.text
    assert "Check-ins answered: iv 38 % of 96, oral 38 % of 48." in page.text  # 6 of 16 check-ins each
    assert "The file does not tell whether anyone was treated again, so E1 and E2 are the same." in page.text
    assert "Treatments without arm: 1, in no group." in page.text
    assert "Groups as they were: who was given which may explain a difference." in page.text
    assert "Relief without a blinded comparison is not efficacy" in page.text


def test_every_picture_says_it_too_and_has_words_for_who_cannot_see_it(page, tmp_path):
    pictures = page.all("svg")
    assert len(pictures) == 3 * 2  # in response, onset, loss; for a desk and for a phone
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert all({one["aria-labelledby"], one["aria-describedby"]} <= ids for one in pictures)
    source = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for picture in source.split("<svg")[1:]:
        words = picture[picture.index("<desc") : picture.index("</desc>")]
        for needed in (
            "Population",
            "R50C-L50",
            "Check-ins answered",
            "E1 and E2",
            "iv, n = 6",
            "oral, n = 3: too few",
        ):
            assert needed in words


def test_ids_are_distinct(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_tables_show_shares_times_tests_and_missingness(page):
    cells = " | ".join(page.cells)
    assert "Check-in | iv | n | 6 | +1 h" in cells
    assert "+1 h | 50 % (" in cells
    assert "week 2 | 0 % |" in cells
    assert "Median onset | by 1 h" in cells  # F_lo reaches a half at +1 h
    assert "Median loss | after week 1, by week 2" in cells
    assert "onset: iv, oral | 6, 3 | – | – | –" in cells
    assert "not evaluable (no baseline) | nrs-anxiety | 1" in cells
    assert "not evaluable (no rating after dose) | nrs-anxiety | 1" in cells
    assert "lost | nrs-anxiety | 4" in cells
    assert "week 1 | 6 of 6 | 3 of 3" in cells
    assert "week 3 | 0 of 6 | 0 of 3" in cells


def test_what_clinics_tell_patients_stands_beside_the_numbers(page):
    cells = " | ".join(page.cells)
    assert "Halved, and confirmed at the next check-in by the check-in at 1 h | 50 % (" in cells
    assert "In response at week 2 | 0 %" in cells
    assert "In response at week 4 | – | Half of all treated" in cells  # oral is too small to stand in the table
    assert "“Relief lasts for weeks after a single session.” Not typical: days to one or two weeks." in page.text
    assert "Groups were not drawn by lot" in page.text


def test_tests_are_told_as_z_and_p(report):
    rows = [*cohort(5, 0, "a"), *cohort(0, 5, "b", name="Q")]
    cells = " | ".join(report(ratings(*rows, columns=COLUMNS), "--by", "arm").cells)
    assert "onset: a, b | 5, 5 | z 3.00, p 0.003 | z 3.00, p 0.003 | z 3.00, p 0.003" in cells


def test_nothing_to_estimate_is_said(report):
    page = report(ratings(*cohort(2, 2)))
    assert "No cohort has the 5 that an estimate needs." in page.text
    page = report(ratings(*cohort(3, 3, ""), columns=COLUMNS), "--by", "arm")
    assert "Treatments without arm: 6, in no group." in page.text
    assert "Check-ins answered:" not in page.text


def test_a_single_outcome_is_an_outcome(report):
    page = report("patient,treatment,hours,score\nA,1,0,8\n")
    assert "1 outcome from ratings.csv" in page.text
    assert "Left out of all: 1 (no rating inside a check-in window)." in page.text
    assert "Check-ins answered: all none was due." in page.text


def test_courses_and_left_out_ratings_are_said(report):
    page = report(timed(("A", "1", 0, 0, 8, "")), "--unit", "course", "--exclude-flagged")
    assert "Population: first course of each patient" in page.text
    assert "Flagged ratings are left out." in page.text


def test_ratings_without_outcomes_are_counted(report):
    rows = [*((*row, "nrs-anxiety") for row in cohort(3, 3)), ("P0", "1", 1, 4, "pgic"), ("P0", "1", 1, 5, "unreal")]
    page = report(ratings(*rows, columns="patient,treatment,hours,score,instrument"))
    assert "Ratings that have no outcomes of their own: 1 of pgic, 1 of unreal." in page.text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\"b'c&amp;", "$title ${body}", "\u202eabc", "x" * 300])
def test_names_of_groups_stay_text(report, name):
    page = report(ratings(*cohort(3, 3, name), columns=COLUMNS), "--by", "arm")
    assert page.all("script") == []
    assert name.replace("\u202e", "") in page.text
    assert "\u202e" not in page.text


def test_more_than_six_groups_take_more_pictures(report):
    rows = [(f"{arm}{number}", "1", *one, arm) for arm in "abcdefg" for number in range(5) for one in RELIEVED]
    page = report(ratings(*rows, columns=COLUMNS), "--by", "arm")
    assert len(page.all("svg")) == 2 * 3 * 2


def redosed(reason):
    """Six patients relieved through week 1 and dosed again on day 10."""
    first = [(-1, 8), (1, 3), (2, 3), (168, 3)]
    return timed(
        *((f"P{number}", "1", 0, hours, score, "") for number in range(6) for hours, score in first),
        *((f"P{number}", "2", 240, -1, 8, reason) for number in range(6)),
    )


def test_a_dose_because_symptoms_returned_adds_what_e2_makes_of_it(report):
    # E1: nobody was seen to lose it. E2: all lost it between week 1 and week 2.
    page = report(redosed("symptoms_returned"))
    cells = page.cells
    assert cells[cells.index("Median loss") + 1] == "not reached by week 1"
    assert cells[cells.index("Median loss (E2)") + 1] == "after week 1, by week 2"
    assert "A new treatment ends the follow-up of the one before (E1)." in page.text


def test_without_such_a_dose_there_is_no_e2(report):
    assert not any("(E2)" in cell for cell in report(redosed("planned")).cells)


def test_no_number_is_given_for_check_ins_after_the_last_one_that_anybody_answered(report):
    # The last ratings are those of week 2; what the curve would say of week 3 rests on nobody.
    cells = report(ratings(*cohort(5, 0), columns="patient,treatment,hours,score")).cells
    found = {cells[at]: cells[at + 1] for at in range(cells.index("week 1"), cells.index("week 4"), 2)}
    assert found["week 2"] == "0 %"  # all five lost it; resamples that are all alike give no interval
    assert found["week 3"] == "–"
