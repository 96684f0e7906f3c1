"""A tablet lent to a patient holds one check-in; nothing else exists on it until staff sign in again."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import AuditEntry, Membership
from backend.tracking import links
from backend.tracking.models import Amendment, Rating, Skip
from backend.web.patient.check_in.kiosk_lock import COOKIE
from tests import make
from tests.test_access import ACCESS, addresses, ask, filled
from tests.web.make import DESK, answer, fields_of

KIOSK = "/kiosk/"


@pytest.fixture
def due(treated):
    """The check-in an hour after the dose, open now."""
    return treated(hours_ago=1.1).check_ins.get(name="+1 h")


def lend(client, check_in):
    return client.post(reverse("kiosk", args=[check_in.treatment.patient_id, check_in.pk]))


@pytest.fixture
def tablet(at_desk, due):
    """The clinician's browser, lent to the patient."""
    assert lend(at_desk, due).headers["Location"] == KIOSK
    return at_desk


def said(response):
    return response.content.decode()


def answered_in_full(client):
    """Answer every part of the check-in at hand; the last page."""
    client.post(KIOSK, answer(item_1=6))
    client.post(KIOSK, answer("now4", item_1=1, item_2=1, item_3=1, item_4=1))
    client.post(KIOSK, answer("unreal", item_1=1))
    return said(client.post(KIOSK, answer("sleepy", item_1=1), follow=True))


def test_lending_signs_staff_out_and_asks_the_patient(tablet, due, clinician):
    assert SESSION_KEY not in tablet.session
    assert "How anxious do you feel right now?" in said(tablet.get(KIOSK))
    assert AuditEntry.objects.get(action="check_in.lent").actor == clinician


def test_an_answer_is_the_patients_and_names_who_lent_the_tablet(tablet, due, clinician):
    tablet.post(KIOSK, answer(item_1=6))
    rating = Rating.objects.get(check_in=due)
    assert (rating.answers, rating.respondent, rating.entered_by) == ([6], "patient", clinician)


def test_a_patient_without_a_sign_in_answers_too(at_desk, clinic, clinician):
    somebody = make.patient(at=clinic, sign_in=False)
    started_at = timezone.now() - timedelta(hours=1.1)
    treatment = make.treatment(of=somebody, by=clinician, started_at=started_at)
    check_in = treatment.check_ins.get(name="+1 h")
    lend(at_desk, check_in)
    page = said(at_desk.get(KIOSK))
    assert '<html lang="en" class="night">' in page  # dim in the hours after a dose, whoever asks
    at_desk.post(KIOSK, answer(item_1=3))
    assert Rating.objects.get(check_in=check_in).respondent == "patient"


def test_when_everything_is_answered_it_says_thank_you_and_nothing_more(tablet, due, clinician):
    page = answered_in_full(tablet)
    assert Rating.objects.filter(check_in=due).count() == 4
    assert "Thank you" in page
    assert "Please hand the tablet back." in page
    for secret in ("P-1", "Clara", "Harbour", clinician.email, "Next check-in", "relief", "close this page"):
        assert secret not in page
    assert "How anxious" not in said(tablet.get(KIOSK))


def test_what_was_just_saved_can_be_taken_back(tablet, due):
    sent = answer(item_1=6)
    page = said(tablet.post(KIOSK, sent, follow=True))
    assert 'action="/kiosk/undo/"' in page
    assert "Taken back" in said(tablet.post("/kiosk/undo/", {"client_uuid": sent["client_uuid"]}, follow=True))
    assert Amendment.objects.get().kind == "withdraw"


def test_it_can_be_skipped(tablet, due, clinician):
    sent = fields_of(tablet.get("/kiosk/skip/")) | {"reason": "too_sleepy"}
    assert "Please hand the tablet back." in said(tablet.post("/kiosk/skip/", sent, follow=True))
    assert Skip.objects.get().made_by == clinician


OPEN_TO_ALL = ("kiosk/", "account/", "help/", "settings/language/", "livez", "readyz", "manifest.webmanifest", "sw.js")


def test_nothing_else_exists_on_it(tablet, due):
    ids = {"patients": due.treatment.patient_id, "treatments": due.treatment_id, "check-ins": due.pk}
    ids |= {"c": links.token(due), "kiosk": due.pk}
    others = [route for row in ACCESS if not row.startswith(OPEN_TO_ALL) for route in addresses().get(row, ())]
    assert len(others) > 80
    for route in others:
        for method in ("get", "post"):
            assert ask(tablet, method, filled(route, ids)).status_code == 404, f"{method.upper()} {route}"


def test_what_its_pages_ask_for_is_there(tablet):
    for page in (KIOSK, "/kiosk/skip/", "/kiosk/end/", "/help/", "/account/login/"):
        head = said(tablet.get(page)).partition("</head>")[0]
        named = [one for one in re.findall(r'(?:href|src)="(/[^"]+)"', head) if not one.startswith("/static/")]
        assert named == ["/manifest.webmanifest"], page
    for address in ("/manifest.webmanifest", "/sw.js"):  # browsers ask for the second where it is installed
        assert tablet.get(address).status_code == 200


def test_staff_who_sign_in_again_unlock_it(tablet, due, clinician):
    left = tablet.post("/kiosk/end/")
    assert left.headers["Location"] == f"/account/login/?next=%2Fpatients%2F{due.treatment.patient_id}%2F"
    assert tablet.get("/patients/").status_code == 404  # asking is not enough
    tablet.force_login(clinician)
    assert tablet.get("/patients/").status_code == 200
    assert not tablet.cookies[COOKIE].value
    assert tablet.get(KIOSK).status_code == 404


def test_a_patients_own_account_does_not_unlock_it(tablet, patient):
    tablet.force_login(patient.person)
    assert tablet.get("/relief/").headers["Location"] == KIOSK
    assert SESSION_KEY not in tablet.session
    assert tablet.get("/relief/").status_code == 404


def test_the_kiosk_exists_on_no_other_device(client, due, patient, clinician):
    for person in (None, patient.person, clinician):
        if person:
            client.force_login(person)
        for path in ("", "skip/", "undo/", "end/"):
            for send in (client.get, client.post):
                assert send(f"{KIOSK}{path}").status_code == 404


@pytest.mark.parametrize("spoil", [lambda _: "", lambda _: "x", lambda kept: kept[:-1], lambda kept: f"x{kept}"])
def test_a_cookie_that_nobody_made_opens_nothing(tablet, spoil):
    stranger = Client()
    stranger.cookies[COOKIE] = spoil(tablet.cookies[COOKIE].value)
    assert stranger.get(KIOSK).status_code == 404


def test_after_the_check_in_has_closed_it_takes_nothing(tablet, due):
    type(due).objects.filter(pk=due.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    page = said(tablet.post(KIOSK, answer(item_1=6), follow=True))
    assert "Please hand the tablet back." in page
    assert not Rating.objects.filter(check_in=due).exists()


def test_it_ends_where_who_lent_it_no_longer_treats_there(tablet, clinician):
    Membership.objects.filter(person=clinician).update(ended_at=timezone.now())
    assert tablet.get(KIOSK).status_code == 404


def test_nothing_is_lent_for_a_check_in_that_is_not_open(at_desk, due):
    later = due.treatment.check_ins.get(name="+3 h")
    page = said(at_desk.post(reverse("kiosk", args=[due.treatment.patient_id, later.pk]), follow=True))
    assert "the tablet was not locked" in page
    assert SESSION_KEY in at_desk.session


def test_only_who_treats_the_patient_lends(client, due, patient, stranger, other_clinic, clinic):
    reading = make.member(at=clinic, role="researcher")
    for person in (other_clinic, reading, patient.person):
        client.force_login(person)
        assert lend(client, due).status_code == 404
    client.force_login(make.member(at=clinic))
    assert client.post(reverse("kiosk", args=[stranger.pk, due.pk])).status_code == 404
    assert client.get(reverse("kiosk", args=[patient.pk, due.pk])).status_code == 405


def test_the_patients_page_offers_what_is_open_to_who_treats_there(at_desk, client, due, patient, clinic):
    offered = f'action="{reverse("kiosk", args=[patient.pk, due.pk])}"'
    assert offered in said(at_desk.get(f"/patients/{patient.pk}/"))
    client.force_login(make.member(at=clinic, role="researcher"))
    assert "kiosk" not in said(client.get(f"/patients/{patient.pk}/"))


def test_back_shows_nothing_of_the_staffs_pages(browser_of, transactional_db, due, clinician, patient):
    page = browser_of(clinician, size=DESK, forgiven="404")
    page.goto("/patients/")
    page.goto(f"/patients/{patient.pk}/")
    assert patient.code in page.content()
    page.click("text=Lend this tablet for +1 h")
    page.wait_for_url(f"**{KIOSK}")
    assert page.locator("script[src*='phone/page']").count() == 0  # answers are not kept on the clinic's tablet
    for _ in range(2):
        page.go_back()
        assert patient.code not in page.content()
        assert "Clara" not in page.content()
    page.goto(KIOSK)
    page.click(".scale label:has-text('6')")
    page.click("button.chosen[value=save]")
    page.wait_for_selector("text=Part 2 of 4")
    page.click("button[value=enough]")
    page.wait_for_selector("text=Please hand the tablet back.")
    page.click("text=For staff: sign in to unlock")
    page.wait_for_url("**/account/login/**")
