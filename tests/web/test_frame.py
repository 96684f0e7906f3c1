"""What stands round every page: who reads, where they can go, and how it looks when something is not there."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.views.defaults import permission_denied, server_error

from backend import charts
from tests import make

RIBBON = "Demo data – nobody here is real"


def test_the_frame_says_who_is_signed_in_and_signs_out_by_form(at_desk):
    page = at_desk.get("/patients/").content.decode()
    assert "Clara Clinician" in page
    assert '<form method="post" action="/account/logout/">' in page
    assert 'href="/patients/" aria-current="page"' in page


def test_patients_see_no_way_to_the_pages_of_staff(on_phone):
    page = on_phone.get("/").content.decode()
    assert "/patients/" not in page
    assert "/cohorts/" not in page


@pytest.mark.parametrize("path", ["/", "/patients/", "/cohorts/", "/nowhere/"])
def test_everybody_in_a_demo_clinic_is_told_so_on_every_page(client, db, path):
    demo = make.clinic(demo=True)
    client.force_login(make.member(at=demo) if path != "/" else make.patient(at=demo).person)
    assert RIBBON in client.get(path).content.decode()


def test_nobody_else_is(on_phone):
    make.clinic(demo=True)
    assert RIBBON not in on_phone.get("/").content.decode()


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client, db):
    assert client.get("/patients/?code=a").headers["Location"] == "/account/login/?next=/patients/%3Fcode%3Da"


@pytest.mark.parametrize("path", ["/patients/1/", "/nowhere/", "/check-ins/1/"])
def test_what_is_not_there_and_what_is_not_yours_look_the_same(client, path, stranger, patient):
    client.force_login(stranger.person)
    response = client.get(path)
    assert response.status_code == 404
    assert "There is no such page, or it is not yours to open." in response.content.decode()


def test_a_forbidden_page_and_a_broken_one_look_like_the_others(db):
    request = RequestFactory().get("/")
    request.user = make.person()
    assert "ebb.css" in permission_denied(request, PermissionError()).content.decode()
    assert "Something went wrong here" in server_error(request).content.decode()


def test_pages_of_people_are_kept_by_no_cache(at_desk, on_phone):
    assert at_desk.get("/patients/").headers["Cache-Control"] == "no-store"


def test_the_stylesheet_of_the_charts_is_served_from_where_it_lies():
    assert Path(finders.find("charts.css")).read_text(encoding="utf-8") == charts.stylesheet()
    assert finders.find("charts.css", find_all=True) == [finders.find("charts.css")]
    assert finders.find("model.py") is None


def test_no_page_carries_script_or_style_of_its_own(at_desk, patient, treated):
    treated(hours_ago=1.1)
    for path in ("/patients/", f"/patients/{patient.pk}/", "/cohorts/"):
        page = at_desk.get(path).content.decode()
        for inline in ("<style", " style=", "onclick", "javascript:", "hx-on"):
            assert inline not in page
        assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src=')


def test_ready_means_that_the_database_answers(client, db):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ok")

    def gone(*_asked):
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(gone):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer")
    assert Client().post("/readyz").status_code == 405
