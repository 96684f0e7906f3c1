"""Tokens open what their scopes say, while they and their person are good."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backend.exchange.models import ApiToken
from backend.exchange.tokens import revoke_token
from tests import make
from tests.api.doors import RATINGS, post, problem, rating_body, with_session, with_token


def test_a_reading_token_does_not_write(treatment, clinician):
    client = with_token(clinician, "read")
    assert client.get(RATINGS).status_code == 200
    assert "write" in problem(post(client, RATINGS, rating_body(treatment)), 403)["detail"]


def test_a_writing_token_does_not_read(treatment, clinician):
    client = with_token(clinician, "write")
    assert post(client, RATINGS, rating_body(treatment)).status_code == 201
    problem(client.get(RATINGS), 403)


def test_an_exporting_token_does_neither(treatment, clinician):
    client = with_token(clinician, "export")
    problem(client.get(RATINGS), 403)
    problem(post(client, RATINGS, rating_body(treatment)), 403)


def test_an_expired_token_opens_nothing(clinician):
    client = with_token(clinician)
    now = timezone.now()
    ApiToken.objects.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(seconds=1))
    problem(client.get(RATINGS), 401)


def test_a_revoked_token_opens_nothing(clinician):
    client = with_token(clinician)
    assert client.get(RATINGS).status_code == 200
    revoke_token(actor=clinician, token=ApiToken.objects.get())
    problem(client.get(RATINGS), 401)


@pytest.mark.parametrize("door", [with_token, with_session])
def test_who_may_no_longer_sign_in_is_not_let_in(clinician, door):
    client = door(clinician)
    clinician.is_active = False
    clinician.save()
    problem(client.get(RATINGS), 401)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer a b", "Bearer ebb_0", "bearer \xe9", "Basic YTpi", "x"]
)
def test_what_is_no_token_opens_nothing(header):
    problem(Client(headers={"Authorization": header}).get(RATINGS), 401)


def test_staff_without_a_second_factor_are_let_in_by_no_session(clinic):
    problem(with_session(make.member(at=clinic, second_factor=False)).get(RATINGS), 403)
