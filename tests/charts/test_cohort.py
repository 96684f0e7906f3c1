"""The picture of groups: estimates, what the check-in times leave open, and who is too few."""

from math import inf

import pytest
from hypothesis import given, settings

from backend.charts import cohort_svg
from backend.charts.parts.timeline import WEEK
from tests.charts import make
from tests.charts.make import centre, corners, seen


def lines(drawing):
    return [corners(path) for curve in drawing.all("c-curve") for path in curve if "c-group-line" in path.get("class")]


def test_estimates_are_joined_straight_when_asked():
    assert all(len(line) == 2 for line in lines(seen(cohort_svg(make.cohort(make.group())))))


def test_waiting_times_are_drawn_as_steps():
    for (_, before), (corner_x, corner_y), (x, _) in lines(seen(cohort_svg(make.cohort(make.group(), joined=False)))):
        assert corner_y == before
        assert corner_x == x


def test_the_band_between_check_ins_covers_both_of_them():
    drawing = seen(cohort_svg(make.cohort(make.group(hours=(0.0, 1.0), estimate=(0.2, 0.6)))))
    heights = [y for _, y in corners(drawing.all("c-range")[0])]
    (_, low), (_, high) = (centre(mark) for mark in drawing.all("c-curve")[0] if "c-mark" in mark.get("class"))
    tenth = (low - high) / 4
    assert max(heights) == pytest.approx(low + tenth, abs=0.2)
    assert min(heights) == pytest.approx(high - tenth, abs=0.2)


def test_a_check_in_without_any_claim_interrupts_line_and_band():
    gapped = make.group(hours=(0.0, 1.0, 2.0, 3.0, 4.0), estimate=(0.0, 0.3, None, 0.5, 0.5))
    drawing = seen(cohort_svg(make.cohort(gapped)))
    assert len(lines(drawing)) == 2
    assert len([band for band in drawing.all("c-range") if band.tag.endswith("path")]) == 2


def test_a_band_without_estimate_widens_what_is_claimed_and_keeps_the_line():
    whole = make.group(hours=(0.0, 1.0, 2.0), estimate=(0.2, None, 0.4), lower=(0.1, 0.0, 0.3), upper=(0.3, 0.9, 0.5))
    drawing = seen(cohort_svg(make.cohort(whole)))
    assert len(lines(drawing)) == 1
    assert len([mark for mark in drawing.all("c-curve")[0] if "c-mark" in mark.get("class")]) == 2
    heights = [y for _, y in corners(drawing.all("c-range")[0])]
    assert max(heights) - min(heights) > 200


def test_groups_differ_in_shape_and_are_named_with_their_size():
    groups = [make.group(f"Group {k}", n=10 + k) for k in range(6)]
    drawing = seen(cohort_svg(make.cohort(*groups)))
    first_marks = [next(m for m in curve if "c-mark" in m.get("class")) for curve in drawing.all("c-curve")]
    x, y = centre(first_marks[0])
    assert y > 0
    assert x > 0
    shapes = {mark.get("d", "circle") and len(corners(mark)) if mark.get("d") else 0 for mark in first_marks}
    assert len(shapes) >= 4
    for k in range(6):
        assert f"Group {k}, n = {10 + k}" in drawing.words


def test_a_group_that_is_too_small_draws_nothing_and_says_why():
    nothing = make.group("Other", n=3, estimate=(None,) * 4, lower=(None,) * 4, upper=(None,) * 4)
    drawing = seen(cohort_svg(make.cohort(nothing)))
    assert "Other, n = 3: too few for an estimate" in drawing.words
    assert "Other, n = 3: too few for an estimate" in drawing.spoken
    for class_ in ("c-mark", "c-group-line", "c-range"):
        assert drawing.all(class_) == []


def test_a_group_without_estimate_for_another_reason_is_not_called_too_small():
    nothing = make.group("Other", n=8, estimate=(None,) * 4)
    assert "Other, n = 8: no estimate" in seen(cohort_svg(make.cohort(nothing))).words


def test_no_group_at_all_is_an_empty_plot():
    drawing = seen(cohort_svg(make.cohort()))
    assert drawing.all("c-axis")
    assert "No groups" in drawing.spoken


def test_whiskers_and_shading_are_explained_only_when_present():
    bare = make.group(lower=(None,) * 4, upper=(None,) * 4, ci_lower=(None,) * 4, ci_upper=(None,) * 4)
    assert "whiskers" not in seen(cohort_svg(make.cohort(bare))).words
    assert "shaded" not in seen(cohort_svg(make.cohort(bare))).words
    full = seen(cohort_svg(make.cohort(make.group()))).words
    assert "whiskers: confidence interval" in full
    assert "shaded: what the check-in times leave open" in full


def test_two_groups_stand_side_by_side_at_one_check_in():
    drawing = seen(cohort_svg(make.cohort(make.group("A"), make.group("B"))))
    (first, second) = (
        [centre(mark)[0] for mark in curve if "c-mark" in mark.get("class")] for curve in drawing.all("c-curve")
    )
    assert all(0 < later - earlier < 5 for earlier, later in zip(first, second, strict=True))


def test_only_the_step_over_the_break_is_dotted_however_many_groups_there_are():
    curves = [make.group(name, hours=(0.0, 4.0, WEEK, 2 * WEEK)) for name in "ABC"]
    assert len(seen(cohort_svg(make.cohort(*curves))).all("c-across")) == 3


def test_the_text_alternative_tells_every_number():
    spoken = seen(cohort_svg(make.cohort(make.group("IV", n=34)))).spoken
    assert "IV, n = 34." in spoken
    assert "At 1 h: estimate 40 %, possible range 30 % to 50 %, confidence interval 20 % to 60 %." in spoken
    assert "At week 1 (168 h): estimate 30 %" in spoken
    assert "Not randomised." in spoken


@settings(deadline=None, max_examples=60)
@given(make.cohorts)
def test_every_mark_stands_inside_the_plot(picture):
    drawing = seen(cohort_svg(picture, width=360))
    left, top, right, bottom = drawing.frame
    for curve in drawing.all("c-curve"):
        for x, y in (centre(mark) for mark in curve if "c-mark" in mark.get("class").split()):
            assert left - 0.1 <= x <= right + 0.1
            assert top - 1 <= y <= bottom


def test_more_groups_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="7 groups, at most 6"):
        cohort_svg(make.cohort(*[make.group(str(k)) for k in range(7)]))


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="upper has 1 values for 4 times"):
        make.group(upper=(inf,))
