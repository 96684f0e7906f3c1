"""Names, contacts and free text are unreadable in the database, and readable again after every change of keys."""

import os

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from backend.accounts import audit, keyring
from backend.accounts.encryption import email_hash
from backend.accounts.models import AuditEntry, DataKey, Membership, Person
from tests import make


@pytest.fixture(autouse=True)
def _forget_keys():
    yield
    keyring.forget()  # a test may have made one that its rollback took away


def stored(row, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        return cursor.fetchone()[0]


def test_what_is_stored_is_not_the_text(db):
    person = make.person(name="Ann Ames", email="ann@clinic.example")
    assert "Ann" not in stored(person, "name")
    assert "ann" not in stored(person, "email")
    person.refresh_from_db()
    assert (person.name, person.email) == ("Ann Ames", "ann@clinic.example")


def test_equal_texts_have_different_ciphertexts(db):
    assert stored(make.person(name="Ann"), "name") != stored(make.person(name="Ann"), "name")


def test_no_text_needs_no_ciphertext(db):
    assert stored(make.person(name=""), "name") == ""


@pytest.mark.parametrize("address", ["ann@clinic.example", "ANN@Clinic.Example", " ann@clinic.example "])
@pytest.mark.parametrize("lookup", ["email", "email__exact", "email__iexact", "memberships__person__email"])
def test_a_person_is_found_by_any_spelling_of_the_address(db, address, lookup):
    person = make.member(email="Ann@clinic.example")
    make.member()
    assert Person.objects.get(**{lookup: address}) == person
    assert Membership.objects.get(person__email=address).person == person
    assert not Person.objects.filter(email="bob@clinic.example").exists()


def test_the_hash_follows_the_address(db):
    person = make.person(email="old@clinic.example")
    person.email = "New@clinic.example"
    person.save(update_fields=["email"])
    assert Person.objects.get(email="new@clinic.example") == person
    assert not Person.objects.filter(email="old@clinic.example").exists()


def test_the_hash_needs_its_key(settings):
    before = email_hash("ann@clinic.example")
    settings.EMAIL_HASH_KEY = "another" * 10
    assert email_hash("ann@clinic.example") != before


@pytest.mark.parametrize("condition", [{"name": "Ann"}, {"name__contains": "A"}, {"email__contains": "a"}])
def test_ciphertext_cannot_be_searched(condition):
    with pytest.raises(FieldError):
        Person.objects.filter(**condition)


def test_a_moved_or_changed_ciphertext_is_refused(db):
    sealed = keyring.encrypt("Ann", place="accounts.person.name")
    with pytest.raises(ValueError, match="belongs elsewhere"):
        keyring.decrypt(sealed, place="accounts.person.email")
    with pytest.raises(ValueError, match="changed"):
        keyring.decrypt(sealed[:-8] + "AAAAAAA=", place="accounts.person.name")
    with pytest.raises(ValueError, match="no ciphertext"):
        keyring.decrypt("Ann", place="accounts.person.name")


def test_after_a_rotation_every_text_is_readable_without_the_old_master_key(transactional_db, settings, clinic, capsys):
    person = make.person(name="Ann", email="ann@clinic.example")
    audit.record(person, "tested", clinic, clinic=clinic, reason="never changes")
    before = {column: stored(person, column) for column in ("name", "email")}
    reason = stored(AuditEntry.objects.get(), "reason")

    settings.ENCRYPTION_KEYS = {"new": os.urandom(32)} | settings.ENCRYPTION_KEYS
    call_command("rotate_keys")
    settings.ENCRYPTION_KEYS = {"new": settings.ENCRYPTION_KEYS["new"]}
    keyring.forget()

    assert capsys.readouterr().out == "1 data keys wrapped anew, 1 rows encrypted anew.\n"
    assert Person.objects.get(email="ann@clinic.example").name == "Ann"
    assert AuditEntry.objects.get().reason == "never changes"
    assert stored(AuditEntry.objects.get(), "reason") == reason
    assert all(stored(person, column).split(":")[1] != old.split(":")[1] for column, old in before.items())
    assert set(DataKey.objects.values_list("master_key", flat=True)) == {"new"}


def test_a_missing_or_wrong_master_key_is_named(db, settings):
    settings.ENCRYPTION_KEYS = {"other": os.urandom(32)}
    keyring.forget()
    with pytest.raises(ImproperlyConfigured, match="expected it in ENCRYPTION_KEYS"):
        keyring.encrypt("Ann", place="here")
    settings.ENCRYPTION_KEYS = {DataKey.objects.get().master_key: os.urandom(32)}
    with pytest.raises(ImproperlyConfigured, match="does not open data key"):
        keyring.encrypt("Ann", place="here")
