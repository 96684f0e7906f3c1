"""The ways that staff and patients go together, each from its beginning to its end, in real browsers."""

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from backend.accounts.models import Patient, Role
from backend.accounts.services.alert_plans import save_plan
from backend.tracking import estimation
from backend.tracking.models import Alert
from backend.tracking.services.rating.alerts import add_rule
from tests import make
from tests.web.make import DESK, PHONE, TABLET


@pytest.fixture
def clock(monkeypatch):
    """The time of day of the server and of the browsers that were shown it; `pass_by` lets some of it go by."""

    class Clock:
        def __init__(self):
            self.moved, self.pages, self._now = timedelta(), [], timezone.now

        def now(self):
            return self._now() + self.moved

        def pass_by(self, **length):
            self.moved += timedelta(**length)
            for page in self.pages:
                page.clock.set_system_time(self.now())

    shown = Clock()
    monkeypatch.setattr(timezone, "now", shown.now)
    return shown


@pytest.fixture
def clinic(transactional_db):
    return make.clinic(name="Harbour Clinic", time_zone="Europe/London")


@pytest.fixture
def clinician(clinic):
    return make.member(at=clinic, role=Role.OWNER, name="Clara Clinician")


def rate(phone, score):
    """Answer the question that the patient's first page asks, and leave the rest."""
    phone.goto("/")
    phone.get_by_label(str(score), exact=True).check()
    phone.get_by_role("button", name="Save").click()
    phone.get_by_role("button", name="Enough for now").first.click()
    phone.wait_for_load_state()


def join(desk, phone):
    """The clinic enrols a patient and invites them; they join on their own phone and consent there."""
    desk.goto("/patients/new/")
    desk.get_by_label("Code").fill("H-1")
    desk.get_by_label("Treated for").select_option("gad")
    desk.get_by_role("button", name="Enrol").click()
    desk.get_by_role("button", name="Make an invitation").click()
    code = desk.locator(".code").inner_text()
    phone.goto("/join/")
    phone.get_by_label("Code from your clinic").fill(code.lower())
    phone.get_by_role("button", name="Go on").click()
    phone.get_by_label("Your e-mail address").fill("pat@example.org")
    phone.get_by_role("button", name="Send me a sign-in code").click()
    phone.locator("input[name=code]").wait_for()
    phone.locator("input[name=code]").fill(re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.outbox[-1].body, re.MULTILINE)[1])
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="Join", exact=True).click()
    phone.get_by_role("button", name="I have read this and agree").click()
    phone.get_by_text("You agreed on").wait_for()
    return Patient.objects.get(code="H-1")


def plan(desk, patient, at):
    """The clinic plans an infusion for an instant."""
    desk.goto(f"/patients/{patient.pk}/")
    desk.get_by_role("link", name="Plan a treatment").click()
    desk.get_by_label("Drug", exact=True).select_option("ketamine")
    desk.get_by_label("Route").select_option("iv")
    desk.get_by_label("Dose in mg").fill("40")
    desk.get_by_label("Body weight in kg").fill("80")
    there = at.astimezone(ZoneInfo("Europe/London"))
    desk.get_by_label("Planned start of the first dose").fill(f"{there:%Y-%m-%dT%H:%M}")
    desk.get_by_role("button", name="Continue").click()
    desk.get_by_text("0.5 mg/kg").wait_for()
    desk.get_by_role("button", name="Plan it").click()
    desk.get_by_role("link", name="Dose started").wait_for()


def test_from_the_invitation_to_the_report(browser_of, clock, clinician):
    desk, phone = (browser_of(who, size=size) for who, size in ((clinician, DESK), (None, PHONE)))
    clock.pages += [desk, phone]
    patient = join(desk, phone)
    assert patient.person.email == "pat@example.org"
    assert patient.current_consent().given
    plan(desk, patient, clock.now() + timedelta(minutes=10))
    rate(phone, 8)
    clock.pass_by(minutes=10)
    desk.goto(f"/patients/{patient.pk}/")
    desk.get_by_role("link", name="Dose started").click()
    desk.get_by_role("button", name="It starts now").click()
    desk.get_by_text("Check-ins follow from then.").wait_for()
    for score in (6, 4, 3, 3):
        clock.pass_by(minutes=61)
        rate(phone, score)
    clock.pass_by(days=7)  # longer than a session

    desk = browser_of(clinician, size=DESK)
    desk.goto(f"/patients/{patient.pk}/")
    assert desk.locator('[data-of="baseline"]').first.get_attribute("value") == "8.0"
    onset = [desk.locator(f'[data-of="onset_{end}_hours"]').first.get_attribute("value") for end in ("lower", "upper")]
    assert [round(float(hours)) for hours in onset] == [1, 2]
    desk.locator(".chart-pair svg").first.wait_for()
    desk.get_by_role("link", name="Report", exact=False).first.click()
    assert desk.locator('[data-of="onset_upper_hours"]').first.get_attribute("value") == onset[1]


@pytest.fixture
def alerting(clinic, clinician):
    """A clinic whose owner wants to hear of a rating of nine or ten, and a patient an hour after a dose."""
    save_plan(
        actor=clinician,
        clinic=clinic,
        fields={
            "owner": clinician,
            "second": None,
            "days": "1234567",
            "from_time": time(0, 0),
            "until_time": time(23, 59),
            "action_plan": "Call the patient within the hour.",
        },
    )
    add_rule(actor=clinician, clinic=clinic, instrument="nrs-anxiety", kind="total", points=9)
    patient = make.patient(at=clinic, code="H-2")
    treatment = make.treatment(of=patient, by=clinician, started_at=timezone.now() - timedelta(hours=1.1))
    make.rating(of=treatment, hours=-1, score=6)
    return patient


def focus(page, wanted):
    """Press Tab until what is wanted has the focus, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


def test_from_an_alert_to_what_was_done_by_keyboard_alone(browser_of, alerting, clinician):
    desk, phone = browser_of(clinician, size=DESK), browser_of(alerting.person, size=PHONE)
    desk.goto("/today/")
    assert desk.get_by_text("Alerts nobody has acknowledged").count() == 0
    rate(phone, 9)
    desk.get_by_text("Alerts nobody has acknowledged").wait_for(timeout=90_000)  # the page asks by itself
    focus(desk, desk.get_by_role("link", name="Say what was done"))
    desk.keyboard.press("Enter")
    desk.get_by_role("heading", name="Alert", exact=True).wait_for()
    focus(desk, desk.locator("textarea"))
    desk.keyboard.type("Called; they are calm now.")
    focus(desk, desk.get_by_role("button", name="Acknowledge"))
    desk.keyboard.press("Enter")
    desk.get_by_role("heading", name="Alert", exact=True).wait_for(state="detached")
    alert = Alert.objects.get()
    assert (alert.acknowledged_by, alert.what_was_done) == (clinician, "Called; they are calm now.")
    desk.goto("/today/")
    assert desk.get_by_text("Alerts nobody has acknowledged").count() == 0


def test_from_two_routes_to_a_figure_on_file(browser_of, clinic, clinician):
    relieved, unrelieved = {-1: 8, 1: 3, 2: 3, 3: 3, 4: 3, 168: 3, 336: 6}, {-1: 8, 1: 8, 2: 7, 3: 8, 4: 7, 168: 8}
    for drug, route, scores in (("ketamine", "iv", relieved), ("esketamine", "intranasal", unrelieved)):
        for _ in range(6):
            treatment = make.treatment(of=make.patient(at=clinic, sign_in=False), by=clinician, drug=drug, route=route)
            make.ratings(of=treatment, scores=scores, by=clinician)
    estimation.sweep()
    desk = browser_of(clinician, size=TABLET)
    desk.goto("/cohorts/")
    desk.get_by_role("link", name="Compare two groups").click()
    desk.get_by_role("heading", name="Would chance alone part them so?").wait_for()
    files = desk.locator("#onset ~ .files, section:has(#onset) .files").first
    saved = {}
    for kind in ("SVG", "CSV", "JSON"):
        with desk.expect_download() as download:
            files.get_by_role("link", name=kind).click()
        saved[kind] = download.value.path().read_bytes()
        address = files.get_by_role("link", name=kind).get_attribute("href")
        assert desk.request.get(address).body() == saved[kind]  # the link brings the same file again
    assert saved["SVG"].startswith(b"<svg") or b"<svg" in saved["SVG"][:200]
    assert b"cohort,curve,hours,estimate" in saved["CSV"]
    assert {line.split(b",")[0] for line in saved["CSV"].splitlines()[1:]} == {b"iv", b"intranasal"}
