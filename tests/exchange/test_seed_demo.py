"""`manage.py seed_demo`: what it prints works, and it prints it again without doing anything again."""

import json
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from backend.accounts.models import Person
from backend.exchange.models import ApiToken
from backend.exchange.tokens import recognise, revoke_token
from backend.tracking import doorbell
from backend.tracking.demo.clinic import SIGN_INS
from backend.tracking.models import Rating, Treatment

pytestmark = pytest.mark.django_db


PORT = 8123


@pytest.fixture(scope="module")
def first(django_db_setup, django_db_blocker, tmp_path_factory):
    """What a first run printed; stored once for all tests here, each of which runs inside its transaction."""
    kept = {
        "VAR_DIR": tmp_path_factory.mktemp("var"),
        "PORT": PORT,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],  # eight real ones take seconds
    }
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, override_settings(**kept):
        patch.setattr(doorbell, "circuit", doorbell.Circuit())
        with transaction.atomic():
            yield seed()
            transaction.set_rollback(True)


def seed(patients=2, **options):
    told = StringIO()
    call_command("seed_demo", patients=patients, stdout=told, **options)
    return told.getvalue()


def passwords(told):
    return dict(re.findall(r"^ +(\S+@example\.org) +(\S+)  \S", told, re.MULTILINE))


def test_every_sign_in_it_prints_works(first):
    assert f"http://127.0.0.1:{PORT}/" in first
    assert list(passwords(first)) == [one.address for one in SIGN_INS]
    for address, password in passwords(first).items():
        assert Person.objects.get(email=address).check_password(password)


def test_the_curl_line_carries_a_token_that_reads_and_no_more(first):
    (text,) = re.findall(
        r'curl -H "Authorization: Bearer (\S+)" "http://127.0.0.1:8123/api/v1/cohorts/\?route=iv"', first
    )
    token = recognise(text)
    assert token.person == Person.objects.get(email="clinician@example.org")
    assert token.scopes == ["read"]


def test_a_second_run_prints_the_same_and_adds_nothing(first):
    counts = [model.objects.count() for model in (Person, Treatment, Rating, ApiToken)]
    again = seed()
    assert again.splitlines() == first.splitlines()[: len(again.splitlines())]
    assert [model.objects.count() for model in (Person, Treatment, Rating, ApiToken)] == counts


def test_more_patients_may_follow_later(first):
    people = Person.objects.count()
    assert "4 finished patients" in seed(patients=4)
    assert Person.objects.count() == people + 2


def test_nobody_else_reads_the_passwords(first):
    assert (settings.VAR_DIR / "demo_sign_ins.json").stat().st_mode & 0o777 == 0o600


def test_when_their_file_is_lost_there_are_new_ones(first):
    file = settings.VAR_DIR / "demo_sign_ins.json"
    before = file.read_bytes()
    file.unlink()
    again = passwords(seed())
    file.write_bytes(before)  # the database goes back too
    assert not set(passwords(first).values()) & set(again.values())
    for address, password in again.items():
        assert Person.objects.get(email=address).check_password(password)


def test_a_token_that_has_run_out_is_replaced(first):
    file = settings.VAR_DIR / "demo_sign_ins.json"
    before = file.read_bytes()
    revoke_token(actor=None, token=ApiToken.objects.get())
    told = seed()
    file.write_bytes(before)
    assert recognise(re.findall(r"Read token: (\S+)", told)[0]) is not None


def test_the_truth_is_written_down_where_asked(first, tmp_path):
    seed(truth=tmp_path / "known.json")
    known = json.loads((tmp_path / "known.json").read_text(), parse_constant=pytest.fail)
    assert [one["code"] for one in known["patients"]] == ["demo-101", "demo-102"]
    for group in known["groups"].values():
        alike = [one for one in known["patients"] if one["group"] == group["shape"]["slug"] and one["evaluable"]]
        begun = [one["onset_hours"] is not None and one["onset_hours"] <= group["hours"][-1] for one in alike]
        assert group["begun"][-1] == (sum(begun) / len(begun) if begun else None)
