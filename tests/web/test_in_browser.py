"""Every page in a real browser, on a phone and on a desk, light and dark: nothing overflows, nothing is violated."""

from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from backend.tracking import estimation
from backend.tracking.models import Rating
from backend.tracking.services.treating.check_ins import skip_check_in
from tests import make
from tests.web.make import DESK, PHONE, TABLET

LOOKS = [(PHONE, "light", [TABLET]), (DESK, "dark", [TABLET, PHONE])]  # looked at, and what it is resized to
SHARES = 6  # of the pages, each looked at in one clinic


@pytest.fixture
def people(transactional_db):
    """A demo clinic: a patient with a check-in due, one with an outcome, and a clinician with a cohort."""
    clinic, now = make.clinic(name="Harbour Clinic", demo=True), timezone.now()
    clinician = make.member(at=clinic, role="owner", name="Clara Clinician")
    due, done, at_home = (make.patient(at=clinic, code=code) for code in ("due", "done", "at-home"))
    fresh = make.treatment(of=due, by=clinician, started_at=now - timedelta(hours=1.1))
    make.rating(of=fresh, hours=-1, score=8)
    old = make.treatment(of=done, by=clinician, started_at=now - timedelta(days=15), dose_mg=40)
    make.ratings(of=old, scores={-1: 8, 1: 6, 2: 3, 3: 3, 168: 3, 336: 4})
    make.amendment(of=old.ratings.last(), score=3)
    check_in = old.check_ins.get(name="+4 h")
    skip_check_in(actor=done.person, check_in=check_in, client_uuid=uuid4(), reason="too_sleepy")
    by_mouth = {"route": "sublingual", "at_home": True, "planned_at": now + timedelta(hours=1)}
    planned = make.treatment(of=at_home, by=clinician, **by_mouth)
    make.ratings(of=planned, scores={-20: 7, -2: 7})
    for _ in range(5):
        treatment = make.treatment(of=make.patient(at=clinic, sign_in=False), by=clinician)
        make.ratings(of=treatment, scores={-1: 8, 1: 6, 2: 3, 3: 3, 168: 6}, by=clinician)
    estimation.sweep()
    return {
        "due": due,
        "done": done,
        "at_home": at_home,
        "planned": planned,
        "clinician": clinician,
        "treatment": old,
        "check_in": fresh.check_ins.get(number=2),
        "rating": old.ratings.last(),
        "clinic": clinic,
    }


@pytest.fixture
def browse(browser_of, people):
    """Open a page as somebody of these."""

    def page_for(who, **options):
        return browser_of(people[who] if who == "clinician" else people[who].person, **options)

    return page_for


PAGES = {
    "question": ("due", "/"),
    "skip": ("due", "/check-ins/{check_in.pk}/skip/"),
    "home": ("done", "/"),
    "relief": ("done", "/relief/"),
    "print": ("done", "/relief/print/"),
    "dose at home": ("at_home", "/treatments/{planned.pk}/start/"),
    "closed": ("due", "/relief/"),
    "patients": ("clinician", "/patients/"),
    "patient": ("clinician", "/patients/{done.pk}/"),
    "today": ("clinician", "/today/"),
    "alert plan": ("clinician", "/clinics/{clinic.pk}/alerts/"),
    "sessions over each other": ("clinician", "/patients/{done.pk}/?sessions=overlaid"),
    "report": ("clinician", "/patients/{done.pk}/report/"),
    "observations": ("clinician", "/patients/{done.pk}/treatments/{treatment.pk}/observations/"),
    "monitoring sheet": ("clinician", "/patients/{done.pk}/treatments/{treatment.pk}/monitoring/"),
    "amendment": ("clinician", "/patients/{done.pk}/ratings/{rating.pk}/amend/"),
    "enrolling": ("clinician", "/patients/new/"),
    "enrolment": ("clinician", "/patients/{done.pk}/enrolment/"),
    "invitation": ("clinician", "/patients/{done.pk}/invitation/"),
    "planning": ("clinician", "/patients/{done.pk}/treatments/new/"),
    "correcting": ("clinician", "/patients/{done.pk}/treatments/{treatment.pk}/"),
    "cancelling": ("clinician", "/patients/{at_home.pk}/treatments/{planned.pk}/cancel/"),
    "clinic": ("clinician", "/clinics/{clinic.pk}/"),
    "staff": ("clinician", "/clinics/{clinic.pk}/staff/"),
    "quality": ("clinician", "/clinics/{clinic.pk}/quality/"),
    "start of a dose": ("clinician", "/patients/{at_home.pk}/treatments/{planned.pk}/start/"),
    "another start": ("clinician", "/patients/{done.pk}/treatments/{treatment.pk}/start/"),
    "cohorts": ("clinician", "/cohorts/"),
    "few": ("clinician", "/cohorts/?route=oral"),
}


@pytest.mark.parametrize("first", range(SHARES))
def test_a_page_fits_and_nobody_is_shut_out(browse, people, subtests, first):
    for name in list(PAGES)[first::SHARES]:
        for size, scheme, others in LOOKS:
            with subtests.test(name, scheme=scheme):
                who, path = PAGES[name]
                page = browse(who, size=size, scheme=scheme)
                assert page.goto(path.format(**people)).status == 200
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                for width, height in (size, *others):
                    page.set_viewport_size({"width": width, "height": height})
                    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_taps_answer_a_check_in_and_the_phone_tells_its_clock(browse, people, scheme):
    page = browse("due", scheme=scheme, timezone_id="America/Sao_Paulo")
    page.goto("/")
    save = page.get_by_role("button", name="Save")
    assert save.bounding_box()["y"] + save.bounding_box()["height"] <= PHONE[1]  # seen without scrolling
    for number in range(11):
        box = page.locator(".scale label").nth(number).bounding_box()
        assert min(box["width"], box["height"]) >= 56
    page.get_by_label("6", exact=True).check()
    save.click()
    page.get_by_text("Part 2 of 4").wait_for()
    rating = Rating.objects.get(check_in=people["check_in"])
    assert (rating.answers, rating.device_tz, rating.device_utc_offset_minutes) == ([6], "America/Sao_Paulo", -180)
    assert abs(rating.skew_ms) < 10_000
    page.get_by_label("Moderately").first.check()
    page.get_by_role("button", name="Enough for now").first.click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert Rating.objects.get(check_in=people["check_in"], instrument="now4").answers == [2, None, None, None]


def test_going_back_stores_nothing_twice(browse, people):
    page = browse("due")
    page.goto(f"/check-ins/{people['check_in'].pk}/")
    page.get_by_label("3", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Part 2 of 4").wait_for()
    page.go_back()
    page.get_by_text("Part 2 of 4").wait_for()  # the page is asked for again, and what is answered is not asked again
    assert page.locator("input:checked").count() == 0  # what was chosen for one question is not chosen for the next
    assert Rating.objects.filter(check_in=people["check_in"]).count() == 1


def test_everything_works_without_script(browse, people):
    page = browse("due", java_script_enabled=False)
    page.goto("/")
    page.get_by_label("10 As anxious as I can imagine").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Skip this part").click()
    page.get_by_text("Part 3 of 4").wait_for()
    ratings = Rating.objects.filter(check_in=people["check_in"]).order_by("pk")
    assert [one.answers for one in ratings] == [[10], [None] * 4]
    assert ratings[0].device_sent_at is None
    page = browse("clinician", java_script_enabled=False)
    page.goto(f"/patients/{people['done'].pk}/")
    assert page.locator("svg:visible").count() == 1
    page.get_by_label("Rules").select_option("R30F-L30")
    page.get_by_role("button", name="Show").click()
    assert "rule_set=R30F-L30" in page.url


def test_the_outcome_comes_by_itself_when_it_is_made(browse, people):
    make.rating(of=people["treatment"], hours=340, score=4)  # no job is running here
    page = browse("done")
    page.goto("/")
    page.get_by_text("is being worked in").wait_for()
    page.get_by_text("At each check-in").wait_for(timeout=8_000)


def test_a_dose_at_home_is_started_in_two_taps_without_script_too(browse, people):
    page = browse("at_home", java_script_enabled=False)
    page.goto("/")
    for name in ("Dose started", "I have taken it now"):
        target = page.locator("a, button").filter(has_text=name)
        assert target.bounding_box()["height"] >= 56
        target.click()
    page.get_by_text("Noted: your dose started").wait_for()
    people["planned"].refresh_from_db()
    assert people["planned"].state == "started"


def test_my_relief_prints_its_picture_and_ratings_and_nothing_else(browse):
    page = browse("done", size=DESK)
    page.emulate_media(media="print")
    page.goto("/relief/print/")
    assert page.locator("svg:visible").count() == 1
    assert page.locator("tbody tr:visible").count() == 6
    assert page.locator("form:visible, button:visible, .no-print:visible").count() == 0


def test_a_signed_in_page_prints_without_its_controls(browse, people):
    page = browse("clinician", size=DESK)
    page.emulate_media(media="print")
    page.goto(f"/patients/{people['done'].pk}/")
    assert page.locator("nav:visible, form:visible, button:visible").count() == 0
    assert page.locator("svg:visible").count() == 1
