"""A chart on paper: as it is drawn on a page, with nothing left to a stylesheet."""

import re

import pytest

from backend.charts import Miss, Point, Window, cohort_svg, response_svg, stylesheet
from backend.charts.paper import on_paper
from tests.charts import make
from tests.charts.make import seen

CHARTS = [
    response_svg(make.response(misses=(Miss(2.5, "late"),), windows=(Window(0.75, 1.75),)), standalone=True),
    response_svg(make.response(points=(Point(1, 6, ("late",)),))),
    cohort_svg(make.cohort(make.group("a"), make.group("b")), standalone=True),
]


@pytest.mark.parametrize("chart", CHARTS)
def test_no_class_and_no_stylesheet_is_left(chart):
    paper = on_paper(chart)
    assert not re.search(r"<style|class=|var\(", paper)
    assert seen(paper).words == seen(chart).words


@pytest.mark.parametrize("chart", CHARTS)
def test_everything_drawn_has_a_colour_or_none(chart):
    for part in seen(on_paper(chart)).root.iter():
        name = part.tag.removeprefix(make.SVG)
        if name in {"line", "path"}:
            assert re.fullmatch(r"#[0-9a-f]{6}", part.get("stroke") or part.get("fill")), part.attrib
        if name == "text":
            assert part.get("font-size").endswith("px")


def test_colours_are_those_of_the_light_theme_by_the_most_particular_rule():
    paper = on_paper(CHARTS[0])
    (onset,) = re.findall(r"--chart-onset: (#\w+);", stylesheet().split("@media")[0])
    assert f'fill="{onset}"' in paper  # the words of the lane, whose rule stands against the one for all text


def test_what_the_drawing_says_itself_stands():
    assert 'fill="url(#' in on_paper(CHARTS[0])


def test_a_window_is_shaded_only_as_far_as_the_axis_goes():
    windows = (Window(0.75, 1.75), Window(9000, 9100), Window(float("nan"), 3))
    drawing = seen(response_svg(make.response(windows=windows)))
    assert len(drawing.all("c-window")) == 2  # one in the plot, one in the key
    assert "time in which a check-in could be answered" in drawing.words
    assert seen(response_svg(make.response())).all("c-window") == []
