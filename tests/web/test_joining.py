"""An invited patient comes in by proving their own address; an invitation is no way into anybody's account."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import Invitation, Person
from backend.accounts.services import invitations
from tests import make
from tests.accounts.signing_in import app_code, code_in
from tests.web.make import PHONE

NEW, KNOWN = "new@home.example", "ann@home.example"
OPENS_NOTHING = "This code opens nothing."


@pytest.fixture
def newcomer(clinic):
    return make.patient(at=clinic, sign_in=False, code="H-77")


@pytest.fixture
def code(newcomer, clinician):
    return invitations.invite(actor=clinician, patient=newcomer).code


def page_of(code):
    return reverse("join-code", args=[code])


def said(response):
    return response.content.decode()


def give(client, code, email, **said):
    """Send the form about oneself as the page has it."""
    return client.post(page_of(code), {"email": email, "name": "", "language": "en", "next": page_of(code)} | said)


def enter(client, answer):
    """Enter the code that was just mailed, at the address the form led to."""
    return client.post(answer.headers["Location"], {"code": code_in(mail.outbox[-1])}, follow=True)


def test_somebody_new_joins(code, newcomer):
    client = Client()
    typed = client.post("/join/", {"code": invitations.grouped(code).lower()})
    assert typed.headers["Location"] == page_of(code)
    answer = give(client, code, NEW, name="Nia New", language="es")
    assert answer.headers["Location"].startswith("/account/login/code/confirm/")
    page = said(enter(client, answer))
    assert "Join Harbour Clinic" in page
    assert NEW in page
    joined = client.post(page_of(code))
    assert joined.headers["Location"] == "/consent/"
    newcomer.refresh_from_db()
    assert (newcomer.person.email, newcomer.person.name, newcomer.person.language) == (NEW, "Nia New", "es")
    assert client.get("/consent/").status_code == 200


def test_nothing_is_linked_before_the_address_is_proven(code, newcomer):
    client = Client()
    give(client, code, NEW)
    newcomer.refresh_from_db()
    assert newcomer.person is None
    assert SESSION_KEY not in client.session
    assert invitations.open_invitation(code) is not None


def test_an_invitation_gives_nobody_another_persons_account(code, newcomer):
    """Whoever holds a code and types somebody's address ends at a code that went to that somebody."""
    ann = make.person(email=KNOWN, name="Ann")
    holder = Client()
    give(holder, code, KNOWN, name="Mallory")
    assert SESSION_KEY not in holder.session
    assert [sent.to for sent in mail.outbox] == [[KNOWN]]
    holder.post(page_of(code))  # not signed in: it asks again
    newcomer.refresh_from_db()
    ann.refresh_from_db()
    assert (newcomer.person, ann.name, ann.patients.count()) == (None, "Ann", 0)


def test_who_has_an_account_joins_with_it(code, newcomer):
    ann = make.person(email=KNOWN, name="Ann")
    client = Client()
    enter(client, give(client, code, KNOWN, name="Another Name"))
    client.post(page_of(code))
    newcomer.refresh_from_db()
    assert newcomer.person == ann
    assert newcomer.person.name == "Ann"


def test_staff_who_are_treated_elsewhere_need_their_second_factor(code, newcomer):
    colleague = make.member(email=KNOWN)
    client = Client()
    answer = give(client, code, KNOWN)
    enter(client, answer)
    assert SESSION_KEY not in client.session
    client.post("/account/2fa/authenticate/", {"code": app_code(colleague)})
    client.post(page_of(code))
    newcomer.refresh_from_db()
    assert newcomer.person == colleague


def without_what_differs(response, *secrets):
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", said(response))
    for secret in secrets:
        page = page.replace(secret, "SECRET")
    return response.status_code, page


def test_a_known_address_gets_the_answer_of_an_unknown_one(code):
    make.person(email=KNOWN)
    answers = []
    for address in (KNOWN, NEW):
        client = Client()
        answer = give(client, code, address)
        answers.append((sorted(client.cookies), without_what_differs(client.get(answer.headers["Location"]), address)))
    assert answers[0] == answers[1]
    assert [sent.to for sent in mail.outbox] == [[KNOWN], [NEW]]
    assert {sent.subject for sent in mail.outbox} == {"Your sign-in code"}


def test_an_account_that_is_switched_off_is_answered_alike_and_stays_so(code):
    make.person(email=KNOWN, is_active=False)
    client = Client()
    answer = give(client, code, KNOWN)
    assert answer.headers["Location"].startswith("/account/login/code/confirm/")
    assert "No account has it" in mail.outbox[0].body


def spent(code):
    invitations.accept(actor=make.person(), code=code)


def old(_code):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def taken_back(_code):
    Invitation.objects.update(ended_at=timezone.now())


def test_wrong_old_used_and_ended_codes_look_alike(code, newcomer, clinician):
    codes = ["K" * 12]
    for happen in (spent, old, taken_back):
        another = make.patient(at=newcomer.clinic, sign_in=False)
        codes.append(invitations.invite(actor=clinician, patient=another).code)
        happen(codes[-1])
        Invitation.objects.filter(patient=newcomer).update(ended_at=None, expires_at=timezone.now() + timedelta(days=1))
    for client in (Client(), _signed_in()):
        pages = {without_what_differs(client.get(page_of(one)), one) for one in codes}
        assert len(pages) == 1
        assert OPENS_NOTHING in pages.pop()[1]
    assert Client().get(page_of(code)).context["form"].fields.keys() == {"email", "name", "language"}


def _signed_in():
    client = Client()
    client.force_login(make.person())
    return client


@pytest.mark.parametrize("typed", ["", "nonsense!", "K" * 41, "../../"])
def test_what_is_no_code_at_all_says_so_beside_the_field(db, typed):
    response = Client().post("/join/", {"code": typed})
    assert response.status_code == 200
    assert 'class="error"' in said(response)


def test_before_joining_nothing_is_told_about_anybody(code, clinician):
    for page in (said(Client().get("/join/")), said(Client().get(page_of(code)))):
        for secret in ("H-77", "Harbour Clinic", clinician.name, clinician.email):
            assert secret not in page


def test_looking_uses_nothing_up(code):
    for _ in range(3):
        assert Client().get(page_of(code)).headers["Cache-Control"] == "no-store"
    assert invitations.open_invitation(code) is not None


def test_trying_codes_has_a_limit(db, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"join": "3/m/ip"}
    answers = [Client().get(page_of("K" * 12)).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_one_invitation_sends_codes_to_a_few_addresses_only(code, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"join_address": "2/h/key"}
    answers = [give(Client(), code, f"someone{number}@home.example").status_code for number in range(3)]
    assert answers == [302, 302, 429]
    assert Person.objects.filter(email="someone2@home.example").count() == 0


def test_who_made_the_invitation_is_told_to_sign_out(code, clinician, client, newcomer):
    client.force_login(clinician)
    assert "sign out and let the patient" in said(client.post(page_of(code)))
    newcomer.refresh_from_db()
    assert newcomer.person is None


def test_a_wrong_address_is_said_beside_the_field_and_the_rest_stays(code):
    page = said(give(Client(), code, "no address", name="Nia"))
    assert "Enter a valid email address." in page
    assert 'value="Nia"' in page


def test_an_address_too_long_to_keep_is_said_beside_the_field(code):
    too_long = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example"
    answer = give(Client(), code, too_long)
    assert answer.status_code == 200
    assert "at most 254 characters" in said(answer)
    assert not mail.outbox


def test_joining_in_a_browser(browser_of, transactional_db, clinic, clinician, live_server):
    newcomer = make.patient(at=clinic, sign_in=False)
    code = invitations.invite(actor=clinician, patient=newcomer).code
    page = browser_of(None, size=PHONE)
    page.goto("/join/")
    page.fill("input[name=code]", invitations.grouped(code).lower())
    page.click("main button.big")
    page.fill("input[name=email]", NEW)
    page.fill("input[name=name]", "Nia")
    page.click("main button.big")
    page.fill("input[name=code]", code_in(mail.outbox[-1]))
    page.press("input[name=code]", "Enter")
    page.wait_for_selector("text=You are signed in as")
    page.click("main button.big")
    page.wait_for_url("**/consent/")
    newcomer.refresh_from_db()
    assert newcomer.person.email == NEW
