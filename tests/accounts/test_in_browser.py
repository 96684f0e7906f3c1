"""Signing in with a passkey, and every account page, in the real browser under the real policy."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from axe_playwright_python.sync_playwright import Axe

from tests import make
from tests.accounts.signing_in import PASSWORD, app_code, code_in

OPEN_TO_ALL = [
    "login/",
    "login/code/",
    "signup/",
    "inactive/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/1-none/",
    "password/reset/key/done/",
]
SIGNED_IN = [
    "2fa/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "2fa/recovery-codes/generate/",
    "password/set/",
    "logout/",
]
SIGNED_IN_WITH_PASSWORD_AND_APP = [
    "2fa/",
    "2fa/totp/deactivate/",
    "2fa/recovery-codes/",
    "2fa/recovery-codes/generate/",
    "2fa/reauthenticate/",
    "reauthenticate/",
    "password/change/",
]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(chromium, live_server, transactional_db):
    """A page on a phone with a passkey reader; what the policy blocked or a script threw fails the test."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def patient(transactional_db):
    return make.patient(person=make.person(email="pat@clinic.example", name="Pat Parker"))


def sign_in(page, mailoutbox, address):
    page.goto("/account/login/")
    page.get_by_label("E-mail address").first.fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(code_in(mailoutbox[-1]))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/login" not in url)


def sign_in_with_password(page, person):
    page.goto("/account/login/")
    page.get_by_text("Sign in with a password").click()
    page.get_by_label("E-mail address").last.fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page):
    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/account/logout/" not in url)  # what waits on the phone is sent first


def test_a_patient_adds_a_passkey_and_signs_in_with_it(page, mailoutbox, patient):
    sign_in(page, mailoutbox, patient.person.email)
    page.goto("/account/2fa/webauthn/add/")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/")
    assert [factor.type for factor in Authenticator.objects.filter(user=patient.person)] == ["webauthn"]
    sign_out(page)
    page.goto("/account/login/?next=/account/2fa/webauthn/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"\d/account/2fa/webauthn/$"))
    assert "Passkey 1" in page.locator("main").inner_text()


def test_a_passkey_is_the_second_step_of_staff(page):
    person = make.member(password=PASSWORD, second_factor=False)
    sign_in_with_password(page, person)
    page.wait_for_url("**/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    sign_out(page)
    sign_in_with_password(page, person)
    page.wait_for_url("**/account/2fa/authenticate/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/account/2fa/authenticate/" not in url)
    page.goto("/account/2fa/webauthn/")
    assert "Your passkeys" in page.locator("main").inner_text()


def is_fit_for_a_phone(page, path):
    """Whether a page is wide enough for nothing to hide, and axe has nothing to say, in light and in dark."""
    answer = page.goto(f"/account/{path}")
    assert (path, answer.status, page.url.partition("/account/")[2]) == (path, 200, path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 360)
        found = Axe().run(page).response["violations"]
        assert [(path, scheme, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_pages_for_everybody_are_fit_for_a_phone(page):
    for path in OPEN_TO_ALL:
        is_fit_for_a_phone(page, path)


def test_pages_of_a_patient_are_fit_for_a_phone(page, mailoutbox, patient):
    sign_in(page, mailoutbox, patient.person.email)
    for path in SIGNED_IN:
        is_fit_for_a_phone(page, path)


def test_pages_of_staff_are_fit_for_a_phone(page):
    person = make.member(password=PASSWORD)
    RecoveryCodes.activate(person)
    sign_in_with_password(page, person)
    page.wait_for_url("**/account/2fa/authenticate/")
    is_fit_for_a_phone(page, "2fa/authenticate/")
    page.get_by_label("Code").fill(app_code(person))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/" not in url)
    for path in SIGNED_IN_WITH_PASSWORD_AND_APP:
        is_fit_for_a_phone(page, path)
