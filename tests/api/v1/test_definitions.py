"""Instruments and protocols are public."""

import pytest
from django.test import Client

from backend.analysis.schedule import PROTOCOLS
from backend.instruments import known
from tests.api.doors import problem


def listed(path):
    told = Client().get(path).json()
    assert told["next"] is told["previous"] is None
    return told["results"]


def test_every_instrument_is_listed_in_the_order_people_see_them():
    assert [one["slug"] for one in listed("/api/v1/instruments/")] == [one.slug for one in known()]


@pytest.mark.parametrize("slug", [one.slug for one in known()])
def test_an_instrument_says_what_it_asks_and_what_it_means(slug):
    told = Client().get(f"/api/v1/instruments/{slug}/").json()
    instrument = next(one for one in known() if one.slug == slug)
    assert [one["text"] for one in told["items"]] == [one.text for one in instrument.items]
    assert told["items"][0]["number"] == 1
    assert told["total_maximum"] == instrument.total_maximum
    assert set(told["anchors"]) == {str(answer) for answer in instrument.anchors}
    assert [one["source"] for one in told["bands"]] == [one.source for one in instrument.bands]


def test_an_unknown_instrument_is_not_found():
    problem(Client().get("/api/v1/instruments/panic-week/"), 404)


def test_every_protocol_is_listed_with_its_check_ins():
    told = listed("/api/v1/protocols/")
    assert [one["slug"] for one in told] == list(PROTOCOLS)
    first = told[0]["check_ins"][0]
    assert first["opens_hours"] <= first["nominal_hours"] < first["closes_hours"]
