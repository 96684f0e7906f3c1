"""When a phone lets go of an entry, when it asks, and when it keeps trying; signing out; notices."""

import json
import time

import pytest

from backend.tracking.links import token
from backend.tracking.models import Rating, Step
from tests.faults.processes import wait_for
from tests.web.make import sign_in
from tests.web.phone.conftest import arrive, choose, waits
from tests.web.phone.conftest import kept as rows

NOTICES = """async () => {
  const { getNotifications } = ServiceWorkerRegistration.prototype;
  const notices = await getNotifications.call(await navigator.serviceWorker.ready);
  return notices.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }));
}"""
ELSEWHERE = json.dumps({"client_uuid": "11111111-1111-4111-8111-111111111111", "sha256": "0" * 64})
KEEPS = [
    (200, ""),  # a page of somebody on the way, such as a hotel's
    (200, "{}"),
    (201, ELSEWHERE),  # proof of another entry
    (302, ""),
    (401, ""),
    (403, ""),
    (404, ""),
    (408, ""),
    (429, ""),
    (500, ""),
    (503, ""),
]
SLOW_SCHEDULE = """([late]) => {
  const soon = fetch;
  window.fetch = async (address, options) => {
    const response = await soon(address, options);
    if (address === "/phone/") await new Promise((go) => setTimeout(go, late));
    return response;
  };
}"""
ASKS = {400: "It could not be taken as it is", 409: "the first answer stands", 410: "link is over"}


@pytest.fixture
def kept(page, phone, check_in):
    """A page with one answer on the phone and no network yet."""
    phone.set_offline(True)
    page.goto("/")
    choose(page)
    waits(page, 1)
    return page


def answer_with(phone, status, body):
    """Let something on the way answer in the place of the server."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(status=status, body=body, headers={"Location": "/"} if status == 302 else {})

    phone.route("**/entries/", answer)
    return asked


def test_whatever_proves_nothing_leaves_the_entry_waiting(kept, phone, check_in):
    phone.set_offline(False)
    for status, body in KEEPS:
        asked = answer_with(phone, status, body)
        kept.evaluate("dispatchEvent(new Event('online'))")
        wait_for(lambda: kept.wait_for_timeout(50) or asked, seconds=45, what=f"an attempt answered by {status}")  # noqa: B023 - called at once
        kept.wait_for_timeout(300)
        assert rows(kept, "entries") == 1, status
        waits(kept, 1)
        phone.unroute("**/entries/")
    kept.reload()
    arrive(kept, 1, check_in)


@pytest.mark.parametrize("status", ASKS)
def test_an_entry_the_server_will_not_take_is_kept_and_asked_about(kept, phone, check_in, status):
    answer_with(phone, status, "{}")
    phone.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    kept.get_by_text(ASKS[status]).wait_for(timeout=20_000)
    assert kept.locator("[data-say=waiting]").is_hidden()
    kept.reload()
    kept.get_by_text(ASKS[status]).wait_for()
    phone.unroute("**/entries/")
    kept.get_by_role("button", name="Try again").click()
    arrive(kept, 1, check_in)


def test_only_its_owner_deletes_an_entry(kept, phone, check_in):
    answer_with(phone, 400, "{}")
    phone.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    delete = kept.get_by_role("button", name="Delete it")
    kept.once("dialog", lambda dialog: dialog.dismiss())
    delete.click(timeout=20_000)
    kept.reload()
    kept.once("dialog", lambda dialog: dialog.accept())
    delete.click()
    delete.wait_for(state="detached")
    assert not Rating.objects.filter(check_in=check_in).exists()


def test_an_answer_whose_acknowledgement_was_lost_is_stored_once(kept, phone, check_in):
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    phone.route("**/entries/", lose)
    phone.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    wait_for(lambda: kept.wait_for_timeout(50) or lost, seconds=20, what="an attempt")
    phone.unroute("**/entries/")
    waits(kept, 1)
    kept.reload()
    arrive(kept, 1, check_in)
    assert lost[0] == 201


def test_signing_out_sends_first_and_leaves_what_it_cannot_send(page, phone, check_in, live_server):
    phone.route("**/entries/", lambda route: route.abort())
    page.goto(f"/check-ins/{check_in.pk}/")
    page.get_by_label("6", exact=True).check()
    phone.set_offline(True)
    page.get_by_role("button", name="Save").click()
    waits(page, 1)
    phone.set_offline(False)
    page.goto("/relief/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/logout/")
    page.get_by_text("it stays on this phone").wait_for()
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_text("Sign in to send what is saved on this phone: 1").wait_for()
    phone.set_offline(True)
    page.goto("/")
    page.get_by_text("Nothing to answer now").or_(page.get_by_role("heading", name="Thank you")).wait_for()
    assert page.get_by_role("radio").count() == 0  # what comes next is no longer known here
    phone.set_offline(False)
    phone.unroute("**/entries/")
    sign_in(phone, check_in.treatment.patient.person, live_server.url)
    page.goto("/")
    arrive(page, 1, check_in)


@pytest.mark.parametrize("late", [700, 5_600])  # milliseconds; the second longer than anybody waits for a last sending
def test_a_schedule_that_comes_while_signing_out_is_not_kept(page, phone, check_in, late):
    phone.route("**/entries/", lambda route: route.abort())
    choose(page)
    waits(page, 1)
    phone.route("**/account/logout/", slowly)
    page.add_init_script(f"({SLOW_SCHEDULE})([{late}])")
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_text("Sign in to send what is saved on this phone: 1").wait_for()
    assert rows(page, "kept") == 0


def slowly(route):
    if route.request.method == "POST":
        time.sleep(1)
    route.continue_()


def test_a_notice_is_shown_and_told_and_opens_its_link(phones, check_in, live_server):
    phone = phones(permissions=["notifications"])
    page = phone.new_page()
    registrations = []
    session = phone.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    session.send("ServiceWorker.enable")
    page.goto("/account/login/")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    link = f"/c/{token(check_in)}/"
    tag = f"reminder:{check_in.pk}:0"
    for _ in range(2):
        session.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": live_server.url,
                "registrationId": registrations[0]["registrationId"],
                "data": json.dumps({"title": "Ebb", "body": "A short check-in is ready.", "url": link, "tag": tag}),
            },
        )
    wait_for(lambda: page.wait_for_timeout(100) or page.evaluate(NOTICES), seconds=20, what="a notice")
    page.wait_for_timeout(2_000)
    notice = {"title": "Ebb", "body": "A short check-in is ready.", "tag": tag, "url": link}
    assert page.evaluate(NOTICES) == [notice]
    assert Step.objects.filter(name="delivered").count() == 1


def test_the_first_tap_on_a_links_page_is_told(phones, check_in):
    page = phones().new_page()
    page.goto(f"/c/{token(check_in)}/")
    with page.expect_response("**/steps/") as told:
        page.get_by_label("6", exact=True).check()
    assert told.value.status == 204
    page.get_by_label("5", exact=True).check()
    page.wait_for_timeout(300)
    assert Step.objects.filter(name="first_tap").count() == 1
