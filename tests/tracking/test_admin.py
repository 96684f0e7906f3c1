"""The stock admin shows facts and conclusions and changes none of them."""

import pytest
from django.contrib import admin
from django.urls import reverse

from backend.tracking import estimation
from backend.tracking.models import Rating
from tests import make

pytestmark = pytest.mark.django_db
MODELS = [model for model in admin.site._registry if model._meta.app_label == "tracking"]  # noqa: SLF001 - what is shown


@pytest.fixture
def administrator(client):
    person = make.member(is_staff=True, is_superuser=True)
    client.force_login(person)
    return client


@pytest.fixture
def everything(patient):
    treatment = make.treatment(of=patient)
    rating = make.rating(of=treatment)
    make.amendment(of=rating, score=5)
    make.skip(of=treatment.check_ins.get(name="+3 h"))
    estimation.sweep()


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_of_the_room_is_there():
    assert {model.__name__ for model in MODELS} == {
        "Amendment",
        "CheckIn",
        "Outcome",
        "Rating",
        "Skip",
        "Stratum",
        "StratumCells",
        "Treatment",
    }


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_shown_and_never_added_changed_or_deleted(administrator, everything, model):
    assert administrator.get(address(model, "changelist")).status_code == 200
    assert administrator.get(address(model, "add")).status_code == 403
    row = model.objects.first()
    shown = administrator.get(address(model, "change", row.pk))
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert administrator.post(address(model, "change", row.pk), {}).status_code == 403
    assert administrator.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    administrator.post(address(model, "changelist"), chosen)
    assert model.objects.filter(pk=row.pk).exists()


def test_the_rating_stays_as_it_was(administrator, everything):
    before = Rating.objects.values().get()
    administrator.post(address(Rating, "change", before["id"]), {"total": 0, "_save": "Save"})
    assert Rating.objects.values().get() == before
