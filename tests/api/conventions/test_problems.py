"""Every error under /api/ is a problem document, whoever answers it."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from tests.api.doors import RATINGS, post, problem, rating_body, with_session, with_token


@contextmanager
def no_database():
    """Let every connection fail, as after a crash."""
    open_one, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection, connection.settings_dict["NAME"] = None, "/nowhere/at all"
    yield
    connection.connection, connection.settings_dict["NAME"] = open_one, name


FAILING = pytest.mark.urls("tests.api.conventions.failing_urls")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "options", "head"])
def test_who_is_not_known_is_asked_to_say_who_they_are(method):
    answer = getattr(Client(), method)(RATINGS)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
@pytest.mark.parametrize("path", ["", "v1/", "v1/rating/", "v1/ratings", "v1/ratings/x/", "v2/ratings/", "schemas"])
def test_what_is_no_route_is_not_found_by_any_method(method, path):
    told = problem(getattr(Client(), method)(f"/api/{path}"), 404)
    assert told["instance"] == f"/api/{path}"


def test_a_method_that_is_not_there_is_told_with_those_that_are(clinician):
    answer = with_token(clinician).delete(RATINGS)
    problem(answer, 405)
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"
    problem(with_token(clinician).options(RATINGS), 405)


def test_only_json_is_given(clinician):
    problem(with_token(clinician).get(RATINGS, headers={"Accept": "text/html"}), 406)
    assert with_token(clinician).get(RATINGS, headers={"Accept": "text/html, */*"}).status_code == 200


def test_an_unknown_query_parameter_is_named(clinician):
    told = problem(with_token(clinician).get(RATINGS, {"format": "xml"}), 400)
    assert told["errors"] == [{"field": "format", "detail": "This query parameter is unknown."}]


@pytest.mark.parametrize("pk", [10**9, 10**30, 10**300])
def test_an_id_that_is_not_there_is_not_found(clinician, pk):
    assert problem(with_token(clinician).get(f"/api/v1/ratings/{pk}/"), 404)["instance"] == "/api/v1/ratings/"


@pytest.mark.django_db
def test_a_host_name_that_is_not_ours_is_refused():
    problem(Client().get(RATINGS, headers={"Host": "elsewhere.example"}), 400)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", [with_token, with_session])
def test_a_database_that_cannot_be_reached_asks_to_come_back(clinician, door):
    client = door(clinician)
    with no_database():
        answer = client.get(RATINGS)
    problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0


@FAILING
@pytest.mark.django_db
def test_what_a_database_says_stays_here():
    answer = Client().get("/api/away/")
    assert "10.0.0.1" not in str(problem(answer, 503))
    assert int(answer.headers["Retry-After"]) > 0


@FAILING
@pytest.mark.django_db
def test_a_fault_of_ours_says_nothing_about_itself(caplog):
    answer = Client(raise_request_exception=False).get("/api/broken/")
    assert "secret" not in str(problem(answer, 500))
    assert "ZeroDivisionError" in caplog.text


@FAILING
@pytest.mark.django_db
def test_a_fault_of_ours_reaches_whoever_listens_for_faults():
    with pytest.raises(ZeroDivisionError):
        Client().get("/api/broken/")


@FAILING
@pytest.mark.django_db
def test_who_asks_too_often_is_told_when_to_come_back():
    answer = Client().get("/api/often/")
    problem(answer, 429)
    assert answer.headers["Retry-After"] == "17"


@FAILING
@pytest.mark.django_db
def test_an_error_page_becomes_a_problem_document_only_under_api():
    answer = Client().get("/api/plain/")
    problem(answer, 410)
    assert int(answer.headers.get("Content-Length", len(answer.content))) == len(answer.content)
    assert Client().get("/page/").content == b"<h1>Gone</h1>"


def test_a_write_by_session_needs_the_csrf_token(treatment, patient):
    client = with_session(patient.person)
    del client.defaults["HTTP_X_CSRFTOKEN"]
    problem(post(client, RATINGS, rating_body(treatment)), 403)


def test_a_bearer_token_is_judged_by_itself(treatment, patient, stranger):
    mixed = with_token(stranger.person)
    mixed.cookies = with_session(patient.person).cookies
    problem(post(mixed, RATINGS, rating_body(treatment)), 404)
    wrong = with_session(patient.person)
    wrong.defaults["HTTP_AUTHORIZATION"] = "Bearer ebb_wrong"
    problem(post(wrong, RATINGS, rating_body(treatment)), 401)
