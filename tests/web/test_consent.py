"""Consent: read in one's language, given to a text that can be told apart for ever, and taken back with one tap."""

import re
from hashlib import sha256

import pytest

from backend.accounts.consent import CURRENT, text
from backend.accounts.consent.texts import LANGUAGES
from backend.accounts.models import Consent
from backend.tracking.models import Effect, Fate, Step
from backend.tracking.reminders.planning import plan
from tests import make

ASKS = "Read and decide"
# Somebody agreed to these very words: they never change. Another wording is another version.
AGREED_TO = {
    ("1", "en"): "837e1e67bb869984b5eaa2a79b136f0395e6edaf8bdbe14fc4c0b207c477a434",
    ("1", "es"): "7efdfd98c12b275bc335902467df37f157768d7cbb6ce6863b9c804a7241d7d4",
}


def given(patient, version=CURRENT, *, yes=True):
    return Consent.objects.create(
        patient=patient, given=yes, version=version, language="en", text_sha256="0" * 64, recorded_by=patient.person
    )


def say(client, patient, what, **fields):
    sent = {"patient": patient.pk, "say": what, "version": CURRENT, "language": "en"} | fields
    return client.post("/consent/", sent, follow=True)


@pytest.mark.parametrize(("version", "language"), AGREED_TO)
def test_a_text_that_people_agreed_to_never_changes(version, language):
    assert text(language, version).sha256 == AGREED_TO[version, language]


def test_every_language_says_the_same_things():
    counts = {code: [len(section.paragraphs) for section in text(code).sections] for code in LANGUAGES}
    assert len(set(map(tuple, counts.values()))) == 1
    for code in LANGUAGES:
        assert text(code).language == code


@pytest.mark.parametrize(
    "words", ["off-label", "not for anxiety", "never suggests a dose", "not monitored in real time"]
)
def test_it_says_what_is_not_approved_and_that_nobody_watches(words):
    assert words in " ".join(text("en").content.split())


def test_a_language_without_a_text_gets_the_first_one():
    assert text("fr").language == "en"
    assert text("es-MX").language == "es"


def test_the_start_page_asks_until_it_is_answered(on_phone, patient):
    assert ASKS in on_phone.get("/").content.decode()
    say(on_phone, patient, "give")
    assert ASKS not in on_phone.get("/").content.decode()


@pytest.mark.parametrize(
    ("version", "yes", "asked"),
    [
        pytest.param("0", True, True, id="agreed to an older text"),
        pytest.param(CURRENT, False, False, id="withdrawn"),
        pytest.param("0", False, False, id="an older one withdrawn"),
    ],
)
def test_who_agreed_to_an_older_text_is_asked_again_and_who_withdrew_is_not(on_phone, patient, version, yes, asked):
    given(patient, version, yes=yes)
    assert (ASKS in on_phone.get("/").content.decode()) == asked


def test_what_is_stored_is_the_text_that_was_read(on_phone, patient):
    page = on_phone.get("/consent/", headers={"Accept-Language": "es"}).content.decode()
    assert "Para qué sirve Ebb" in page
    shown = dict(re.findall(r'<input type="hidden" name="(version|language)" value="(\w+)"', page))
    say(on_phone, patient, "give", **shown)
    stored = patient.current_consent()
    assert (stored.given, stored.version, stored.language) == (True, CURRENT, "es")
    assert stored.text_sha256 == sha256(text("es").content.encode()).hexdigest()
    assert stored.text_sha256 in page
    assert stored.recorded_by == patient.person


def test_agreeing_to_a_text_that_is_no_longer_shown_is_not_agreeing(on_phone, patient):
    answer = say(on_phone, patient, "give", version="0")
    assert "The text has changed" in answer.content.decode()
    assert patient.current_consent() is None


def test_withdrawing_stops_every_reminder_in_the_same_moment(on_phone, patient, treated, now):
    treated(hours_ago=6 * 24)  # week 1 opens about now
    assert plan(now) > 0
    given(patient)
    say(on_phone, patient, "withdraw")
    assert not patient.current_consent().given
    assert not Effect.objects.filter(patient=patient, state=Fate.WAITING).exists()
    assert Step.objects.filter(treatment__patient=patient, name="dropped").exists()


def test_consent_given_again_brings_back_what_lies_ahead(on_phone, patient, treated, now):
    treated(hours_ago=6 * 24)
    plan(now)
    given(patient)
    say(on_phone, patient, "withdraw")
    say(on_phone, patient, "give")
    assert Effect.objects.filter(patient=patient, state=Fate.WAITING, due_at__gt=now).exists()


def test_in_the_hours_after_a_dose_nothing_is_decided(on_phone, patient, treated):
    treated(hours_ago=2)
    answer = say(on_phone, patient, "give")
    assert "Later today" in answer.content.decode()
    assert patient.current_consent() is None
    assert ASKS not in on_phone.get("/").content.decode()


def test_nobody_agrees_for_somebody_else(client, patient, stranger):
    client.force_login(stranger.person)
    assert say(client, patient, "give").status_code == 404
    assert patient.current_consent() is None


def test_who_is_treated_at_two_clinics_answers_each_of_them(client, patient):
    second = make.patient(at=make.clinic(name="Hill Clinic"), person=patient.person)
    client.force_login(patient.person)
    page = client.get("/consent/").content.decode()
    assert "Harbour Clinic" in page
    assert "Hill Clinic" in page
    say(client, second, "give")
    assert patient.current_consent() is None
    assert second.current_consent().given
