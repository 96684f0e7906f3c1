"""Reading variables, and processes that all want to make the key first."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.config import env

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize("word", ["1", "true", "True", "YES", "on"])
def test_a_flag_is_on(monkeypatch, word):
    monkeypatch.setenv("EBB_TEST", word)
    assert env.flag("EBB_TEST", default=False) is True


@pytest.mark.parametrize("word", ["0", "false", "False", "NO", "off"])
def test_a_flag_is_off(monkeypatch, word):
    monkeypatch.setenv("EBB_TEST", word)
    assert env.flag("EBB_TEST", default=True) is False


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("EBB_TEST", "")
    assert env.flag("EBB_TEST", default=True) is True
    assert env.number("EBB_TEST", default=7) == 7
    assert env.names("EBB_TEST", default=["a", "b"]) == ["a", "b"]
    assert env.text("EBB_TEST", default="x") == "x"


def test_the_key_of_a_process_that_was_first_counts(monkeypatch, tmp_path):
    file, theirs = tmp_path / "var" / "secret_key", "t" * 60

    def another_process_is_faster(_draft):
        file.write_text(theirs)

    monkeypatch.setattr(os, "fsync", another_process_is_faster)
    assert env.secret_key("EBB_TEST", kept_in=file) == theirs
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("attempt", range(10))
def test_processes_that_start_together_agree_on_one_key(tmp_path, attempt):
    together, file = Barrier(8), tmp_path / f"secret_key_{attempt}"

    def key(_process):
        together.wait(timeout=10)
        return env.secret_key("EBB_TEST", kept_in=file)

    with ThreadPoolExecutor(8) as processes:
        assert len(set(processes.map(key, range(8)))) == 1
    assert list(tmp_path.iterdir()) == [file]


def test_encryption_keys_are_read_in_order(monkeypatch, tmp_path):
    monkeypatch.setenv("EBB_TEST", f"new:{KEY}, old:{base64.b64encode(bytes(32)).decode()}")
    keys = env.encryption_keys("EBB_TEST", kept_in=tmp_path / "keys")
    assert list(keys.items()) == [("new", bytes(range(32))), ("old", bytes(32))]
    assert not (tmp_path / "keys").exists()


def test_an_encryption_key_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "var" / "encryption_keys"
    made = env.encryption_keys("EBB_TEST", kept_in=file)
    assert env.encryption_keys("EBB_TEST", kept_in=file) == made
    assert (list(made), len(made["1"]), file.stat().st_mode & 0o777) == (["1"], 32, 0o600)


@pytest.mark.parametrize("pairs", ["1", ":" + KEY, "1:" + KEY[:-8], "1:not base64!", f"1:{KEY},"])
def test_what_is_no_encryption_key_is_refused_and_not_quoted(monkeypatch, tmp_path, pairs):
    monkeypatch.setenv("EBB_TEST", pairs)
    with pytest.raises(ImproperlyConfigured, match="EBB_TEST") as refused:
        env.encryption_keys("EBB_TEST", kept_in=tmp_path / "keys")
    assert KEY[:20] not in str(refused.value)


def test_a_vapid_key_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "var" / "vapid_key"
    made = env.vapid_key("EBB_TEST", kept_in=file)
    assert env.vapid_key("EBB_TEST", kept_in=file) == made == file.read_text()
    assert (len(base64.urlsafe_b64decode(made + "=")), file.stat().st_mode & 0o777) == (32, 0o600)


@pytest.mark.parametrize("key", ["A" * 43, "_" * 43, KEY[:20], "not base64!" * 4])
def test_what_is_no_vapid_key_is_refused_and_not_quoted(monkeypatch, tmp_path, key):
    monkeypatch.setenv("EBB_TEST", key)
    with pytest.raises(ImproperlyConfigured, match="EBB_TEST is no private key of P-256") as refused:
        env.vapid_key("EBB_TEST", kept_in=tmp_path / "key")
    assert key not in str(refused.value)


def test_mail_leaves_as_the_url_says(monkeypatch):
    monkeypatch.setenv("EBB_TEST", "smtp+tls://ebb:secret@mail.example:587")
    mail = env.mail("EBB_TEST", default="consolemail://")
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"]) == ("mail.example", 587, True)


def test_an_unknown_way_to_send_mail_is_refused_and_not_quoted(monkeypatch):
    monkeypatch.setenv("EBB_TEST", "pigeon://secret@roof")
    with pytest.raises(ImproperlyConfigured, match="EBB_TEST names no way") as refused:
        env.mail("EBB_TEST", default="consolemail://")
    assert "secret" not in str(refused.value)


def test_a_database_file_is_made_for_its_owner_alone(tmp_path):
    file = tmp_path / "var" / "ebb.sqlite3"
    env.database("EBB_TEST", default=file)
    assert file.stat().st_mode & 0o777 == 0o600
