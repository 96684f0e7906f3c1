"""A check-in as a groggy person meets it: few taps, large targets, dark and still; by keyboard, ear, without script."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from backend.tracking import links
from backend.tracking.models import Rating
from tests import make
from tests.web.make import PHONE

TARGET = 56  # CSS pixels: twice what WCAG 2.2 asks of anybody, for hands that are not steady


@pytest.fixture
def people(transactional_db):
    """Somebody dosed an hour ago, and somebody two weeks ago, both with a check-in open."""
    clinic, now = make.clinic(name="Harbour Clinic"), timezone.now()
    hourly, weekly = (make.patient(at=clinic, code=code) for code in ("hourly", "weekly"))
    fresh = make.treatment(of=hourly, started_at=now - timedelta(hours=1.1))
    old = make.treatment(of=weekly, started_at=now - timedelta(days=14))
    return {
        "hourly": (hourly.person, fresh.check_ins.get(name="+1 h")),
        "weekly": (weekly.person, old.check_ins.get(name="week 2")),
    }


@pytest.fixture
def browse(browser_of, people):
    """Open a page as somebody, or as nobody who has the link of their check-in."""

    def page_for(who, *, by_link=False, **options):
        return browser_of(None if by_link else people[who][0], **options)

    return page_for


def page_of(people, who, *, by_link=False):
    check_in = people[who][1]
    return reverse("link", args=[links.token(check_in)]) if by_link else reverse("check-in", args=[check_in.pk])


def stored(people, who):
    return {one.instrument: one.answers for one in Rating.objects.filter(check_in=people[who][1])}


def save(page):
    page.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("by_link", [False, True])
def test_two_taps_from_open_to_saved(browse, people, by_link):
    page = browse("hourly", by_link=by_link)
    page.goto(page_of(people, "hourly", by_link=by_link))
    page.locator(".scale label").nth(6).click()
    save(page)
    page.get_by_text("Part 2 of 4").wait_for()
    assert stored(people, "hourly") == {"nrs-anxiety": [6]}


def test_one_question_a_screen_with_progress_back_and_a_next_that_says_what_it_does(browse, people):
    page = browse("hourly")
    page.goto(page_of(people, "hourly"))
    page.get_by_label("6", exact=True).check()
    save(page)
    for number, answer in enumerate(("Slightly", "Moderately", None), start=1):
        page.get_by_text(f"Question {number} of 4").wait_for()
        assert page.locator("fieldset:visible").count() == 1
        if answer:
            page.get_by_label(answer).locator("visible=true").check()
        page.get_by_role("link", name="Next" if answer else "Skip this question").click()
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Back").click()
    assert page.get_by_label("Moderately").locator("visible=true").is_checked()
    page.go_back()  # the browser's own way back works as well
    page.get_by_text("Question 3 of 4").wait_for()
    page.get_by_role("link", name="Skip this question").click()
    page.get_by_text("Question 4 of 4").wait_for()
    page.get_by_label("Extremely").locator("visible=true").check()
    save(page)
    page.get_by_text("Part 3 of 4").wait_for()
    assert stored(people, "hourly")["now4"] == [1, 2, None, 4]


def test_a_reload_keeps_half_given_answers_but_never_chooses_the_first_one(browse, people):
    page = browse("hourly")
    page.goto(page_of(people, "hourly"))
    page.get_by_label("6", exact=True).check()
    page.reload()
    assert page.locator("input:checked").count() == 0
    page.get_by_label("6", exact=True).check()
    save(page)
    page.get_by_text("Part 2 of 4").wait_for()
    page.get_by_label("Very").locator("visible=true").check()
    page.get_by_role("link", name="Next").click()
    key = page.locator("form.question input[name=client_uuid]").input_value()
    page.reload()
    page.get_by_text("Question 2 of 4").wait_for()
    assert page.locator("form.question input[name=client_uuid]").input_value() == key
    page.get_by_role("button", name="Enough for now").locator("visible=true").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert stored(people, "hourly") == {"nrs-anxiety": [6], "now4": [3, None, None, None]}


def test_what_was_saved_can_be_taken_back_for_ten_seconds(browse, people):
    page = browse("hourly")
    page.goto(page_of(people, "hourly"))
    page.get_by_label("6", exact=True).check()
    save(page)
    undo = page.get_by_role("button", name="Undo")
    undo.wait_for()
    page.mouse.move(180, 600)
    lasts = "document.querySelector('.undo').getAnimations().map((one) => one.effect.getComputedTiming().endTime)"
    assert page.evaluate(lasts) == [10_000]
    page.evaluate("document.querySelector('.undo').getAnimations()[0].finish()")
    assert not undo.is_visible()
    page.reload()
    undo.click()
    page.get_by_text("Taken back").wait_for()
    page.get_by_label("2", exact=True).check()
    save(page)
    page.get_by_text("Part 2 of 4").wait_for()
    standing = Rating.objects.complete().filter(check_in=people["hourly"][1])
    assert [one.answers for one in standing] == [[2]]


@pytest.mark.parametrize("by_link", [False, True])
def test_the_whole_check_in_without_script(browse, people, by_link):
    page = browse("hourly", by_link=by_link, java_script_enabled=False)
    page.goto(page_of(people, "hourly", by_link=by_link))
    page.get_by_role("link", name="I can’t right now").click()
    page.get_by_role("link", name="Back to the question").click()
    page.get_by_label("10 As anxious as I can imagine").check()
    save(page)
    for answer in ("Slightly", "Moderately", "Very"):
        page.get_by_label(answer).locator("visible=true").check()
        page.get_by_role("link", name="Next").click()
    page.get_by_label("Not at all").locator("visible=true").check()
    save(page)
    page.get_by_text("Part 3 of 4").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Question 1 of 4").wait_for()
    page.get_by_role("button", name="Skip this part").click()
    page.get_by_label("7", exact=True).check()
    save(page)
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    standing = Rating.objects.standing().filter(check_in=people["hourly"][1]).order_by("pk")
    assert [one.answers for one in standing] == [[10], [None] * 4, [7], [None]]


def focused(page):
    return page.evaluate("document.activeElement.innerText || document.activeElement.parentElement.innerText")


def tab_to(page, text, *, presses=25):
    """Press Tab until what has the focus says this."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if re.search(text, focused(page)):
            return
    raise AssertionError(f"no way by keyboard to {text!r}")


def test_the_whole_check_in_by_keyboard_alone(browse, people):
    page = browse("hourly")
    page.goto(page_of(people, "hourly"))
    tab_to(page, "^0")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    outline = "getComputedStyle(document.activeElement.nextElementSibling).outlineWidth"
    assert page.evaluate(outline) == "3px"
    tab_to(page, "^Save$")
    page.keyboard.press("Enter")
    for number in (1, 2, 3, 4):
        page.get_by_text(f"Question {number} of 4").wait_for()
        tab_to(page, "^Not at all$")
        page.keyboard.press("ArrowDown")
        if number == 1:
            page.keyboard.press("Enter")  # on the answer itself
            continue
        tab_to(page, "^Next$" if number < 4 else "^Save$")
        page.keyboard.press("Enter")
    page.get_by_text("Part 3 of 4").wait_for()
    tab_to(page, "^Enough for now$")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    assert stored(people, "hourly") == {"nrs-anxiety": [6], "now4": [1, 1, 1, 1]}


def test_enter_on_an_answer_goes_on_without_script_too(browse, people):
    page = browse("hourly", java_script_enabled=False)
    make.rating(of=people["hourly"][1].treatment, hours=1.05, check_in=people["hourly"][1])
    page.goto(page_of(people, "hourly"))
    page.get_by_label("Slightly").locator("visible=true").check()
    page.keyboard.press("Enter")
    page.get_by_text("Question 2 of 4").wait_for()
    page.get_by_label("Very").locator("visible=true").check()
    page.get_by_role("button", name="Enough for now").locator("visible=true").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert stored(people, "hourly")["now4"] == [1, 3, None, None]


def test_the_whole_check_in_by_what_a_screen_reader_hears(browse, people):
    page = browse("weekly", size=(1280, 800))
    page.goto(page_of(people, "weekly"))
    heard = page.locator("main").aria_snapshot()
    assert re.search(
        r'group "How anxious do you feel right now\?":\s+- heading "How anxious do you.*\[level=1\]', heard
    )
    assert 'radio "0 Not at all"' in heard
    assert 'radio "10 As anxious as I can imagine"' in heard
    assert "[checked]" not in heard
    page.get_by_role("group").get_by_role("radio", name="3", exact=True).check()
    page.get_by_role("button", name="Save").click()
    for number in range(1, 5):
        page.get_by_text(f"Question {number} of 4").wait_for()
        assert page.get_by_role("group").count() == page.get_by_role("heading", level=1).count() == 1
        page.get_by_role("group").get_by_role("radio", name="Slightly").check()
        page.get_by_role("link", name="Next").or_(page.get_by_role("button", name="Save")).click()
    page.get_by_text("Question 1 of 7").wait_for()
    assert re.search("group .Over the last 2 weeks.*Feeling nervous", page.locator("main").aria_snapshot())
    assert stored(people, "weekly") == {"nrs-anxiety": [3], "now4": [1] * 4}


def measured(page):
    """Every target on a page that is smaller than it should be."""
    boxes = {}
    for target in page.locator("main :is(label, .button):visible, header :is(a, button):visible").all():
        box = target.bounding_box()
        boxes[target.inner_text()] = (box["width"], box["height"])
    assert boxes
    return {text: size for text, size in boxes.items() if min(size) < TARGET and "Ebb" not in text}


SCREENS = ["question", "items", "last", "skip", "thanks", "link"]


def show(page, people, screen):
    page.goto(page_of(people, "hourly", by_link=screen == "link"))
    if screen == "skip":
        page.get_by_role("link", name="I can’t right now").click()
    if screen in {"items", "last", "thanks"} and page.get_by_label("6", exact=True).count():
        page.get_by_label("6", exact=True).check()
        save(page)
        page.get_by_text("Part 2 of 4").wait_for()
    for _ in range(3 * (screen == "last")):
        page.get_by_role("link", name="Skip this question").click()
    if screen == "thanks":
        page.get_by_role("button", name="Enough for now").first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_large_targets_fits_at_twice_the_size_and_shuts_nobody_out(browse, people, screen):
    for size, scheme in ((PHONE, "light"), ((180, 370), "dark")):
        page = browse("hourly", by_link=screen == "link", size=size, scheme=scheme)
        show(page, people, screen)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        if screen != "thanks":
            assert measured(page) == {}
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def brightness(page):
    """How light the page is, from 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_after_a_dose_it_is_dark_and_still_whatever_the_phone_prefers(browse, people, scheme):
    page = browse("hourly", scheme=scheme)
    page.goto(page_of(people, "hourly"))
    assert page.locator("html.night").count() == 1
    assert brightness(page) < 20
    page.get_by_label("6", exact=True).check()
    assert page.evaluate("document.getAnimations().length") == 0
    save(page)
    page.get_by_text("Part 2 of 4").wait_for()
    moving = page.evaluate("document.getAnimations().map((one) => one.effect.target.className)")
    assert sorted(moving) == ["timer", "undo"]


def test_two_weeks_later_it_is_as_light_as_the_phone_is(browse, people):
    page = browse("weekly")
    page.goto(page_of(people, "weekly"))
    assert brightness(page) > 200
