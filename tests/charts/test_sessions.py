"""The picture of several treatments: told apart without colour, each with its gaps, or one after another by date."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.charts import Dose, Miss, Point, Session, SessionsPicture, sessions_svg
from backend.charts.parts.timeline import WEEK, calendar_axis
from tests.charts import make
from tests.charts.make import centre, corners, seen


def session(name="2 Mar 2026", shift=0.0, misses=()):
    points = ((-0.5, 8), (1, 6), (2, 4), (WEEK, 3))
    return Session(name, tuple(Point(hours + shift, score) for hours, score in points), misses)


A_DOSE = (Dose(0, "dose"),)


def picture(*sessions, dates=(), doses=A_DOSE):
    shown = sessions or (session(), session("4 May 2026"), session("6 Jul 2026"))
    return SessionsPicture("P-1", "Anxiety right now", 0, 10, tuple(shown), tuple(doses), tuple(dates), ("Not drawn.",))


def shapes(drawing, group):
    """What a group is drawn with: the name of its mark's element and its outline, wherever it stands."""
    marks = [mark for mark in drawing.all(f"c-group-{group}") if "c-mark" in mark.get("class")]
    return {(mark.tag, len(corners(mark)) if mark.get("d") else 0) for mark in marks}


def test_every_session_has_a_mark_a_dash_and_a_name_of_its_own():
    drawing = seen(sessions_svg(picture()))
    found = [shapes(drawing, group) for group in (1, 2, 3)]
    assert all(len(one) == 1 for one in found)
    assert all(one != other for one, other in pairwise(found))
    for name in ("2 Mar 2026", "4 May 2026", "6 Jul 2026"):
        assert name in drawing.words
        assert name in drawing.spoken


def test_a_seventh_session_cannot_be_told_apart():
    with pytest.raises(ValueError, match="7 sessions, at most 6"):
        sessions_svg(picture(*[session()] * 7))


def test_a_missed_check_in_is_a_gap_of_its_own_session_alone():
    whole, gapped = session(), session(misses=(Miss(1.5),))
    lines = len(seen(sessions_svg(picture(whole, whole))).all("c-group-line"))
    assert len(seen(sessions_svg(picture(whole, gapped))).all("c-group-line")) == lines - 1


def test_a_flagged_rating_is_hollow_and_the_key_says_so():
    flagged = Session("first", (Point(1, 6, ("late",)), Point(2, 4)), ())
    drawing = seen(sessions_svg(picture(flagged, session())))
    assert len(drawing.all("c-ratings")[0].findall(".//*[@class='c-mark c-group-1 c-hollow']")) == 1
    assert "hollow: flagged rating" in drawing.words


def test_a_session_without_a_rating_is_named_and_said_to_have_none():
    assert "4 May 2026, not rated" in seen(sessions_svg(picture(session(), Session("4 May 2026", (), ())))).words


def test_a_calendar_names_its_dates_and_takes_any_number_of_sessions():
    several = [session(f"{place}", shift=place * 5 * WEEK) for place in range(9)]
    doses = [Dose(place * 5 * WEEK, "ketamine") for place in range(9)]
    drawing = seen(sessions_svg(picture(*several, dates=((4 * WEEK, "Mar 2026"), (9 * WEEK, "May 2026")), doses=doses)))
    assert "Mar 2026" in drawing.words
    assert "doses 1–9: ketamine" in drawing.words
    assert len(drawing.rated("c-point")) == 9 * 4


@given(st.lists(st.floats(-100, 20_000), max_size=20), st.lists(st.floats(0, 20_000), max_size=30))
def test_on_a_calendar_later_is_further_right_and_names_stand_apart(hours, dates):
    axis = calendar_axis(hours, [(at, "24 Nov") for at in sorted(dates)], 40, 700)
    places = [axis.x(at) for at in sorted({0.0, *hours})]
    assert places == sorted(places)
    named = [tick.x for tick in axis.parts[0].ticks if tick.label]
    assert all(later - earlier > make.measure("24 Nov") for earlier, later in pairwise(named))


points = make.several(st.builds(Point, make.hours, make.scores))


@given(st.lists(st.builds(Session, make.words, points, make.several(st.builds(Miss, make.hours))), max_size=6))
def test_whatever_is_asked_for_every_mark_stands_inside_the_plot(sessions):
    drawing = seen(sessions_svg(picture(*sessions), width=360))
    left, top, right, bottom = drawing.frame
    for group in drawing.all("c-ratings"):
        for mark in group.iter():
            if "c-mark" in mark.get("class", ""):
                x, y = centre(mark)
                assert left - 1 <= x <= right + 1  # of a triangle, the middle of its outline is not where it stands
                assert top - 1 <= y <= bottom + 1
