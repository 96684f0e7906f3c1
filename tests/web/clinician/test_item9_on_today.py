"""Answers to PHQ-9 item 9 above zero stand on Today for those who treat."""

from datetime import timedelta

import pytest

from tests import make

SOME = [1] * 8 + [1]


def said(client, path="/today/"):
    return " ".join(client.get(path).content.decode().split())


@pytest.fixture
def item9(clinic, owner, patient, clinician, now):
    clinic.item9_owner, clinic.item9_plan = owner, "Call the same day."
    clinic.save()
    treatment = make.treatment(of=patient, by=clinician, started_at=now - timedelta(days=14))
    return make.rating(of=treatment, hours=13.9 * 24, instrument="phq9", answers=SOME)


def test_item_9_above_zero_stands_on_today_with_who_reads_it_and_the_plan(at_desk, item9):
    page = said(at_desk)
    assert "Thoughts of death or self-harm" in page
    assert "Olive Owner" in page
    assert "Call the same day." in page


def test_those_who_only_read_and_other_clinics_do_not_see_item_9(client, clinic, item9, other_clinic):
    for person in (make.member(at=clinic, role="researcher"), other_clinic):
        client.force_login(person)
        assert "Thoughts of death" not in said(client)


def test_when_nobody_is_named_any_more_the_answer_still_stands_there_and_says_so(at_desk, clinic, item9):
    clinic.item9_owner, clinic.item9_plan = None, ""
    clinic.save()
    assert "Thoughts of death" in said(at_desk)
    assert "nobody named" in said(at_desk)
