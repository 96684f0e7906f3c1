"""Fifty threads that send the same rating store it once, on the database that is configured."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from backend.accounts.models import AuditEntry
from backend.tracking.models import Rating, Treatment
from tests import make
from tests.api.doors import RATINGS, post, rating_body, with_token
from tests.at_once import shared

THREADS = 50

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared_database(treatment, tmp_path):
    with shared(tmp_path):
        yield


def all_at_once(clients, body):
    ready = Barrier(THREADS)

    def send(client):
        try:
            ready.wait()
            return post(client, RATINGS, body)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(send, clients))


def test_fifty_threads_with_one_key_store_one_rating(treatment, stranger, clinician, shared_database):
    body = rating_body(treatment)
    version = Treatment.objects.get(pk=treatment.pk).ratings_version
    answers = all_at_once([with_token(clinician) for _ in range(THREADS)], body)
    assert sorted(one.status_code for one in answers) == [200] * (THREADS - 1) + [201]
    assert len({one.content for one in answers}) == 1
    assert Rating.objects.count() == 1
    assert AuditEntry.objects.filter(action="rating.logged").count() == 1
    assert Treatment.objects.get(pk=treatment.pk).ratings_version == version + 1
    theirs = body | {"treatment": make.treatment(of=stranger, by=clinician).pk}
    assert post(with_token(clinician), RATINGS, theirs).status_code == 201
