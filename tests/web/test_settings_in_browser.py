"""Settings, consent and help numbers in a real browser: they fit, shut nobody out, and notices wait for a tap."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.tracking.models import PushSubscription
from tests import make
from tests.web.make import PHONE

LOOKS = [(PHONE, "light"), (PHONE, "dark"), ((180, 370), "light"), ((1280, 900), "light")]
PATHS = ["/settings/", "/consent/", "/help/"]

NO_PUSH_HERE = "does not support the Push API in incognito mode"  # which is what a context of a test is

# What a push service would answer: none can be reached from a test. All else is the browser's own.
SUBSCRIBED = """
const keys = { p256dh: "%s", auth: "AAAAAAAAAAAAAAAAAAAAAA" };
const subscription = { endpoint: "https://fcm.googleapis.com/fcm/send/of-a-test", keys };
PushManager.prototype.subscribe = async (options) => ((window.askedWith = options), subscription);
"""


@pytest.fixture
def patient(transactional_db):
    clinic = make.clinic(name="Harbour Clinic", phone="+44 20 7946 0123")
    treated = make.patient(at=clinic)
    make.treatment(of=treated, started_at=timezone.now() - timedelta(days=5))
    return treated


@pytest.fixture
def browse(browser_of, patient):
    """Open a page as the patient."""

    def page_for(*, permissions=(), **options):
        page = browser_of(patient.person, forgiven=NO_PUSH_HERE, **options)
        page.context.grant_permissions(list(permissions))
        return page

    return page_for


@pytest.mark.parametrize("path", PATHS)
def test_the_page_fits_and_nobody_is_shut_out(browse, path):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - needs the browser's packages

    for size, scheme in LOOKS:
        page = browse(size=size, scheme=scheme)
        assert page.goto(path).status == 200
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PATHS)
def test_every_number_is_big_enough_for_a_thumb(browse, path):
    page = browse()
    page.goto(path)
    boxes = [link.bounding_box() for link in page.locator('a[href^="tel:"]:visible').all()]
    assert boxes
    assert all(box["height"] >= 44 for box in boxes)


def test_consent_is_given_and_withdrawn_without_a_script(browse, patient):
    page = browse(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Read and decide").click()
    page.get_by_role("button", name="I have read this and agree").click()
    page.get_by_text("Thank you. Your consent is saved.").wait_for()
    page.get_by_role("button", name="Withdraw my consent").click()
    page.get_by_text("You have withdrawn your consent.").wait_for()
    assert not patient.current_consent().given


def test_notices_are_not_asked_for_before_a_tap_and_a_no_is_taken(browse):
    page = browse()
    page.goto("/settings/")
    page.get_by_text("This browser was told not to show notices.").wait_for()
    assert page.get_by_role("button", name="Turn on notices").count() == 0


def test_where_no_push_service_answers_the_page_says_so(browse):
    page = browse(permissions=["notifications"])
    page.goto("/settings/")
    page.get_by_role("button", name="Turn on notices").click()
    page.get_by_text("That did not work. Please try again later.").wait_for(timeout=30_000)


def test_a_tap_turns_notices_on(browse, patient):
    from backend.tracking.reminders.channels.push import public_key  # noqa: PLC0415 - a point on the curve to encrypt for

    page = browse(permissions=["notifications"])
    page.add_init_script(SUBSCRIBED % public_key())
    page.goto("/settings/")
    page.get_by_role("button", name="Turn on notices").click()
    page.get_by_text("Notices are on for this device.").wait_for(timeout=30_000)
    assert page.evaluate("askedWith.applicationServerKey.length") == 65
    assert page.evaluate("askedWith.userVisibleOnly")
    assert PushSubscription.objects.get().person == patient.person
