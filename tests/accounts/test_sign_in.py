"""Patients sign in by a code, staff by a password and a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from backend.accounts.models import Clinic, Membership, Patient
from backend.accounts.services import people, staff
from tests import make
from tests.accounts.signing_in import PASSWORD, app_code, code_for, code_in, sign_in_by_code, sign_in_by_password

HOME = "/"


def is_signed_in(client):
    return SESSION_KEY in client.session


def test_a_patient_signs_in_with_the_code_from_the_mail(client, mailoutbox, patient):
    answer = sign_in_by_code(client, mailoutbox, patient.person.email)
    assert answer.headers["Location"] == HOME
    assert client.session[SESSION_KEY] == str(patient.person.pk)
    assert mailoutbox[0].subject == "Your sign-in code"


def test_the_page_asked_for_comes_after_signing_in(client, mailoutbox, patient):
    client.post("/account/login/code/?next=/later/", {"email": patient.person.email})
    answer = client.post("/account/login/code/confirm/?next=/later/", {"code": code_in(mailoutbox[0])})
    assert answer.headers["Location"] == "/later/"


def test_a_wrong_code_counts_three_times(client, mailoutbox, patient):
    client.post("/account/login/code/", {"email": patient.person.email})
    for _ in range(3):
        client.post("/account/login/code/confirm/", {"code": "0000-0000"})
    client.post("/account/login/code/confirm/", {"code": code_in(mailoutbox[0])})
    assert not is_signed_in(client)


def test_staff_sign_in_with_password_and_app(client, clinic):
    person = make.member(at=clinic, password=PASSWORD)
    first = sign_in_by_password(client, person.email)
    assert first.headers["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(client)
    second = client.post("/account/2fa/authenticate/", {"code": app_code(person)})
    assert second.headers["Location"] == HOME
    assert is_signed_in(client)
    assert client.session.get_expiry_age() <= 12 * 60 * 60


def test_a_code_by_mail_does_not_replace_the_second_factor(client, mailoutbox, clinician):
    assert sign_in_by_code(client, mailoutbox, clinician.email).headers["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(client)


def test_an_app_code_works_once(clinic):
    person = make.member(at=clinic, password=PASSWORD)
    code = app_code(person)
    clients = [Client(), Client()]
    for client in clients:
        sign_in_by_password(client, person.email)
        client.post("/account/2fa/authenticate/", {"code": code})
    assert [is_signed_in(client) for client in clients] == [True, False]


@pytest.mark.parametrize(
    ("demo", "is_staff", "led_to"),
    [
        pytest.param(False, False, "/account/2fa/", id="a clinic with real patients"),
        pytest.param(True, False, None, id="the demo clinic"),
        pytest.param(True, True, "/account/2fa/", id="the admin"),
    ],
)
def test_who_owes_a_second_factor_sees_nothing_before_it_is_set_up(client, demo, is_staff, led_to):
    person = make.member(at=make.clinic(demo=demo), second_factor=False, password=PASSWORD, is_staff=is_staff)
    sign_in_by_password(client, person.email)
    answer = client.get("/account/password/change/")
    assert answer.headers.get("Location") == led_to
    assert answer.status_code == (302 if led_to else 200)


def test_a_program_is_told_so_instead_of_led_away(client):
    client.force_login(make.member(second_factor=False))
    answer = client.get("/account/password/change/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (403, "Set up a second factor first")


def test_setting_up_an_app_opens_every_page(client, clinic):
    person = make.member(at=clinic, second_factor=False, password=PASSWORD)
    sign_in_by_password(client, person.email)
    page = client.get("/account/2fa/totp/activate/")
    assert b"<svg" in page.content
    assert b"data:" not in page.content
    code = code_for(page.context["form"].secret)
    done = client.post("/account/2fa/totp/activate/", {"code": code})
    assert done.headers["Location"] == "/account/2fa/recovery-codes/"
    assert client.get("/account/2fa/recovery-codes/").status_code == 200
    assert client.get("/account/password/change/").status_code == 200


def test_joining_a_real_clinic_asks_for_the_factor_at_the_next_request(client):
    person = make.member(at=make.clinic(demo=True), second_factor=False, password=PASSWORD)
    client.force_login(person)
    assert client.get("/account/password/change/").status_code == 200
    staff.add_member(actor=None, clinic=make.clinic(), person=person, role="researcher")
    assert client.get("/account/password/change/").status_code == 302


def test_a_patients_passkey_is_another_way_in_and_no_second_lock(client, mailoutbox, patient):
    Authenticator.objects.create(user=patient.person, type="webauthn", data={"name": "Phone"})
    assert sign_in_by_code(client, mailoutbox, patient.person.email).headers["Location"] == HOME


def test_whoever_is_switched_off_is_out_at_the_next_request(client, patient):
    client.force_login(patient.person)
    assert client.get("/account/2fa/").status_code == 200
    people.change_person(actor=None, person=patient.person, fields={"is_active": False})
    assert client.get("/account/2fa/").status_code == 302


def test_the_second_factor_costs_no_query_of_its_own(client, clinician, django_assert_num_queries):
    client.force_login(clinician)
    with django_assert_num_queries(2):  # the session, and the person with what they owe
        assert client.get("/account/login/").status_code == 302


def test_a_page_for_everybody_asks_the_database_nothing(client, clinician, django_assert_num_queries):
    client.force_login(clinician)
    with django_assert_num_queries(0):
        assert client.get("/livez").content == b"ok"


def test_nobody_makes_an_account_by_themselves(client):
    answer = client.post("/account/signup/", {"email": "new@clinic.example", "password1": PASSWORD})
    assert "Your clinic makes your account" in answer.content.decode()


def test_passwords_are_long_and_hashed_with_argon2(client, patient):
    client.force_login(patient.person)
    client.post("/account/password/set/", {"password1": "elevenchars", "password2": "elevenchars"})
    patient.person.refresh_from_db()
    assert not patient.person.has_usable_password()
    client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    patient.person.refresh_from_db()
    assert patient.person.password.startswith("argon2")


def test_a_new_password_does_not_get_around_the_second_factor(client, mailoutbox, clinician):
    client.post("/account/password/reset/", {"email": clinician.email})
    link = next(word for word in mailoutbox[0].body.split() if "/reset/key/" in word).partition("testserver")[2]
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert not is_signed_in(client)
    assert sign_in_by_password(client, clinician.email).headers["Location"] == "/account/2fa/authenticate/"


def test_a_waiting_room_behind_one_address_is_not_locked_out(mailoutbox, clinic):
    for _ in range(60):
        patient = make.patient(at=clinic)
        client = Client()
        assert sign_in_by_code(client, mailoutbox, patient.person.email).headers["Location"] == HOME


def test_guessing_one_account_is_slowed_down(client, clinic):
    person = make.member(at=make.clinic(demo=True), password=PASSWORD, second_factor=False)
    for _ in range(5):
        sign_in_by_password(client, person.email, "wrong password")
    sign_in_by_password(client, person.email)
    assert not is_signed_in(client)


def test_an_ended_membership_shows_nothing_at_the_next_request(clinician, patient):
    assert list(Patient.objects.visible_to(clinician)) == [patient]
    staff.end_membership(actor=None, membership=Membership.objects.get(person=clinician))
    assert not Patient.objects.visible_to(clinician).exists()
    assert not Clinic.objects.staffed_by(clinician).exists()
    assert Membership.objects.get(person=clinician).ended_at <= timezone.now()
