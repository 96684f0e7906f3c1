"""Today in a real browser: it brings itself up to date and leaves the keyboard and the eye where they were."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.tracking.models import Treatment
from tests import make
from tests.web.make import DESK

IT_ASKS_EVERY = 20_000  # milliseconds


@pytest.fixture
def room(transactional_db):
    """A clinic with so many people in the room that the list is longer than the screen."""
    clinic = make.clinic(name="Harbour Clinic")
    clinician = make.member(at=clinic, name="Clara Clinician")
    start = timezone.now() - timedelta(hours=1.4)
    for number in range(16):
        somebody = make.patient(at=clinic, code=f"R-{number:02}", sign_in=False)
        make.treatment(of=somebody, by=clinician, started_at=start + timedelta(seconds=number))
    return clinician


@pytest.fixture
def today(browser_of, room):
    """The page, asking again whenever the test lets its time pass."""
    page = browser_of(room, size=DESK, forgiven="Failed to load resource")
    page.clock.install()
    page.goto("/today/?sort=patient")
    return page


def test_what_is_new_appears_and_focus_and_scroll_stay(today, room):
    row = today.get_by_role("link", name="R-14", exact=True)
    row.focus()
    before = today.evaluate("scrollY")
    assert before > 0
    make.ratings(of=Treatment.objects.get(patient__code="R-14"), scores={-1: 5, 1: 9}, by=room)
    today.clock.fast_forward(IT_ASKS_EVERY)
    today.locator("tr", has=row).get_by_text("from 5 to 9").wait_for()
    assert today.evaluate("document.activeElement.textContent") == "R-14"
    assert today.evaluate("scrollY") == before
    today.keyboard.press("Tab")
    assert today.evaluate("document.activeElement.textContent") == "R-15"
    today.keyboard.press("Enter")
    today.wait_for_url("**/patients/*/?treatment=*")


def test_it_says_when_nobody_answers_and_when_somebody_is_signed_out(today):
    today.context.set_offline(True)
    today.clock.fast_forward(IT_ASKS_EVERY)
    lost = today.get_by_text("does not answer; what you see may be old")
    lost.wait_for()
    assert today.get_by_role("link", name="R-14", exact=True).count() == 1
    today.context.set_offline(False)
    today.clock.fast_forward(IT_ASKS_EVERY)
    lost.wait_for(state="detached")
    today.context.clear_cookies()
    today.clock.fast_forward(IT_ASKS_EVERY)
    today.get_by_text("You are signed out").wait_for()
