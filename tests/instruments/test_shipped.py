"""What the shipped instrument files say."""

import tomllib
from dataclasses import FrozenInstanceError
from importlib.resources import files

import pytest

from backend.instruments import Band, choices, get, known

FILES = {
    entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
    for entry in (files("backend.instruments") / "data").iterdir()
}
OUTCOMES = [instrument for instrument in known() if instrument.role == "outcome"]


def by_slug(instrument):
    return instrument.slug


def test_instruments_come_in_one_fixed_order():
    expected = "nrs-anxiety now4 gad7 phq8 phq9 pcl5 social pgic unreal sleepy"
    assert [instrument.slug for instrument in known()] == expected.split()


def test_choices_pair_each_slug_with_its_title_in_the_same_order():
    assert choices() == [(instrument.slug, instrument.title) for instrument in known()]
    assert ("gad7", "GAD-7") in choices()


def test_an_unknown_slug_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="no instrument is called 'gad-7', known are nrs-anxiety, now4, gad7,"):
        get("gad-7")


def test_files_are_read_once():
    assert get("gad7") is get("gad7")
    assert known() is known()


def test_a_shipped_instrument_cannot_be_changed():
    gad7 = get("gad7")
    with pytest.raises(FrozenInstanceError):
        gad7.minimum_baseline = 0
    with pytest.raises(TypeError):
        gad7.anchors[0] = "Not at all sure"
    assert hash(gad7) == hash(get("gad7"))


@pytest.mark.parametrize(
    ("slug", "role", "items", "lowest", "highest", "recall_hours"),
    [
        ("nrs-anxiety", "outcome", 1, 0, 10, 0),
        ("now4", "outcome", 4, 0, 16, 0),
        ("gad7", "outcome", 7, 0, 21, 336),
        ("phq8", "outcome", 8, 0, 24, 336),
        ("phq9", "outcome", 9, 0, 27, 336),
        ("pcl5", "outcome", 20, 0, 80, 720),
        ("social", "outcome", 2, 0, 20, 168),
        ("pgic", "change", 1, 1, 7, 0),
        ("unreal", "flag", 1, 0, 10, 0),
        ("sleepy", "flag", 1, 0, 10, 0),
    ],
)
def test_each_instrument_has_its_role_range_and_recall(slug, role, items, lowest, highest, recall_hours):
    instrument = get(slug)
    assert (instrument.role, len(instrument.items)) == (role, items)
    assert (instrument.total_minimum, instrument.total_maximum) == (lowest, highest)
    assert instrument.recall_hours == recall_hours


@pytest.mark.parametrize(
    ("slug", "window", "minimum_baseline", "reliable_change", "mcid"),
    [
        ("nrs-anxiety", (-24, 0), 4, 3, None),
        ("now4", (-24, 0), 6, 3, None),
        ("gad7", (-168, 0), 10, 4, 4),
        ("phq8", (-168, 0), 10, 6, None),
        ("phq9", (-168, 0), 10, 6, 5),
        ("pcl5", (-168, 0), 31, 15, None),
        ("social", (-168, 0), 10, 4, None),
    ],
)
def test_each_outcome_instrument_has_its_thresholds(slug, window, minimum_baseline, reliable_change, mcid):
    instrument = get(slug)
    assert instrument.baseline_window_hours == window
    assert (instrument.minimum_baseline, instrument.reliable_change) == (minimum_baseline, reliable_change)
    assert instrument.mcid == mcid


def test_only_the_hourly_anxiety_rating_calls_a_baseline_unsettled():
    assert {each.slug: each.unsettled_baseline_change for each in known() if each.unsettled_baseline_change} == {
        "nrs-anxiety": 3
    }


def test_only_three_instruments_prorate_and_only_with_enough_answers():
    assert {each.slug: each.prorate_from for each in known() if each.prorate_from} == {
        "gad7": 6,
        "phq9": 8,
        "pcl5": 16,
    }


def test_flags_are_raised_from_four_and_have_no_baseline():
    assert {each.slug: each.flag_from for each in known() if each.flag_from} == {"unreal": 4, "sleepy": 4}
    for instrument in known():
        assert (instrument.baseline_window_hours is not None) == (instrument.role == "outcome")


def test_the_zero_anchor_is_not_at_all_and_the_third_is_more_than_half_the_days():
    for slug in ["gad7", "phq8", "phq9"]:
        assert dict(get(slug).anchors) == {
            0: "Not at all",
            1: "Several days",
            2: "More than half the days",
            3: "Nearly every day",
        }


@pytest.mark.parametrize("instrument", known(), ids=by_slug)
def test_no_anchor_carries_the_misprint(instrument):
    assert not any("sure" in label.lower() for label in instrument.anchors.values())


def test_the_anchors_of_short_scales_label_every_answer():
    assert list(get("now4").anchors.values()) == ["Not at all", "Slightly", "Moderately", "Very", "Extremely"]
    assert list(get("pcl5").anchors.values()) == [
        "Not at all",
        "A little bit",
        "Moderately",
        "Quite a bit",
        "Extremely",
    ]
    assert [get("pgic").anchors[value] for value in (1, 4, 7)] == ["Very much improved", "No change", "Very much worse"]


@pytest.mark.parametrize("slug", ["nrs-anxiety", "social", "unreal", "sleepy"])
def test_a_scale_from_nought_to_ten_labels_its_two_ends(slug):
    assert list(get(slug).anchors) == [0, 10]
    assert get(slug).anchors[0] == "Not at all"


def test_now4_says_everywhere_what_it_is_not():
    assert get("now4").label == (
        "Adapted from four GAD-7 items with a right-now window. Not the GAD-7, not validated, no severity bands."
    )
    assert get("now4").bands == ()


def test_the_phq8_is_the_phq9_without_the_item_on_self_harm():
    phq8, phq9 = ([item.text for item in get(slug).items] for slug in ("phq8", "phq9"))
    assert phq9[:8] == phq8
    assert phq9[8] == "Thoughts that you would be better off dead or of hurting yourself in some way"


def test_the_gad7_asks_its_seven_questions_in_order():
    assert [item.text for item in get("gad7").items] == [
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid as if something awful might happen",
    ]


def test_the_gad7_carries_its_loinc_codes():
    gad7 = get("gad7")
    assert (gad7.loinc.panel, gad7.loinc.total) == ("69737-5", "70274-6")
    items = "69725-0 68509-9 69733-4 69734-2 69735-9 69689-8 69736-7"
    assert [item.loinc for item in gad7.items] == items.split()
    assert dict(gad7.loinc.answers) == {0: "LA6568-5", 1: "LA6569-3", 2: "LA6570-1", 3: "LA6571-9"}


@pytest.mark.parametrize(("slug", "panel", "total"), [("phq9", "44249-1", "44261-6"), ("pcl5", "101697-1", "101698-9")])
def test_the_phq9_and_the_pcl5_carry_loinc_codes_of_panel_and_total(slug, panel, total):
    instrument = get(slug)
    assert (instrument.loinc.panel, instrument.loinc.total) == (panel, total)
    assert dict(instrument.loinc.answers) == {}


def test_our_own_scales_claim_no_loinc_code():
    assert {instrument.slug for instrument in known() if instrument.loinc} == {"gad7", "phq9", "pcl5"}


def loinc_terms():
    for instrument in known():
        if instrument.loinc:
            yield from [instrument.loinc.panel, instrument.loinc.total]
            yield from [item.loinc for item in instrument.items if item.loinc]


@pytest.mark.parametrize("term", list(loinc_terms()))
def test_each_loinc_term_ends_in_its_luhn_check_digit(term):
    digits, check_digit = term.split("-")
    weighted = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    assert (sum(each // 10 + each % 10 for each in weighted) + int(check_digit)) % 10 == 0


@pytest.mark.parametrize("slug", list(FILES))
def test_each_clinical_number_in_a_file_has_a_source(slug):
    tables = [field for field in FILES[slug].values() if isinstance(field, dict)]
    thresholds = [table for table in tables if "value" in table]
    assert len(thresholds) == len(get(slug).basis)
    for table in [*thresholds, *(table for table in tables if "ranges" in table)]:
        assert table["source"].strip()


@pytest.mark.parametrize("slug", list(FILES))
def test_each_file_states_its_licence(slug):
    assert len(FILES[slug]["licence"]) > 10


@pytest.mark.parametrize("instrument", OUTCOMES, ids=by_slug)
def test_a_band_names_its_citation(instrument):
    assert all(band.source in instrument.sources for band in instrument.bands)


def test_a_band_is_a_range_of_totals_with_its_name():
    assert get("gad7").bands[1] == Band(minimum=5, maximum=9, label="mild", source="Spitzer 2006")


def test_the_reliable_change_of_the_gad7_names_the_reliability_it_comes_from():
    assert "alpha .92" in get("gad7").basis["reliable_change"]
    assert "test–retest reliability, .83, it would be 6" in get("gad7").basis["reliable_change"]
