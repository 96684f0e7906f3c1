"""What any form says when its row was changed meanwhile."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from backend.accounts.models import Clinic
from backend.web.clinician.conflicts import VersionedForm, in_words, tell_conflict

FRUIT = [("a", "Apple"), ("more", [("b", "Bee")])]


class Everything(VersionedForm):
    begins = forms.TimeField(required=False)
    amount = forms.DecimalField()
    fruit = forms.ChoiceField(choices=FRUIT)
    several = forms.MultipleChoiceField(choices=FRUIT, required=False, widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(required=False)
    moment = forms.DateTimeField(required=False)


STORED = {"amount": Decimal("4.50"), "fruit": "a", "several": ["b", "a"], "agreed": False, "moment": None, "version": 9}


def overtaken(sent, **stored):
    form = Everything(QueryDict(sent))
    assert form.is_valid()
    tell_conflict(form, stored=STORED | stored, version=9)
    return form


def test_what_is_the_same_is_not_spoken_of():
    form = overtaken("amount=4.5&fruit=a&several=a&several=b&version=3")
    assert form.errors.keys() == {"__all__"}


@pytest.mark.parametrize(
    ("field", "stored", "words"),
    [
        ("amount", Decimal("12.00"), "Stored now: 12"),
        ("amount", None, "Stored now: nothing"),
        ("fruit", "b", "Stored now: Bee"),
        ("several", ["b"], "Stored now: Bee"),
        ("several", [], "Stored now: nothing"),
        ("agreed", True, "Stored now: yes"),
        ("begins", time(8), "Stored now: 08:00"),
        ("moment", datetime(2026, 3, 2, 10, tzinfo=UTC), "Stored now: 2 Mar 2026, 10:00"),
    ],
)
def test_what_differs_says_what_is_stored_and_keeps_what_was_typed(field, stored, words):
    form = overtaken("amount=4.5&fruit=a&several=a&several=b&version=3", **{field: stored})
    assert form.errors[field] == [words]
    assert form.errors.keys() == {"__all__", field}
    typed = {name: form[name].value() for name in ("amount", "fruit", "several", "version")}
    assert typed == {"amount": "4.5", "fruit": "a", "several": ["a", "b"], "version": "9"}


@pytest.mark.parametrize("sent", ["", "version=", "version=x", "version=0"])
def test_no_version_counts_as_one_that_is_over(sent):
    form = Everything(QueryDict(f"amount=1&fruit=a&{sent}"))
    assert form.is_valid()
    assert form.cleaned_data["version"] == 0


@pytest.mark.django_db
def test_a_choice_among_rows_is_told_by_its_name(clinic):
    field = forms.ModelChoiceField(Clinic.objects.all())
    assert in_words(field, clinic) == in_words(field, clinic.pk) == clinic.name
