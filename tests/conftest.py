"""What every test can ask for: example counts for laws, and the system's browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",  # root, as in a container, has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # the browser asks nobody but the server under test
    "--disable-component-update",
    "--disable-sync",
]

# No deadline and no complaint about slow examples: how fast they run says more about the machine than about a law.
# Examples differ from run to run; a failure prints the blob that brings its example back.
settings.register_profile(
    "default", max_examples=200, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"))
settings.register_profile("drill", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "default")


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """The system's Chromium, started once; a test opens its own context in it."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: install Debian's package chromium, which puts it at {CHROMIUM}")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - half a second that only browser tests need

    # Playwright keeps an event loop running in this thread, which Django would take for a view that must not block.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()
