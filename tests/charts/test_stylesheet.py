"""The stylesheet: readable in both themes, complete, and in step with the layout's idea of type."""

import re
from itertools import combinations

import pytest

from backend.charts import Miss, cohort_svg, response_svg, stylesheet
from backend.charts.parts.text import SIZES
from tests.charts import make

GROUPS = [f"--chart-group-{k}" for k in range(1, 7)]
MARKS = [*GROUPS, "--chart-axis", "--chart-onset", "--chart-loss", "--chart-muted", "--chart-ink"]
TEXTS = ["--chart-ink", "--chart-muted", "--chart-onset", "--chart-loss"]


def tokens(theme):
    light, dark = re.findall(r"\.ebb-chart \{(.*?)\}", stylesheet(), re.DOTALL)[:2]
    colours = dict(re.findall(r"(--chart-[a-z0-9-]+): (#[0-9a-f]{6});", light))
    return colours if theme == "light" else colours | dict(re.findall(r"(--chart-[a-z0-9-]+): (#[0-9a-f]{6});", dark))


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_known_ratio():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", MARKS)
def test_marks_stand_out_from_the_paper(theme, name):
    assert contrast(tokens(theme)[name], tokens(theme)["--chart-paper"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", TEXTS)
def test_text_is_readable_on_the_paper(theme, name):
    assert contrast(tokens(theme)[name], tokens(theme)["--chart-paper"]) >= 4.5


def test_both_themes_set_every_colour():
    light, dark = re.findall(r"\.ebb-chart \{(.*?)\}", stylesheet(), re.DOTALL)[:2]
    named = [set(re.findall(r"(--chart-[a-z0-9-]+): #", block)) for block in (light, dark)]
    assert named[0] == named[1]


def test_every_group_has_its_own_dash():
    dashes = re.findall(r"\.c-group-([1-6]) \{[^}]*?(?:stroke-dasharray: ([^;]+);)? \}", stylesheet())
    assert len(dashes) == 6
    assert all(one[1] != other[1] for one, other in combinations(dashes, 2))


@pytest.mark.parametrize(("class_", "size"), SIZES.items())
def test_the_layout_measures_type_in_the_size_it_is_set_in(class_, size):
    assert f".{class_} {{ font-size: {size:g}px;" in stylesheet()


def test_the_smallest_type_is_legible_on_a_phone_of_360_px():
    margins = 2 * 16
    assert min(SIZES.values()) * (360 - margins) / 360 >= 11


def test_every_class_in_the_markup_is_styled():
    drawn = response_svg(make.response(misses=(Miss(2.5),))) + cohort_svg(make.cohort(make.group(), make.group("B")))
    used = {name for classes in re.findall(r'class="([^"]+)"', drawn) for name in classes.split()}
    structural = {"c-ratings", "c-missed", "c-curve", "c-break", "c-band", "c-level-baseline"}
    assert {name for name in used - structural if f".{name}" not in stylesheet()} == set()


def test_the_stylesheet_can_be_carried_inside_xml_and_fetches_nothing():
    assert not set("<&") & set(stylesheet())
    assert "url(" not in stylesheet()
    assert "@import" not in stylesheet()
