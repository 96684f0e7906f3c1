"""Whoever holds a check-in's link may answer, skip and undo that check-in, and read nothing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models.patients import new_secret
from backend.tracking import links
from backend.tracking.models import Amendment, Rating, Skip, Step
from tests import make
from tests.test_access import ACCESS, addresses, ask, filled
from tests.web.make import answer, fields_of

CLOSED = "This check-in has closed."


@pytest.fixture
def due(treated):
    """The check-in an hour after the dose, open now."""
    return treated(hours_ago=1.1).check_ins.get(name="+1 h")


@pytest.fixture
def over(treated):
    """The check-in an hour after the dose, closed a few minutes ago."""
    return treated(hours_ago=1.8).check_ins.get(name="+1 h")


def page_of(check_in):
    return reverse("link", args=[links.token(check_in)])


@pytest.fixture
def holder(due):
    """The browser of somebody who opened the link of what is due, and has not signed in."""
    client = Client()
    assert client.get(page_of(due)).status_code == 200
    return client


def said(response):
    return response.content.decode()


def test_a_link_asks_answers_and_goes_on_without_signing_in(holder, due, patient):
    page = said(holder.get(page_of(due)))
    assert "How anxious do you feel right now?" in page
    page = said(holder.post(page_of(due), answer(item_1=6), follow=True))
    assert "Part 2 of 4" in page
    rating = Rating.objects.get(check_in=due)
    assert (rating.answers, rating.entered_by, rating.respondent) == ([6], patient.person, "patient")


def test_a_link_skips_and_takes_back(holder, due, patient):
    sent = answer(item_1=6)
    page = said(holder.post(page_of(due), sent, follow=True))
    assert f'action="{page_of(due)}undo/"' in page
    assert "Taken back" in said(holder.post(f"{page_of(due)}undo/", {"client_uuid": sent["client_uuid"]}, follow=True))
    assert Amendment.objects.get().made_by == patient.person
    sent = fields_of(holder.get(f"{page_of(due)}skip/")) | {"reason": "too_sleepy"}
    assert "That is all right" in said(holder.post(f"{page_of(due)}skip/", sent, follow=True))
    assert Skip.objects.get().made_by == patient.person
    assert "How anxious do you feel right now?" in said(holder.get(f"{page_of(due)}?answer"))


def test_enough_for_now_leads_to_a_thank_you_that_can_be_closed(holder, due):
    holder.post(page_of(due), answer(item_1=6))
    page = said(holder.post(page_of(due), answer("now4", then="enough"), follow=True))
    assert "You can close this page" in page
    assert "Answer the rest" in page


SECRETS = ["Paula Patient", "paula@home.example", "P-1", "Harbour Clinic", "Clara Clinician"]


@pytest.fixture
def told(patient, due):
    """Every page a link can show, at every moment of its check-in."""
    patient.person.name = "Paula Patient"
    patient.person.email = "paula@home.example"
    patient.person.save()
    now, client = timezone.now(), Client()

    def at(moment, path=""):
        due.opens_at, due.closes_at = now - moment, now - moment + timedelta(hours=1)
        due.save()
        return said(client.get(page_of(due) + path))

    opened, closed, upcoming = timedelta(minutes=20), timedelta(hours=2), timedelta(hours=-2)
    pages = [at(moment) for moment in (opened, closed, upcoming)] + [at(opened, "skip/")]
    client.post(page_of(due), answer(item_1=6))
    pages += [at(moment) for moment in (opened, closed)] + [at(opened, "?enough")]
    client.post(page_of(due), answer("now4", item_1=3, item_2=3, item_3=3, item_4=3))
    return [*pages, at(opened), at(closed)]


def test_no_page_of_a_link_says_who_it_is_about_or_what_was_answered(told):
    for page in told:
        for secret in [*SECRETS, "Next check-in", "checked", "opens at", "relief", "Sign out", "/check-ins/", "<svg"]:
            assert secret not in page


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", said(response))


def test_after_the_window_a_link_says_the_same_whether_it_was_answered_or_not(over):
    before = without_tokens(Client().get(page_of(over)))
    assert CLOSED in before
    make.rating(of=over.treatment, hours=1, check_in=over)  # a moment ago
    assert without_tokens(Client().get(page_of(over))) == before


def test_after_the_window_a_link_takes_nothing(over, patient):
    client = Client()
    assert CLOSED in said(client.post(page_of(over), answer(item_1=6), follow=True))
    sent = {"client_uuid": str(uuid4()), "reason": "not_now"}
    assert CLOSED in said(client.post(f"{page_of(over)}skip/", sent, follow=True))
    kept = make.rating(of=over.treatment, hours=1, check_in=over)
    assert CLOSED in said(client.post(f"{page_of(over)}undo/", {"client_uuid": kept.client_uuid}, follow=True))
    assert (Rating.objects.filter(check_in=over).count(), Skip.objects.count(), Amendment.objects.count()) == (1, 0, 0)


def test_an_answer_given_in_time_on_a_page_left_open_still_counts(over):
    now = timezone.now()
    at = over.closes_at - timedelta(minutes=1)
    sent = {"device_at": at.isoformat(), "device_sent_at": now.isoformat(), "device_tz": "Europe/London"}
    Client().post(page_of(over), answer(item_1=6, **sent))
    assert Rating.objects.get(check_in=over).effective_at == at


def test_before_the_window_a_link_asks_to_come_back(treated):
    later = treated(hours_ago=1.1).check_ins.get(name="+3 h")
    assert "Not open yet" in said(Client().get(page_of(later)))
    assert "Not open yet" in said(Client().post(page_of(later), answer(item_1=6)))
    assert not Rating.objects.filter(check_in=later).exists()


SPOILT = [
    lambda token: token[:-1],
    lambda token: f"9{token}",
    lambda token: f"0{token}",  # the same number, yet not the token that was sent out
    lambda _: "1",
    lambda _: "x",
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_no_other_token_opens_anything(due, spoilt):
    token = links.token(due)
    for path in ("", "skip/", "undo/"):
        for send in (Client().get, Client().post):
            assert send(f"/c/{spoilt(token)}/{path}").status_code == 404


def test_a_new_secret_ends_the_links_that_were_sent_out(due, patient):
    page = page_of(due)
    type(patient).objects.filter(pk=patient.pk).update(link_secret=new_secret())
    assert Client().get(page).status_code == 404


def test_the_patient_signed_in_gets_their_own_page(on_phone, due):
    page = said(on_phone.get(page_of(due)))
    assert f'action="/check-ins/{due.pk}/"' in page
    assert "ebb_link" not in on_phone.cookies


def test_somebody_else_signed_in_gets_what_a_link_gives_and_keeps_their_own_pages(at_desk, due):
    page = said(at_desk.get(page_of(due)))
    assert f'action="{page_of(due)}"' in page
    assert "Clara Clinician" not in page
    assert at_desk.get("/patients/").status_code == 200


def test_no_cache_keeps_a_links_page_and_no_search_engine_finds_it(due):
    response = Client().get(page_of(due))
    assert (response.headers["Cache-Control"], response.headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_the_first_opening_is_a_step_and_so_is_the_answer(holder, due):
    holder.get(page_of(due))
    holder.post(page_of(due), answer(item_1=6), follow=True)
    steps = Step.objects.filter(check_in_number=due.number).order_by("pk")
    assert [one.name for one in steps] == ["opened", "answered", "received"]


# What else a link's holder asks for is not there.

FOLDERS = ("c/", "account/", "join/", "help/", "offline/", "settings/language/")
OPEN_TO_ALL = (*FOLDERS, "sw.js", "manifest.webmanifest", "livez", "readyz")


@pytest.mark.parametrize("row", [row for row in ACCESS if not row.startswith(OPEN_TO_ALL)])
def test_nothing_else_exists_for_the_holder_of_a_link(holder, due, row):
    ids = {"patients": due.treatment.patient_id, "treatments": due.treatment_id, "check-ins": due.pk}
    for route in addresses().get(row, ()):
        for method in ("get", "post"):
            assert ask(holder, method, filled(route, ids)).status_code == 404


def test_nor_does_anything_that_never_was(holder):
    assert {holder.get(path).status_code for path in ("/nowhere/", "/c/", "/c", "/livez/", "//check-ins/1/")} == {404}


def test_nor_does_an_address_without_its_last_slash_lead_there(holder, due):
    for path in ("/patients", "/relief", "/settings", f"/check-ins/{due.pk}", "/admin"):
        assert holder.get(path).status_code == 404


def test_the_pages_that_are_everybodys_stay(holder):
    for path in ("/account/login/", "/account/login/code/", "/help/", "/livez"):
        assert holder.get(path).status_code == 200


def test_they_may_choose_a_language_on_those(holder):
    assert 'action="/settings/language/"' in said(holder.get("/help/"))
    chosen = holder.post("/settings/language/", {"language": "es", "next": "/help/"}, follow=True)
    assert "Números de ayuda" in said(chosen)


def test_another_link_of_theirs_opens_too(holder, due):
    other = due.treatment.check_ins.get(name="+2 h")
    assert holder.get(page_of(other)).status_code == 200


def test_signing_in_ends_it(holder, due, patient):
    assert holder.cookies["ebb_link"]["httponly"]
    holder.force_login(patient.person)
    assert holder.get("/").status_code == 200
    assert not holder.cookies["ebb_link"].value
    holder.logout()
    assert holder.get("/").headers["Location"].startswith("/account/login/")
