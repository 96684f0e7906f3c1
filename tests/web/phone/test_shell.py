"""The shell that a phone keeps: nothing personal in it, whole without a network, changed when any of it changes."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from backend.instruments import known
from backend.web.phone import shell
from tests import make

SHELL = re.compile(r"^const SHELL = (.*);$", re.MULTILINE)


def kept_by(worker):
    return json.loads(SHELL.search(worker.content.decode()).group(1))


@pytest.mark.parametrize("address", ["/offline/", "/sw.js", "/manifest.webmanifest"])
def test_it_is_the_same_whoever_asks(client, patient, clinician, address):
    answers = [client.get(address).content]
    for person in (patient.person, clinician):
        client.force_login(person)
        answers.append(client.get(address).content)
    assert len(set(answers)) == 1


@pytest.mark.parametrize("address", ["/offline/", "/sw.js"])
def test_a_browser_that_has_it_is_sent_nothing(client, db, address):
    first = client.get(address)
    assert first["Cache-Control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_speaks_the_language_of_its_reader(client, patient):
    english = client.get("/sw.js", headers={"Accept-Language": "en"})
    spanish = client.get("/sw.js", headers={"Accept-Language": "es"})
    assert english["ETag"] != spanish["ETag"]
    assert 'LANGUAGE = "es"' in spanish.content.decode()
    assert '<html lang="es"' in client.get("/offline/", headers={"Accept-Language": "es"}).content.decode()
    patient.person.language = "es"
    patient.person.save()
    client.force_login(patient.person)
    assert client.get("/sw.js")["ETag"] == spanish["ETag"]


def test_a_part_that_changes_changes_the_worker(client, db, monkeypatch, tmp_path):
    before = client.get("/sw.js")["ETag"]
    changed = tmp_path / "worker.js"
    changed.write_text(shell.WORKER.read_text() + "// more\n")
    monkeypatch.setattr(shell, "WORKER", changed)
    shell.version_in.cache_clear()
    try:
        assert client.get("/sw.js")["ETag"] != before
    finally:
        shell.version_in.cache_clear()


def test_every_part_of_the_shell_is_there_and_every_import_is_a_part(client, db):
    kept = kept_by(client.get("/sw.js"))
    assert kept[0] == "/offline/"
    for address in kept:
        if not address.startswith("/static/"):
            assert client.get(address).status_code == 200
    parts = {Path(finders.find(part)) for part in shell.PARTS}
    imported = {
        script.parent / name
        for script in parts
        if script.suffix == ".js"
        for name in re.findall(r'from "\./([\w.]+)"', script.read_text())
    }
    assert imported <= parts
    wanted = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/offline/").content.decode()))
    assert {one for one in wanted if "icon-" not in one} <= set(kept)


def test_every_question_that_may_be_asked_is_in_it(client, db):
    page = client.get("/offline/").content.decode()
    asked = set(re.findall(r'<template data-instrument="([\w-]+)"', page))
    assert asked == {one.slug for one in known() if one.given is not None} | {"phq9"}
    assert "csrfmiddlewaretoken" not in page
    assert page.count('<section class="screen') == sum(len(one.items) for one in known() if one.slug in asked)


def test_it_can_be_installed(client, db):
    told = client.get("/manifest.webmanifest").json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        picture = Path(finders.find(icon["src"].removeprefix("/static/"))).read_bytes()
        assert icon["sizes"] == "{}x{}".format(*(int.from_bytes(picture[at : at + 4], "big") for at in (16, 20)))


def test_pages_tell_a_phone_whose_they_are_by_a_number_alone(on_phone, patient, db):
    page = on_phone.get("/").content.decode()
    assert f'data-account="{patient.person.pk}"' in page
    assert 'data-account=""' in on_phone.get("/offline/").content.decode()


def test_staff_are_given_an_empty_schedule(at_desk, clinician):
    make.patient(at=make.clinic(), person=None, sign_in=False)
    assert at_desk.get("/phone/").json()["schedule"] == []
