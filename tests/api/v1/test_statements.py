"""What a rating costs the database: at most 7 statements in its write, 12 in the request."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.exchange.models import ApiToken
from tests.api.doors import RATINGS, post, rating_body, with_session, with_token

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = 7
REQUEST = 12


def statements(client, body):
    with CaptureQueriesContext(connection) as captured:
        assert post(client, RATINGS, body).status_code == 201
    return [one["sql"] for one in captured.captured_queries]


def written(sent):
    return sent[sent.index(next(one for one in sent if one.startswith("BEGIN"))) :]


@pytest.mark.parametrize("door", [with_token, with_session])
def test_a_rating_costs_few_statements(treatment, clinician, door):
    client = door(clinician)
    fresh = statements(client, rating_body(treatment))
    used = statements(client, rating_body(treatment))
    named = statements(client, rating_body(treatment, check_in=treatment.check_ins.first().pk))
    assert max(map(len, (fresh, used, named))) <= REQUEST
    assert len(written(used)) <= WRITE
    assert written(used)[-1].startswith("COMMIT")


def test_the_use_of_a_token_is_noted_once_a_minute(treatment, clinician):
    client = with_token(clinician)
    noted = [sum('exchange_apitoken" SET' in one for one in statements(client, rating_body(treatment))) for _ in "ab"]
    assert noted == [1, 0]
    assert ApiToken.objects.get().last_used_at is not None
