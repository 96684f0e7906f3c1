"""A check-in without a network, in a real browser: asked by what the phone knows, kept on it, handed in afterwards."""

from datetime import timedelta

from backend.tracking.links import token
from backend.tracking.models import Rating, Skip
from tests import make
from tests.web.make import sign_in
from tests.web.phone.conftest import arrive, choose, nothing_waits, waits

SHOWN = """addEventListener("DOMContentLoaded", () => {
  const area = document.getElementById("kept");
  new MutationObserver(() => area.hidden || shown()).observe(area, { attributes: true });
});"""


def store_of(page):
    """Everything the phone keeps, as a program that reads its files would find it."""
    return page.evaluate(
        """async () => {
          const opened = (asked) => new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
          const database = await opened(indexedDB.open("ebb"));
          const rows = {};
          for (const name of database.objectStoreNames) {
            rows[name] = await opened(database.transaction(name).objectStore(name).getAll());
          }
          const key = rows.keys[0].key;
          database.close();
          const texts = (row) => Object.fromEntries(Object.entries(row).map(([name, value]) =>
            [name, value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value]));
          return { entries: rows.entries.map(texts), kept: rows.kept.map(texts),
                   key: { algorithm: key.algorithm.name, extractable: key.extractable } };
        }"""
    )


def test_a_check_in_opened_without_a_network_is_answered_and_handed_in(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    page.get_by_text("1 hour after your treatment").wait_for()
    assert "night" in page.locator("html").get_attribute("class")
    choose(page)
    waits(page, 1)
    page.get_by_text("Question 1 of 4").wait_for()
    page.get_by_label("Moderately").and_(page.locator(":visible")).check()
    page.get_by_role("link", name="Next").and_(page.locator(":visible")).click()
    page.get_by_text("Question 2 of 4").wait_for()
    page.get_by_role("button", name="Enough for now").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    waits(page, 2)
    assert not Rating.objects.filter(check_in=check_in).exists()
    phone.set_offline(False)
    page.reload()
    arrive(page, 2, check_in)
    stored = Rating.objects.filter(check_in=check_in).order_by("pk")
    assert [(one.instrument, one.answers) for one in stored] == [("nrs-anxiety", [6]), ("now4", [2, None, None, None])]


def test_what_was_answered_without_a_network_is_not_asked_again_with_one(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    page.get_by_role("button", name="Enough for now").click()
    waits(page, 1)
    page.goto("about:blank")
    phone.set_offline(False)
    page.goto(f"/check-ins/{check_in.pk}/")  # made while the answer still waited, so it asks for it
    page.get_by_text("Part 2 of 4").wait_for()
    arrive(page, 1, check_in)


def test_the_page_itself_sends_as_soon_as_there_is_a_network_again(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    page.get_by_role("button", name="Enough for now").click()
    waits(page, 1)
    phone.set_offline(False)
    page.get_by_text("Your answer has been sent.").wait_for(timeout=40_000)
    arrive(page, 1, check_in)


def test_reloading_without_a_network_neither_loses_nor_asks_again(page, phone, check_in):
    phone.set_offline(True)
    page.goto(f"/check-ins/{check_in.pk}/")
    choose(page)
    page.get_by_text("Question 1 of 4").wait_for()
    page.reload()
    waits(page, 1)
    page.get_by_text("Question 1 of 4").wait_for()


def test_a_save_into_a_network_that_just_died_is_kept_and_sent_once(page, phone, check_in):
    page.goto("/")
    page.get_by_label("6", exact=True).check()
    phone.set_offline(True)
    page.get_by_role("button", name="Save").click()
    waits(page, 1)
    page.get_by_text("No connection").first.wait_for()
    phone.set_offline(False)
    page.reload()
    arrive(page, 1, check_in)
    page.goto(f"/check-ins/{check_in.pk}/")
    page.get_by_text("Part 2 of 4").wait_for()


def test_an_answer_sent_at_once_is_stored_once_and_leaves_nothing_on_the_phone(page, check_in):
    choose(page)
    page.get_by_text("Part 2 of 4").wait_for()
    nothing_waits(page)
    assert Rating.objects.filter(check_in=check_in).count() == 1


def test_no_page_jumps_for_an_answer_that_is_sent_at_once(page, phone, check_in):
    shown = []
    phone.expose_function("shown", lambda: shown.append(1))
    phone.add_init_script(SHOWN)
    page.goto(f"/check-ins/{check_in.pk}/")
    choose(page)
    page.get_by_text("Part 2 of 4").wait_for()
    nothing_waits(page)
    assert shown == []


def test_not_now_is_an_answer_without_a_network_too(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    page.get_by_role("button", name="I can’t right now").click()
    page.get_by_role("button", name="I am too sleepy").click()
    waits(page, 1)
    page.get_by_role("heading", name="Thank you").wait_for()
    phone.set_offline(False)
    page.reload()
    nothing_waits(page)
    assert Skip.objects.get(check_in=check_in).reason == "too_sleepy"


def test_a_part_skipped_after_a_choice_is_left_blank(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    page.get_by_label("Moderately").and_(page.locator(":visible")).check()
    page.get_by_role("button", name="Skip this part").click()
    waits(page, 2)
    phone.set_offline(False)
    page.reload()
    arrive(page, 2, check_in)
    assert Rating.objects.get(check_in=check_in, instrument="now4").answers == [None] * 4


def test_a_part_skipped_after_a_choice_on_a_page_from_the_server_is_no_conflict(page, check_in):
    choose(page)
    page.get_by_text("Question 1 of 4").wait_for()
    page.get_by_label("Moderately").and_(page.locator(":visible")).check()
    page.get_by_role("button", name="Skip this part").click()
    page.get_by_text("Part 3 of 4").wait_for()
    nothing_waits(page)
    assert Rating.objects.get(check_in=check_in, instrument="now4").answers == [None] * 4


def test_a_link_this_phone_knows_nothing_about_asks_the_first_question_alone(phone, check_in):
    page = phone.new_page()
    page.goto("/account/login/")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    phone.set_offline(True)
    page.goto(f"/c/{token(check_in)}/")
    choose(page, 4)
    page.get_by_role("heading", name="Thank you").wait_for()
    waits(page, 1)
    asked = []
    phone.on("request", lambda request: asked.append(request.url) if request.url.endswith("/phone/") else None)
    phone.set_offline(False)
    page.reload()
    arrive(page, 1, check_in)
    assert Rating.objects.get(check_in=check_in).entered_by == check_in.treatment.patient.person
    assert asked == []  # there is no such page for a link's holder


def test_what_waits_is_sealed_under_a_key_that_never_leaves_the_browser(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    waits(page, 1)
    found = store_of(page)
    assert found["key"] == {"algorithm": "AES-GCM", "extractable": False}
    (entry,) = found["entries"]
    assert set(entry) == {"id", "account", "status", "iv", "sealed"}
    assert set(found["kept"][0]) == {"id", "account", "iv", "sealed"}
    for word in ("answers", "nrs", "device_at", "check_in", "treatment", "entries"):
        assert word not in str(entry["sealed"])
        assert word not in str(found["kept"][0]["sealed"])


def test_the_worker_keeps_the_shell_and_nothing_about_anybody(page, check_in):
    choose(page)
    page.get_by_text("Part 2 of 4").wait_for()
    page.goto("/relief/")
    shell = page.evaluate(
        """async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              found[new URL(request.url).pathname] = await (await cache.match(request)).text();
            }
          }
          return found;
        }"""
    )
    pages = {path for path in shell if not path.startswith("/static/")}
    assert pages == {"/offline/", "/help/"}
    person = check_in.treatment.patient.person
    assert not [path for path, text in shell.items() if person.email in text or "Sign out" in text]


def test_help_numbers_open_without_a_network(page, phone):
    phone.set_offline(True)
    page.goto("/")
    page.get_by_role("link", name="999").first.wait_for()  # of the clinic's country
    page.goto("/help/")
    page.get_by_role("heading", name="Help numbers").wait_for()


def test_after_three_days_the_phone_asks_for_a_connection(page, phone, check_in):
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    waits(page, 1)
    assert page.get_by_text("has waited here for three days").is_hidden()
    page.clock.install(time=check_in.due_at + timedelta(days=3, hours=1))
    page.goto("/")
    page.get_by_text("has waited here for three days").wait_for()


def test_two_tabs_send_everything_once(page, phone, check_in):
    phone.set_offline(True)
    other = phone.new_page()
    for tab in (page, other):
        tab.goto("/")
    choose(page)
    waits(other, 1)
    page.get_by_label("Moderately").and_(page.locator(":visible")).check()
    page.get_by_role("button", name="Enough for now").click()
    waits(page, 2)
    waits(other, 2)
    posts = []
    phone.on("request", lambda request: posts.append(request.url) if request.url.endswith("/entries/") else None)
    phone.set_offline(False)
    for tab in (page, other):
        tab.evaluate("dispatchEvent(new Event('online'))")
    nothing_waits(other)
    arrive(page, 2, check_in)
    assert len(posts) == 2


def test_another_account_neither_sends_nor_sees_what_is_not_its_own(page, phone, check_in, live_server):
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    waits(page, 1)
    phone.set_offline(False)
    phone.clear_cookies()
    other = make.patient(at=check_in.treatment.patient.clinic)
    sign_in(phone, other.person, live_server.url)
    page.goto("/")
    page.get_by_text("Saved for another account on this phone: 1").wait_for()
    page.wait_for_timeout(1_500)
    assert page.locator("[data-say=waiting]").is_hidden()
    assert not Rating.objects.filter(check_in=check_in).exists()
    phone.set_offline(True)
    page.goto("/")
    page.get_by_text("Saved for another account on this phone: 1").wait_for()
    assert page.get_by_role("radio").count() == 0
    phone.set_offline(False)
    phone.clear_cookies()
    sign_in(phone, check_in.treatment.patient.person, live_server.url)
    page.goto("/")
    arrive(page, 1, check_in)
