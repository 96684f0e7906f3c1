"""What a check-in costs on a slow phone: bytes as sent, and when it is first painted."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from tests import make
from tests.web.make import sign_in

FIRST_LOAD, SECOND_LOAD = 60_000, 5_000  # bytes
HEADERS = 400  # bytes that come before a static file
SLOW_PHONE = {
    "offline": False,
    "latency": 150,  # milliseconds of a round trip
    "downloadThroughput": 1_600_000 / 8,  # bytes a second
    "uploadThroughput": 750_000 / 8,
}


@pytest.fixture
def page(chromium, live_server, transactional_db):
    """The phone of somebody with a check-in open, and what came over its network."""
    treatment = make.treatment(started_at=timezone.now() - timedelta(hours=1.1))
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=live_server.url, service_workers="block"
    )  # what the worker loads is counted by itself
    sign_in(context, treatment.patient.person, live_server.url)
    opened = context.new_page()
    yield opened
    opened.wait_for_load_state("networkidle")  # or the database is emptied under a request
    context.close()


@pytest.fixture
def network(page):
    """Address and bytes of everything that was loaded, as the browser counts them."""
    session, asked, loaded = page.context.new_cdp_session(page), {}, {}
    session.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.loadingFinished", lambda event: loaded.update({event["requestId"]: event["encodedDataLength"]}))
    session.send("Network.enable")

    def taken():
        page.wait_for_load_state("networkidle")
        came = [(asked[number].split("/", 3)[3], size) for number, size in loaded.items() if number in asked]
        loaded.clear()
        return came

    return taken


def packed(name):
    """The size of a static file as it is sent once it was collected: scripts and styles compressed, pictures as is."""
    content = Path(finders.find(name)).read_bytes()
    return HEADERS + (len(content) if name.endswith(".png") else len(gzip.compress(content, 9)))


def weight(came):
    """Files that never change are counted as a deployed server sends them, everything else as it came."""
    return sum(packed(path.removeprefix("static/")) if path.startswith("static/") else size for path, size in came)


def kept_by_the_worker():
    """What the service worker loads beside the page: its own script, pages, and static files."""
    client = Client(headers={"accept-encoding": "gzip"})
    script = client.get("/sw.js")
    listed = json.loads(re.search(r"const SHELL = (\[.*\]);", gzip.decompress(script.content).decode())[1])
    pages = [one for one in listed if not one.startswith("/static/")]
    return len(script.content) + sum(HEADERS + len(client.get(one).content) for one in pages), {
        one.removeprefix("/") for one in listed if one.startswith("/static/")
    }


def test_the_first_load_with_everything_the_phone_keeps_is_small_and_the_second_smaller(page, network, capsys):
    page.goto("/")
    first = network()
    pages, files = kept_by_the_worker()
    more = files - {path for path, _ in first}
    whole = weight(first) + pages + weight([(path, 0) for path in more])
    page.goto("/")
    again = [(path, size) for path, size in network() if not path.startswith("static/")]
    with capsys.disabled():
        print(f"\nfirst load {whole} bytes, second {weight(again)} bytes")  # noqa: T201 - a measured figure
    assert whole <= FIRST_LOAD
    assert weight(again) <= SECOND_LOAD


def test_the_page_after_the_first_answer_is_small_too(page, network):
    page.goto("/")
    page.get_by_label("6", exact=True).check()
    network()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Part 2 of 4").wait_for()
    assert 0 < weight([(path, size) for path, size in network() if path.startswith("check-ins/")]) <= SECOND_LOAD


def test_it_is_painted_after_one_page_and_one_stylesheet(page, capsys):
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_PHONE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto("/")
    page.wait_for_load_state("networkidle")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    with capsys.disabled():
        print(f"\nfirst paint after {painted:.0f} ms")  # noqa: T201 - as much about the machine as about the page
    blocking = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.renderBlockingStatus === 'blocking')"
        ".map((one) => new URL(one.name).pathname)"
    )
    assert blocking == ["/static/ebb.css"]
