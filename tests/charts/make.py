"""Charts to test with, and eyes to look at what was drawn."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from backend.charts import Band, CohortCurve, CohortPicture, Dose, Miss, Point, ResponseCurve
from backend.charts.parts.text import SIZES, measure
from backend.charts.parts.timeline import WEEK

SVG = "{http://www.w3.org/2000/svg}"


def response(**changed) -> ResponseCurve:
    """A responder who lost relief between weeks 3 and 4; whatever is named replaces its part."""
    parts = {
        "title": "Treatment 1",
        "instrument": "Anxiety right now",
        "minimum": 0,
        "maximum": 10,
        "points": (Point(-0.3, 8), Point(1, 6), Point(2, 4), Point(3, 3), Point(3 * WEEK, 4), Point(4 * WEEK, 6)),
        "misses": (),
        "doses": (Dose(0, "ketamine 35 mg IV"),),
        "baseline": 8,
        "response_at": 4,
        "lost_above": 4,
        "onset": Band(1, 2),
        "loss": Band(3 * WEEK, 4 * WEEK),
        "sentence": "Half gone by 2 h.",
        "notes": ("Rule set R50C-L50.",),
    }
    return ResponseCurve(**parts | changed)


def group(
    name="All patients", n=30, hours=(0.0, 1.0, 2.0, WEEK), estimate=(0.0, 0.4, 0.6, 0.3), **changed
) -> CohortCurve:
    """A group whose band reaches a tenth, and whose confidence interval two tenths, to either side."""

    def moved(by):
        return tuple(None if share is None else min(max(share + by, 0), 1) for share in estimate)

    parts = {"lower": moved(-0.1), "upper": moved(0.1), "ci_lower": moved(-0.2), "ci_upper": moved(0.2)}
    return CohortCurve(name=name, n=n, hours=hours, estimate=estimate, **parts | changed)


def cohort(*curves: CohortCurve, joined=True, notes=("Not randomised.",)) -> CohortPicture:
    return CohortPicture("How long relief lasts", "Probability of being in response", curves, joined, notes)


@dataclass
class Drawing:
    """A parsed chart that answers questions about classes, words and places."""

    root: ET.Element

    def all(self, class_: str) -> list[ET.Element]:
        return [found for found in self.root.iter() if class_ in found.get("class", "").split()]

    def rated(self, class_: str) -> list[ET.Element]:
        """What is drawn for ratings and misses, without the samples in the key."""
        return [mark for group in self.all("c-ratings") for mark in group if class_ in mark.get("class").split()]

    @property
    def words(self) -> str:
        """Everything a reader sees, without what only a listener hears."""
        return " ".join(text.text for text in self.root.iter(f"{SVG}text"))

    def spans_of_words(self) -> list[tuple[float, float]]:
        """Where every line of text begins and ends across the sheet."""
        return list(_spans(self.root, 0))

    @property
    def spoken(self) -> str:
        return self.root.find(f"{SVG}desc").text

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the plot."""
        lines = [(float(a.get("x1")), float(a.get("x2")), float(a.get("y1"))) for a in self.all("c-grid")]
        axis = [float(a.get("y2")) for a in self.all("c-axis") if a.get("y1") and a.get("y1") == a.get("y2")]
        return min(x for x, _, _ in lines), min(y for _, _, y in lines), max(x for _, x, _ in lines), max(axis)


def seen(svg: str) -> Drawing:
    return Drawing(ET.fromstring(svg))  # noqa: S314 -- our own output, and whether it parses is the test


def _spans(element: ET.Element, shift: float) -> Iterator[tuple[float, float]]:
    moved = re.match(r"translate\((\S+) ", element.get("transform", ""))
    shift += float(moved[1]) if moved else 0
    if element.tag == f"{SVG}text":
        wide = measure(element.text, next(name for name in SIZES if name in element.get("class").split()))
        before = wide * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor")]
        left = shift + float(element.get("x")) - before
        yield left, left + wide
    for child in element:
        yield from _spans(child, shift)


def corners(path: ET.Element) -> list[tuple[float, float]]:
    """The points of a path of straight lines."""
    steps = path.get("d").strip("MZ").split("L")
    return [tuple(float(number) for number in step.split()) for step in steps]


def centre(mark: ET.Element) -> tuple[float, float]:
    if mark.get("cx"):
        return float(mark.get("cx")), float(mark.get("cy"))
    shape = mark if mark.get("d") else next(mark.iter(f"{SVG}path"))
    places = corners(shape)
    return tuple((min(axis) + max(axis)) / 2 for axis in zip(*places, strict=True))


anything = st.floats(allow_nan=True, allow_infinity=True)
hours = st.one_of(st.floats(-24, 20), st.floats(-24 * 8, 24 * 7 * 14), anything)
scores = st.one_of(st.integers(0, 10).map(float), anything)
words = st.text(max_size=60)
bands = st.one_of(st.none(), st.builds(Band, hours, st.one_of(hours, st.just(inf))))
levels = st.one_of(st.none(), scores)


def several(of, most=8):
    return st.lists(of, max_size=most).map(tuple)


responses = st.builds(
    ResponseCurve,
    title=words,
    instrument=words,
    minimum=st.just(0.0),
    maximum=st.sampled_from([10.0, 16.0, 21.0, 80.0]),
    points=several(st.builds(Point, hours, scores, several(words, 2))),
    misses=several(st.builds(Miss, hours, words)),
    doses=several(st.builds(Dose, hours, words)),
    baseline=levels,
    response_at=levels,
    lost_above=levels,
    onset=bands,
    loss=bands,
    sentence=words,
    notes=several(words, 3),
)
shares = st.one_of(st.none(), st.floats(0, 1), anything)


@st.composite
def cohort_curves(draw) -> CohortCurve:
    times = draw(several(hours, 6))
    columns = [tuple(draw(st.lists(shares, min_size=len(times), max_size=len(times)))) for _ in range(5)]
    return CohortCurve(draw(words), times, *columns, draw(st.integers(0, 99)))


cohorts = st.builds(CohortPicture, words, words, several(cohort_curves(), 6), st.booleans(), several(words, 3))
