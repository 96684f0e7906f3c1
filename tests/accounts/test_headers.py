"""What every answer tells the browser, and what cookies and checks of a deployment say."""

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.test import Client

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/2fa/", "/admin/", "/nowhere/", "/livez", "/api/v1/nowhere/"]
)
def test_every_answer_carries_the_policy(client, db, path):
    headers = client.get(path).headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_answers_to_people_and_programs_are_kept_by_no_cache(client, patient):
    assert "Cache-Control" not in client.get("/account/password/reset/done/").headers
    assert client.get("/nowhere/", headers={"authorization": "Bearer x"}).headers["Cache-Control"] == "no-store"
    client.force_login(patient.person)
    assert client.get("/nowhere/").headers["Cache-Control"] == "no-store"


def test_cookies_are_for_this_site_and_not_for_scripts(client, patient, mailoutbox):
    client.post("/account/login/code/", {"email": patient.person.email})
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("localhost,127.0.0.1", "['sessionid', 'csrftoken', False, False]"),
        ("ebb.example,localhost", "['__Host-sessionid', '__Host-csrftoken', True, True]"),
    ],
)
def test_cookies_travel_encrypted_unless_they_stay_on_this_machine(hosts, expected):
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    code = f"from django.conf import settings; print([getattr(settings, name) for name in {names!r}])"
    environment = os.environ | {"ALLOWED_HOSTS": hosts, "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == expected


def test_errors_are_not_shown_beside_real_data(settings, monkeypatch):
    settings.DEBUG = True
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert "accounts.E001" in {found.id for found in run_checks(tags=["security"])}


@pytest.mark.parametrize(("mode", "found"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_database_file_others_can_read_is_reported(settings, monkeypatch, tmp_path, mode, found):
    file = tmp_path / "ebb.sqlite3"
    file.touch()
    file.chmod(mode)
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(file))
    assert ("accounts.W001" in {said.id for said in run_checks(tags=["security"])}) is found


def test_a_deployment_that_prints_its_mail_or_knows_no_proxy_is_reported(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.ENCRYPTED_IN_TRANSIT, settings.TRUSTED_PROXIES = True, 0
    said = {said.id for said in run_checks(tags=["security"], include_deployment_checks=True)}
    assert {"accounts.W002", "accounts.W003", "accounts.W004"} <= said


def test_the_admin_is_behind_the_same_sign_in(client, clinician):
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/").headers["Location"].startswith("/account/login/")
    client.force_login(clinician)
    assert client.get("/admin/login/").status_code == 403


def test_a_form_from_elsewhere_is_refused_with_a_page_of_ours(db):
    answer = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "Please try again" in answer.content.decode()


@pytest.mark.parametrize("path", ["/account/login/", "/"])
@pytest.mark.parametrize("key", [r'"\000abcdefghij"', r'"abcdefgh\303\244"'])
def test_a_cookie_that_holds_no_key_of_ours_is_no_session(client, db, path, key):
    """PostgreSQL takes no text with a NUL, so such a key must not get there."""
    assert client.get(path, headers={"cookie": f"sessionid={key}"}).status_code in {200, 302}
