"""The document around every chart: well formed, safe under a strict policy, the same every time."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.charts import Band, Miss, cohort_svg, response_svg
from backend.charts.parts.frame import NARROWEST
from tests.charts import make
from tests.charts.make import SVG, seen

HOSTILE = "</text><script>alert(1)</script><b onload='x'>&\"'\x00\x0b\ud800\ufffe\u202eevil ]]> {% raw %}"
DRAWN = [
    pytest.param(response_svg(make.response()), id="response"),
    pytest.param(cohort_svg(make.cohort(make.group())), id="cohort"),
]
pictures = st.one_of(
    make.responses.map(lambda curve: (response_svg, curve)), make.cohorts.map(lambda picture: (cohort_svg, picture))
)


@settings(deadline=None, max_examples=100)
@given(pictures, st.booleans(), st.sampled_from([320, 360, 720]))
def test_any_text_and_any_number_give_well_formed_xml(picture, standalone, width):
    draw, what = picture
    root = seen(draw(what, standalone=standalone, width=width).encode().decode()).root
    assert root.tag == f"{SVG}svg"


@settings(deadline=None, max_examples=60)
@given(pictures)
def test_nothing_in_a_chart_runs_styles_inline_or_is_fetched(picture):
    draw, what = picture
    for element in seen(draw(what)).root.iter():
        assert element.tag.removeprefix(SVG) not in {"script", "style", "image", "use", "a", "foreignObject"}
        for name, value in element.attrib.items():
            assert name != "style"
            assert not name.startswith("on")
            assert "href" not in name
            assert "url(" not in value or re.fullmatch(r"url\(#c[0-9a-f]{10}-[a-z-]+\)", value)


def test_hostile_words_stay_words():
    curve = make.response(title=HOSTILE, sentence=HOSTILE, notes=(HOSTILE,), instrument=HOSTILE)
    drawing = seen(response_svg(curve, standalone=True))
    assert not list(drawing.root.iter(f"{SVG}script"))
    assert "alert(1)" in drawing.words
    assert "\u202e" not in "".join(drawing.root.itertext())


@settings(deadline=None, max_examples=40)
@given(pictures)
def test_the_same_chart_is_the_same_bytes(picture):
    draw, what = picture
    assert draw(what).encode() == draw(what).encode()


@pytest.mark.parametrize("svg", DRAWN)
def test_a_chart_is_an_image_with_a_name_and_a_description(svg):
    root = seen(svg).root
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").get("id") == root.get("aria-labelledby")
    assert root.find(f"{SVG}desc").get("id") == root.get("aria-describedby")


def test_ids_are_unique_across_charts_and_layouts_on_a_page():
    page = [response_svg(make.response(title=title), width=width) for title in ("A", "B") for width in (360, 720)]
    ids = [identity for svg in page for identity in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))


def test_every_local_reference_exists():
    svg = response_svg(make.response(onset=Band(4, float("inf"))))
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))


@pytest.mark.parametrize(("draw", "what"), [(response_svg, make.response()), (cohort_svg, make.cohort(make.group()))])
def test_only_a_standalone_chart_carries_its_style_and_background(draw, what):
    inside, alone = seen(draw(what)).root, seen(draw(what, standalone=True)).root
    assert inside.find(f"{SVG}style") is None
    assert inside.get("width") is None
    assert "--chart-ink" in alone.find(f"{SVG}style").text
    assert alone.find(f"{SVG}rect").get("class") == "c-paper"
    assert alone.get("width") == "720"


def test_a_phone_gets_its_own_layout():
    narrow, wide = (seen(response_svg(make.response(), width=width)).root for width in (360, 720))
    assert narrow.get("viewBox").split()[2] == "360"
    assert "c-narrow" in narrow.get("class")
    assert "c-wide" in wide.get("class")


def test_a_width_too_small_to_read_is_refused():
    with pytest.raises(ValueError, match=f"at least {NARROWEST} px"):
        response_svg(make.response(), width=200)


def test_long_words_stay_on_the_sheet():
    long = {"title": "Long " * 40, "sentence": "word " * 60, "notes": ("unbreakable" * 30,)}
    curve = make.response(**long, misses=(Miss(2, "x" * 50),))
    for left, right in seen(response_svg(curve, width=360)).spans_of_words():
        assert -0.1 <= left <= right <= 360.1


@settings(deadline=None, max_examples=100)
@given(pictures, st.sampled_from([320, 360, 720]))
def test_no_words_ever_leave_the_sheet(picture, width):
    draw, what = picture
    for left, right in seen(draw(what, width=width)).spans_of_words():
        assert -0.1 <= left <= right <= width + 0.1


def test_coordinates_are_short():
    svg = response_svg(make.response())
    assert not re.findall(r'[ "]-?\d+\.\d{2,}', re.sub(r"<(title|desc|text).*?</\1>", "", svg))
