"""The clinic's pages in a real browser: nothing overflows, nobody is shut out, a conflict is settled by keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import Clinic, Membership
from backend.accounts.services import clinics
from tests import make
from tests.web.make import DESK, PHONE

TABLET = (820, 1180)


@pytest.fixture
def clinic(transactional_db):
    clinic = make.clinic(name="Harbour Clinic", retention_months=1)
    clinician = make.member(at=clinic, name="Clara Clinician")
    old = make.patient(at=clinic, code="long-ago")
    make.treatment(of=old, by=clinician, started_at=timezone.now() - timedelta(days=60))
    started = make.treatment(of=make.patient(at=clinic), by=clinician, started_at=timezone.now() - timedelta(days=9))
    make.ratings(of=started, scores={-1: 8, 1: 5, 2: 4, 168: 4})
    make.skip(of=started.check_ins.get(name="+3 h"), reason="too_sleepy")
    return clinic


@pytest.fixture
def owner(clinic):
    return make.member(at=clinic, role="owner", name="Olive Owner")


def test_its_pages_fit_and_nobody_is_shut_out(browser_of, clinic, owner):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - needs the browser's packages

    page = browser_of(owner, scheme="dark")
    member = Membership.objects.get(person=owner).pk
    for path in ("", "staff/", f"staff/{member}/", "quality/"):
        assert page.goto(f"/clinics/{clinic.pk}/{path}").status == 200
        for width, height in (TABLET, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_conflict_is_told_and_settled_without_script(browser_of, clinic, owner):
    page = browser_of(owner, size=DESK, java_script_enabled=False, forgiven="409")
    page.goto(f"/clinics/{clinic.pk}/")
    sleepiness = page.locator("input[value=sleepy]")
    phone = page.get_by_label("Phone", exact=True)
    clinics.change_clinic(actor=owner, clinic=clinic, fields={"phone": "020 1"})
    phone.fill("020 2222")
    sleepiness.uncheck()
    phone.press("Enter")
    page.get_by_text("Stored now: 020 1").wait_for()
    assert phone.input_value() == "020 2222"
    assert not sleepiness.is_checked()
    phone.press("Enter")
    page.get_by_text("The settings are saved.").wait_for()
    now = Clinic.objects.get(pk=clinic.pk)
    assert (now.phone, now.left_out_instruments) == ("020 2222", ["sleepy"])
