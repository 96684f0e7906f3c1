"""Reading variables, and processes that all want to make the key first."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from backend.config import env


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
