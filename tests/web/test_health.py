"""The addresses a supervisor asks."""

import pytest
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView


def test_a_living_process_answers_ok_without_touching_the_database(client):
    answer = client.get("/livez")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok", "text/plain")
    assert "no-store" in answer["Cache-Control"]


def test_nothing_can_be_sent_to_it(client):
    assert client.post("/livez").status_code == 405


def test_a_host_name_that_is_not_ours_is_refused(client):
    assert client.get("/livez", headers={"host": "elsewhere.example"}).status_code == 400


def test_an_unknown_address_is_not_found(client):
    assert client.get("/nowhere").status_code == 404


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_interface_that_says_nothing_about_access_is_closed(method):
    class Forgotten(APIView):
        def get(self, _request):
            return Response("open")

        post = delete = get

    assert Forgotten.as_view()(getattr(APIRequestFactory(), method)("/")).status_code == 401
