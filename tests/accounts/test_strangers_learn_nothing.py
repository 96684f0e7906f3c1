"""Whether an address is known is told to nobody, neither by an answer nor by the database."""

import base64
import re
import zlib

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from tests import make
from tests.accounts.signing_in import PASSWORD, app_code, sign_in_by_code, sign_in_by_password

KNOWN, UNKNOWN = "ann@clinic.example", "bob@clinic.example"


def answers(path, fields, address):
    """Every answer on the way, without what differs at every request."""
    client = Client()
    last = client.post(path, {name: value or address for name, value in fields.items()}, follow=True)
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", last.content.decode()).replace(address, "ADDRESS")
    return last.redirect_chain, last.status_code, sorted(client.cookies), page


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        pytest.param("/account/login/code/", {"email": None}, id="asking for a code"),
        pytest.param("/account/login/", {"login": None, "password": "wrong password"}, id="guessing a password"),
        pytest.param("/account/password/reset/", {"email": None}, id="asking for a new password"),
    ],
)
@pytest.mark.parametrize("password", [None, PASSWORD], ids=["by code", "with a password"])
def test_a_known_address_gets_the_answer_of_an_unknown_one(path, fields, password):
    make.person(email=KNOWN, password=password)
    assert answers(path, fields, KNOWN) == answers(path, fields, UNKNOWN)


def test_a_wrong_code_is_answered_alike():
    make.person(email=KNOWN)
    seen = []
    for address in (KNOWN, UNKNOWN):
        client = Client()
        client.post("/account/login/code/", {"email": address})
        page = client.post("/account/login/code/confirm/", {"code": "0000-0000"}).content.decode()
        seen.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(address, "ADDRESS"))
    assert seen[0] == seen[1]


def test_both_get_a_mail_so_that_sending_takes_its_time_for_both():
    make.person(email=KNOWN)
    for address in (KNOWN, UNKNOWN):
        Client().post("/account/login/code/", {"email": address})
    assert [sent.to for sent in mail.outbox] == [[KNOWN], [UNKNOWN]]
    assert "No account has it" in mail.outbox[1].body


def everything_stored():
    """Every value of every table as text, with what base64 and compression hide."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    yield table, bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()


def readings(value):
    yield value
    for word in re.split(rb"[:.\s\"]", value):
        try:
            decoded = base64.b64decode(
                word + b"=" * (-len(word) % 4), altchars=b"-_" if b"-" in word or b"_" in word else None
            )
        except ValueError:
            continue
        yield decoded
        try:
            yield zlib.decompress(decoded)
        except zlib.error:
            continue


def test_no_address_lands_readable_in_the_database(clinic):
    person = make.member(at=clinic, email=KNOWN, password=PASSWORD, name="Annabel Ames")
    patient = make.patient(at=clinic, person=make.person(email="pat@clinic.example"))
    waiting, guessing, staff, resetting = Client(), Client(), Client(), Client()
    sign_in_by_code(Client(), mail.outbox, patient.person.email)
    waiting.post("/account/login/code/", {"email": patient.person.email})
    waiting.post("/account/login/code/", {"email": UNKNOWN})
    sign_in_by_password(guessing, KNOWN, "wrong password")
    sign_in_by_password(staff, KNOWN)
    staff.post("/account/2fa/authenticate/", {"code": app_code(person)})
    staff.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": "a" + PASSWORD, "password2": "a" + PASSWORD}
    )
    staff.get("/account/2fa/totp/activate/")
    resetting.post("/account/password/reset/", {"email": KNOWN})

    stored = list(everything_stored())
    assert len({table for table, _ in stored} & {"accounts_person", "django_session", "accounts_cache"}) == 3
    for secret in (KNOWN, UNKNOWN, patient.person.email, "Annabel"):
        assert [table for table, value in stored for text in readings(value) if secret.encode() in text] == []


def test_the_search_for_addresses_would_find_one():
    hidden = base64.b64encode(zlib.compress(KNOWN.encode()))
    assert any(KNOWN.encode() in text for text in readings(b"x:" + hidden))
