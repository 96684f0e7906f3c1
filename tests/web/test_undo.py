"""What was just saved can be taken back, by whoever saved it and for a moment only; nothing is deleted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.tracking.models import Amendment, Rating, Step
from backend.tracking.services.rating import undo
from backend.tracking.services.refusals import Refused
from tests import make
from tests.web.make import answer, fields_of


@pytest.fixture
def due(treated):
    """The check-in an hour after the dose, open now."""
    return treated(hours_ago=1.1).check_ins.get(name="+1 h")


@pytest.fixture
def saved(due, patient):
    """What the patient just answered there."""
    return make.rating(of=due.treatment, hours=1.05, check_in=due)


def page_of(check_in):
    return f"/check-ins/{check_in.pk}/"


def take_back(client, check_in, key):
    return client.post(f"{page_of(check_in)}undo/", {"client_uuid": key}, follow=True)


def test_after_a_save_the_next_page_offers_to_take_it_back_and_asks_again(on_phone, due):
    key = uuid4()
    page = on_phone.post(page_of(due), answer(key=key, item_1=6), follow=True).content.decode()
    assert f'action="{page_of(due)}undo/"' in page
    assert f'value="{key}"' in page
    page = take_back(on_phone, due, key).content.decode()
    assert "Taken back" in page
    assert "How anxious do you feel right now?" in page
    assert "undo/" not in page
    amendment = Amendment.objects.get()
    assert (amendment.kind, amendment.rating.answers) == ("withdraw", [6])


def test_the_start_page_offers_it_too(on_phone, due, saved):
    assert f'action="{page_of(due)}undo/"' in on_phone.get("/").content.decode()


def test_taken_back_twice_is_taken_back_once(on_phone, due, saved):
    for _ in range(2):
        assert "Taken back" in take_back(on_phone, due, saved.client_uuid).content.decode()
    assert Amendment.objects.count() == 1
    assert [one.name for one in Step.objects.filter(check_in_number=due.number)].count("undone") == 1


def test_the_answer_given_afterwards_counts(on_phone, due, saved):
    page = take_back(on_phone, due, saved.client_uuid)
    on_phone.post(page_of(due), fields_of(page) | {"item_1": "2", "then": "save"})
    assert [one.answers for one in Rating.objects.complete().filter(check_in=due)] == [[2]]


def test_the_old_form_sent_again_after_it_was_taken_back_says_nothing_untrue(on_phone, due):
    sent = answer(item_1=6)
    on_phone.post(page_of(due), sent)
    take_back(on_phone, due, sent["client_uuid"])
    page = on_phone.post(page_of(due), sent | {"item_1": 3}, follow=True).content.decode()
    assert "Your first answer stands" not in page
    assert "How anxious do you feel right now?" in page


def aged(monkeypatch, seconds):
    later = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: later)


@pytest.mark.parametrize(("seconds", "offered"), [(19, True), (21, False)])
def test_it_is_offered_while_there_is_time_to_tap_it(on_phone, due, saved, monkeypatch, seconds, offered):
    aged(monkeypatch, seconds)
    assert ("undo/" in on_phone.get(page_of(due)).content.decode()) == offered


@pytest.mark.parametrize(("seconds", "done"), [(29, 1), (31, 0)])
def test_later_it_is_for_the_clinic_to_correct(on_phone, due, saved, monkeypatch, seconds, done):
    aged(monkeypatch, seconds)
    page = take_back(on_phone, due, saved.client_uuid).content.decode()
    assert ("Your clinic can correct it" in page) == (not done)
    assert Amendment.objects.count() == done


@pytest.mark.parametrize("key", ["", "nonsense", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_without_the_key_of_an_answer_nothing_is_taken_back(on_phone, due, saved, key):
    take_back(on_phone, due, key)
    assert not Amendment.objects.exists()


def test_an_answer_the_clinic_entered_is_not_the_patients_to_take_back(on_phone, due, clinician):
    theirs = make.rating(of=due.treatment, hours=1.05, check_in=due, by=clinician)
    assert "undo/" not in on_phone.get(page_of(due)).content.decode()
    take_back(on_phone, due, theirs.client_uuid)
    assert not Amendment.objects.exists()


def test_an_answer_is_not_taken_back_by_way_of_another_check_in(on_phone, due, saved):
    other = due.treatment.check_ins.get(name="+2 h")
    take_back(on_phone, other, saved.client_uuid)
    assert not Amendment.objects.exists()


def test_an_answer_the_clinic_corrected_meanwhile_stays_corrected(due, saved, clinician, patient):
    make.amendment(of=saved, score=3, by=clinician)
    with pytest.raises(Refused, match="amended"):
        undo.undo_rating(actor=patient.person, check_in=due, client_uuid=saved.client_uuid)
    assert [one.kind for one in Amendment.objects.all()] == ["correct"]
