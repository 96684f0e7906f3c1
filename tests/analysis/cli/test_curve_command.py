"""`curve`: the picture of one treatment, and of no other."""

from xml.etree import ElementTree as ET

import pytest

from tests.analysis.cli.make import one, ratings

SVG = "{http://www.w3.org/2000/svg}"
RELIEF = one((-1, 8), (1, 3), (2, 3), (168, 3), (336, 8))


@pytest.fixture
def curve(tmp_path, command):
    """Write RATINGS.csv and run `curve` on it."""

    def run(content, *options):
        (tmp_path / "ratings.csv").write_text(content, encoding="utf-8")
        return command("curve", tmp_path / "ratings.csv", "--out", tmp_path / "one.svg", *options)

    return run


def words_of(ran):
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    picture = ET.fromstring((ran.folder / "one.svg").read_text(encoding="utf-8"))  # noqa: S314 - our own file
    assert picture.tag == f"{SVG}svg"
    return picture.findtext(f"{SVG}title"), picture.findtext(f"{SVG}desc")


def test_the_picture_tells_the_outcome_in_words(curve):
    title, words = words_of(curve(RELIEF))
    assert title == "A, treatment 1"
    assert "At each check-in answered from 1 h to week 1 the rating was at most half of baseline" in words
    assert "at week 2 it was above" in words
    assert "Baseline 8" in words
    assert "check-in missed" in words  # +3 h and +4 h
    assert "R50C-L50" in words
    assert "E1 and E2 are the same" in words


def test_rules_protocol_and_smallest_baseline_are_heeded(curve):
    assert "70 % of baseline" in words_of(curve(RELIEF, "--rule-set", "R30F-L30"))[1]
    assert words_of(curve(RELIEF, "--protocol", "weekly"))[1].count("missed") == 0
    assert "too low" in words_of(curve(RELIEF, "--min-baseline", "9"))[1]
    assert "has to confirm" in words_of(curve(one((0, 8), (1, 8), (2, 3)), "--confirm-within", "5"))[1]


def test_a_treatment_is_named_by_patient_and_treatment(curve):
    rows = [(patient, treatment, hours, 8) for patient in "AB" for treatment in ("01", "1") for hours in (0, 1)]
    ran = curve(ratings(*rows), "--patient", "B", "--treatment", "01")
    assert words_of(ran)[0] == "B, treatment 01"


@pytest.mark.parametrize(("options", "count"), [((), 4), (("--patient", "A"), 2), (("--patient", "C"), 0)])
def test_names_have_to_single_out_one_treatment(curve, tmp_path, options, count):
    rows = [(patient, treatment, 0, 8) for patient in "AB" for treatment in "12"]
    ran = curve(ratings(*rows), *options)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith(f"{tmp_path / 'ratings.csv'}: {count} treatments fit; expected --patient and --treatment")
    assert not (tmp_path / "one.svg").exists()


def test_the_picture_shows_ratings_of_the_treatment_asked_for_and_of_nobody_else(curve):
    rows = [("A", "1", hours, 8, "nrs-anxiety") for hours in (0, 1)]
    rows += [("B", "1", hours, 12, "now4") for hours in (0, 1)]
    file = ratings(*rows, columns="patient,treatment,hours,score,instrument")
    words = words_of(curve(file, "--patient", "B"))[1]
    assert "Four anxiety items, right now" in words
    assert "Baseline 12" in words


def test_a_treatment_without_outcomes_has_no_picture(curve, tmp_path):
    rows = [("A", "1", 0, 8, "nrs-anxiety"), ("B", "1", 1, 4, "pgic")]
    ran = curve(ratings(*rows, columns="patient,treatment,hours,score,instrument"), "--patient", "B")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "no ratings of nrs-anxiety" in ran.err
    assert not (tmp_path / "one.svg").exists()


@pytest.mark.parametrize(
    "series",
    [[(0, 0), (1, 0)], [(1, 3)], [(-5, 8)], [(0, 8), (1e-9, 3)], [(0, 8), (175320, 3)], [(-175320, 8), (1, 3), (1, 9)]],
    ids=["all zero", "no baseline", "only a baseline", "at once", "ages later", "ages before"],
)
def test_any_treatment_can_be_drawn(curve, series):
    rows = [("A", "1", hours, score, "mine") for hours, score in series]
    file = ratings(*rows, columns="patient,treatment,hours,score,instrument")
    assert words_of(curve(file, "--min-baseline", "1"))[0] == "A, treatment 1"
    assert words_of(curve(one(*series)))[0] == "A, treatment 1"


def test_names_stay_text(curve):
    assert words_of(curve(one((0, 8), (1, 3), patient="<b>&\u202e\a")))[0] == "<b>&, treatment 1"
