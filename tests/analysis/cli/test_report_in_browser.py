"""report.html in a real browser: nothing overflows, nothing is fetched, nothing fails, and axe finds no fault."""

import pytest

from backend.analysis.cli.main import main
from backend.analysis.schedule import protocol
from backend.analysis.simulation import simulate
from tests.analysis.cli.make import cohort, ratings


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Two reports: what a clinic would see, and one whose names are as bad as they get."""
    folder = tmp_path_factory.mktemp("reports")
    table = simulate(90, protocol("hourly-bridged-weekly"), seed=3).ratings
    table["route"] = table["patient"].str[-1].map(lambda digit: ("intranasal", "intravenous", "oral")[int(digit) % 3])
    table.to_csv(folder / "real.csv", index=False)
    bad = ("x" * 300, "<b>&", "two words " * 30)
    rows = [row for place, name in enumerate(bad) for row in cohort(3, 3, name, name=f"G{place}-")]
    rows += cohort(1, 0, "few", name="F")
    (folder / "bad.csv").write_text(ratings(*rows, columns="patient,treatment,hours,score,route"), encoding="utf-8")
    for name in ("real", "bad"):
        options = ["--by", "route", "--protocol", "hourly-bridged-weekly"]
        assert main(["outcomes", str(folder / f"{name}.csv"), "--out", str(folder / name), *options]) == 0
    return folder


@pytest.mark.parametrize("name", ["real", "bad"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
def test_the_report_is_readable_on_a_phone_and_on_a_desk(chromium, reports, name, scheme, width, height):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - needs the browser's packages

    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    said, asked, failed = [], [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    address = (reports / name / "report.html").as_uri()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("svg:visible").count() == 3
    assert page.locator("svg:visible").first.bounding_box()["width"] <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert (said, asked, failed) == ([], [address], [])
    context.close()
