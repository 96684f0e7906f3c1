"""The picture of one treatment: what is drawn, and what is left open."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings

from backend.charts import Band, Dose, Miss, Point, response_svg
from backend.charts.parts.timeline import WEEK
from backend.charts.words import number
from tests.charts import make
from tests.charts.make import centre, corners, seen


def segments(drawing):
    return [corners(path) for path in drawing.all("c-line")]


def test_consecutive_ratings_are_joined():
    assert len(segments(seen(response_svg(make.response())))) == 5


@pytest.mark.parametrize("missed_at", [1.5, 2.0, 2 * WEEK])
def test_a_missed_check_in_is_a_gap_with_a_mark(missed_at):
    whole = seen(response_svg(make.response()))
    gapped = seen(response_svg(make.response(misses=(Miss(missed_at, "too_sleepy"),))))
    assert len(gapped.rated("c-missed")) == 1
    assert len(segments(gapped)) < len(segments(whole))
    assert "missed check-in: too sleepy" in gapped.words


@settings(deadline=None, max_examples=60)
@given(make.responses)
def test_no_line_ever_bridges_a_missed_check_in(curve):
    drawing = seen(response_svg(curve, width=360))
    gaps = [centre(mark)[0] for mark in drawing.rated("c-missed")]
    for (left, _), (right, _) in segments(drawing):
        assert not any(left < gap < right for gap in gaps)


@settings(deadline=None, max_examples=60)
@given(make.responses)
def test_every_mark_stands_inside_the_plot(curve):
    drawing = seen(response_svg(curve))
    left, top, right, bottom = drawing.frame
    marks = [mark for kind in ("c-point", "c-flagged", "c-missed") for mark in drawing.rated(kind)]
    for x, y in map(centre, marks):
        assert left - 0.1 <= x <= right + 0.1
        assert top - 0.1 <= y <= bottom + 0.1


def test_the_break_is_crossed_by_another_kind_of_line():
    across = [corners(path) for path in seen(response_svg(make.response())).all("c-across")]
    assert len(across) == 1


def test_flagged_ratings_have_another_shape_and_a_key():
    plain, flagged = Point(1, 6), Point(1, 6, ("during_acute_effects",))
    assert seen(response_svg(make.response(points=(plain,)))).all("c-flagged") == []
    drawing = seen(response_svg(make.response(points=(flagged, Point(2, 4)))))
    on_the_plot = drawing.all("c-ratings")[0]
    assert [mark.tag.removeprefix(make.SVG) for mark in on_the_plot] == ["path", "path", "circle"]
    assert "flagged rating: during acute effects" in drawing.words


def test_seen_intervals_are_closed_and_named():
    drawing = seen(response_svg(make.response()))
    assert len(drawing.all("c-band")) == 2
    assert drawing.all("c-open") == []
    assert "Relief began after 1 h, by 2 h" in drawing.words
    assert "Relief lost after week 3, by week 4" in drawing.words


def test_an_interval_without_an_end_stays_open_and_says_so():
    drawing = seen(response_svg(make.response(loss=Band(4 * WEEK, inf))))
    (band,) = drawing.all("c-open")
    edges = [line for line in band if "c-edge" in line.get("class", "")]
    assert len(edges) == 1
    assert any(part.get("mask", "").startswith("url(#") for part in band)
    assert "Loss of relief not seen by week 4" in drawing.words


def test_an_open_interval_has_room_to_the_right_of_the_last_rating():
    drawing = seen(response_svg(make.response(loss=Band(4 * WEEK, inf))))
    last = max(centre(mark)[0] for mark in drawing.rated("c-point"))
    assert drawing.frame[2] - last > 20


def test_the_two_intervals_differ_in_more_than_colour():
    patterns = list(seen(response_svg(make.response())).root.iter(f"{make.SVG}pattern"))
    assert len({pattern.get("patternTransform") for pattern in patterns}) == 2


def test_what_is_unknown_is_not_drawn():
    drawing = seen(
        response_svg(make.response(baseline=None, response_at=None, lost_above=None, onset=None, loss=None, points=()))
    )
    for class_ in ("c-level", "c-band", "c-bracket", "c-line", "c-point"):
        assert drawing.all(class_) == []


@pytest.mark.parametrize("band", [Band(2, 1), Band(float("nan"), 2), Band(inf, inf), Band(-inf, 3)])
def test_an_interval_that_makes_no_sense_is_not_drawn(band):
    assert seen(response_svg(make.response(onset=band, loss=None))).all("c-band") == []


def test_reference_lines_on_one_level_have_names_that_do_not_touch():
    drawing = seen(response_svg(make.response()))
    names = [text for text in drawing.root.iter(f"{make.SVG}text") if text.text in {"lost > 4", "relief ≤ 4"}]
    lost, relief = sorted(float(text.get("y")) for text in names)
    assert relief - lost >= 14


def test_every_dose_of_a_course_is_marked_and_equal_ones_are_named_together():
    doses = tuple(Dose(84 * k, "esketamine 56 mg" if k < 3 else "esketamine 84 mg") for k in range(6))
    drawing = seen(response_svg(make.response(doses=doses)))
    assert len(drawing.all("c-dose")) == 6
    assert "doses 1–3: esketamine 56 mg" in drawing.words
    assert "doses 4–6: esketamine 84 mg" in drawing.words
    assert "hours after first dose" in drawing.words


def test_running_numbers_of_doses_do_not_touch():
    doses = tuple(Dose(24 * k, "") for k in range(14))
    drawing = seen(response_svg(make.response(doses=doses), width=360))
    numbers = [t for t in drawing.root.iter(f"{make.SVG}text") if t.get("text-anchor") == "middle" and t.text.isdigit()]
    lane = min(float(text.get("y")) for text in numbers)
    places = sorted(float(text.get("x")) for text in numbers if float(text.get("y")) == lane)
    assert all(later - earlier >= 7 for earlier, later in pairwise(places))


def test_the_text_alternative_tells_every_rating_miss_dose_and_interval():
    curve = make.response(
        points=(Point(-0.5, 8), Point(1, 5.5, ("during_acute_effects",)), Point(WEEK, 3)),
        misses=(Miss(2, "too_sleepy"),),
    )
    spoken = seen(response_svg(curve)).spoken
    for told in (
        "At 30 min before: rating 8.",
        "At 0 h: dose: ketamine 35 mg IV.",
        "At 1 h: rating 5.5, flagged: during acute effects.",
        "At 2 h: check-in missed, too sleepy.",
        "At week 1 (168 h): rating 3.",
        "Relief began after 1 h, by 2 h.",
        "Rule set R50C-L50.",
    ):
        assert told in spoken


@settings(deadline=None, max_examples=60)
@given(make.responses)
def test_the_text_alternative_has_every_score(curve):
    spoken = seen(response_svg(curve)).spoken
    assert all(f"rating {number(point.score)}" in spoken for point in curve.points)


@pytest.mark.parametrize(("minimum", "maximum"), [(5, 5), (10, 0), (0, inf), (float("nan"), 10)])
def test_a_scale_that_does_not_rise_is_refused(minimum, maximum):
    with pytest.raises(ValueError, match="expected a finite, rising range"):
        response_svg(make.response(minimum=minimum, maximum=maximum))
