"""That nobody watches, and whom to call, on every screen."""

import pytest
from django.test import RequestFactory
from django.views.defaults import server_error

from tests import make

NOT_WATCHED = "This app is not monitored in real time."
LOCAL = "your local emergency number"


@pytest.fixture
def phoned(clinic):
    clinic.phone = "+44 20 7946 0123"
    clinic.save()
    return clinic


def page(client, path):
    return client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/account/2fa/", "/account/logout/", "/nowhere/", "/help/"])
def test_a_patient_reads_it_on_every_page(on_phone, phoned, path):
    shown = page(on_phone, path)
    assert NOT_WATCHED in shown
    assert 'href="tel:999"' in shown
    assert 'href="tel:116123"' in shown
    assert 'href="tel:+442079460123"' in shown


def test_it_stands_beside_a_question_too(on_phone, treated):
    treated(hours_ago=1.1)
    shown = page(on_phone, "/")
    assert 'type="radio"' in shown
    assert NOT_WATCHED in shown
    assert 'href="tel:999"' in shown


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/help/", "/nowhere/"])
def test_somebody_unknown_is_told_the_local_emergency_number(client, db, path):
    shown = page(client, path)
    assert NOT_WATCHED in shown
    assert LOCAL in shown
    assert ">988<" not in shown.partition("<details")[0]


def test_a_broken_page_says_so_without_asking_the_database(db):
    shown = server_error(RequestFactory().get("/")).content.decode()
    assert NOT_WATCHED in shown
    assert LOCAL in shown


def test_the_country_a_patient_chose_comes_before_the_clinics(on_phone, patient):
    patient.help_country = "US"
    patient.save()
    shown = page(on_phone, "/")
    assert 'href="tel:988"' in shown
    assert 'href="tel:999"' not in shown


def test_of_two_countries_the_one_where_they_are_treated_counts_before_the_one_where_they_work(client, db):
    somebody = make.member(at=make.clinic(country="US"))
    make.patient(at=make.clinic(country="GB"), person=somebody)
    client.force_login(somebody)
    assert 'href="tel:999"' in page(client, "/help/").partition("<details")[0]


def test_a_country_without_a_row_is_left_to_its_own_emergency_number(on_phone, clinic):
    clinic.country, clinic.phone = "XX", "555 0100"
    clinic.save()
    shown = page(on_phone, "/")
    assert LOCAL in shown
    assert 'href="tel:5550100"' in shown


def test_the_numbers_of_all_countries_are_open_to_anybody(client, db):
    shown = page(client, "/help/")
    for number in ("988", "999", "024", "*4141", "116123"):
        assert f'href="tel:{number}"' in shown
    assert "every day 10:00–24:00" in shown
    assert "113, option 5" in shown
