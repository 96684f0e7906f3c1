"""Amending a rating: its answers corrected or all of it withdrawn, with a reason, beside what was answered at first."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from backend.tracking.models import Amendment, Rating
from tests import make


def said(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def rating(treated):
    return make.rating(of=treated(hours_ago=30), hours=1, score=6)


def page_of(rating):
    return reverse("amend", args=[rating.patient_id, rating.pk])


def change(rating, score, then="correct", **fields):
    last = Amendment.objects.filter(rating=rating).order_by("pk").last()
    typed = {"item_1": str(score), "reason": "Mistyped.", "version": str(last.pk if last else 0)}
    return {"client_uuid": str(uuid4()), "then": then} | typed | fields


def test_answers_are_corrected_and_the_first_ones_stay(at_desk, rating):
    assert '<option value="6" selected>' in said(at_desk.get(page_of(rating)))
    response = at_desk.post(page_of(rating), change(rating, 4))
    assert response.headers["Location"] == f"/patients/{rating.patient_id}/?treatment={rating.treatment_id}"
    assert Rating.objects.with_last_amendment().get(pk=rating.pk).total_now == 4
    page = said(at_desk.get(page_of(rating)))
    assert "<del>6 of 10</del>" in page
    assert re.search(r"corrected .* by Clara Clinician: Mistyped\.", page)
    rating.refresh_from_db()
    assert rating.answers == [6]


def test_a_rating_is_withdrawn_whatever_stands_in_its_answers_and_put_back(at_desk, rating):
    assert at_desk.post(page_of(rating), change(rating, 6, then="withdraw")).status_code == 302
    assert not Rating.objects.standing().filter(pk=rating.pk).exists()
    page = said(at_desk.get(page_of(rating)))
    assert "This rating is withdrawn." in page
    assert 'value="withdraw"' not in page
    assert at_desk.post(page_of(rating), change(rating, 6)).status_code == 302
    assert Rating.objects.with_last_amendment().get(pk=rating.pk).total_now == 6


def test_every_item_of_a_longer_scale_can_be_corrected(at_desk, rating, clinician):
    longer = make.rating(of=rating.treatment, hours=-2, instrument="gad7", answers=[1, 2, 3, None, 0, 1, 2])
    page = said(at_desk.get(page_of(longer)))
    assert page.count("<select") == 7
    assert "More than half the days" in page
    answers = {f"item_{place}": str(answer) for place, answer in enumerate([1, 2, 3, 1, 0, 1, 2], start=1)}
    at_desk.post(page_of(longer), change(longer, 1) | answers)
    assert Rating.objects.with_last_amendment().get(pk=longer.pk).total_now == 10


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "Say why, in a few words."),
        ({"item_1": "11"}, "Select a valid choice."),
        ({"item_1": ""}, "No answer is left."),
        ({"item_1": "6"}, "nothing would change"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(at_desk, rating, fields, words):
    response = at_desk.post(page_of(rating), change(rating, 4) | fields)
    assert response.status_code == 200
    assert words in said(response)
    assert not Amendment.objects.exists()


def test_a_double_tap_amends_once(at_desk, rating):
    sent = change(rating, 4)
    for _ in range(2):
        assert at_desk.post(page_of(rating), sent).status_code == 302
    assert Amendment.objects.count() == 1


def test_two_who_amend_the_same_rating_lose_nothing(at_desk, rating, owner):
    mine = change(rating, 4, reason="The patient said four.")
    make.amendment(of=rating, score=3, by=owner)
    response = at_desk.post(page_of(rating), mine)
    assert response.status_code == 409
    page = said(response)
    assert re.search("Stored now: 3", page)
    assert '<option value="4" selected>' in page
    assert 'value="The patient said four."' in page
    assert "Olive Owner" in page
    last = Amendment.objects.get()
    assert f'name="version" value="{last.pk}"' in page
    assert at_desk.post(page_of(rating), mine | {"version": str(last.pk)}).status_code == 302
    assert Rating.objects.with_last_amendment().get(pk=rating.pk).total_now == 4


def test_a_late_rating_says_so_on_its_page(at_desk, rating):
    assert "entered late" in said(at_desk.get(page_of(rating)))


def test_those_who_only_read_and_the_patient_amend_nothing(client, clinic, rating):
    for person in (make.member(at=clinic, role="researcher"), rating.patient.person):
        client.force_login(person)
        assert client.get(page_of(rating)).status_code == 404
        assert client.post(page_of(rating), change(rating, 4)).status_code == 404


def test_the_way_there_is_on_the_patients_page_for_those_who_treat(client, clinic, clinician, rating):
    page, way = f"/patients/{rating.patient_id}/?treatment={rating.treatment_id}", f'href="{page_of(rating)}"'
    for person, finds_it in ((clinician, True), (make.member(at=clinic, role="researcher"), False)):
        client.force_login(person)
        assert (way in said(client.get(page))) == finds_it


def test_a_rating_is_not_found_under_another_patient(at_desk, rating, stranger):
    assert at_desk.get(reverse("amend", args=[stranger.pk, rating.pk])).status_code == 404


def test_few_statements(at_desk, rating, django_assert_max_num_queries):
    at_desk.get(page_of(rating))
    with django_assert_max_num_queries(12):
        at_desk.get(page_of(rating))
