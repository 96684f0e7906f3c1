"""Doses that look like a slip: asked about, never forbidden."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from backend.tracking.models import Drug, Route
from backend.tracking.services.treating.doses import MG_PER_KG, Dose, DoseDoubt, doubt_about, is_doubtful_weight

METHOD = (Path(__file__).resolve().parents[2] / "docs" / "method.md").read_text(encoding="utf-8")


def dose(mg, kg=80, drug="ketamine", route="iv"):
    return Dose(drug, route, None if mg is None else Decimal(str(mg)), None if kg is None else Decimal(str(kg)))


@pytest.mark.parametrize(
    "usual",
    [
        dose(40),
        dose(8),
        dose(120),
        dose(None),
        dose(40, kg=None),
        dose(84, drug="esketamine", route="intranasal"),
        dose(0.5, drug="other"),
        dose(300, route="oral"),
    ],
)
def test_usual_and_unknown_doses_are_not_asked_about(usual):
    assert doubt_about(usual) is None


@pytest.mark.parametrize(
    ("unusual", "doubt"),
    [
        pytest.param(dose(0.5), DoseDoubt(meant_mg=Decimal("40.0")), id="mg/kg"),
        pytest.param(dose(0.5, kg=None), DoseDoubt(), id="too little for any weight"),
        pytest.param(dose(400), DoseDoubt(), id="a digit too many"),
        pytest.param(dose(4), DoseDoubt(), id="a digit too few"),
        pytest.param(dose(40, drug="esketamine", route="intranasal"), DoseDoubt(is_no_spray=True), id="no spray"),
    ],
)
def test_what_looks_like_a_slip_is_doubted(unusual, doubt):
    assert doubt_about(unusual) == doubt


@pytest.mark.parametrize(("kg", "is_doubtful"), [("29.9", True), ("30", False), ("250", False), ("250.1", True)])
def test_a_weight_in_another_unit_is_doubted(kg, is_doubtful):
    assert is_doubtful_weight(Decimal(kg)) is is_doubtful


def test_the_ranges_stand_in_the_documents():
    rows = re.findall(r"^\| (\w+) \| (\w+) \| ([\d.]+) \| ([\d.]+) \|$", METHOD, re.MULTILINE)
    told = {(drug, route): (Decimal(low), Decimal(high)) for drug, route, low, high in rows}
    assert told == {(Drug(drug).value, Route(route).value): ends for (drug, route), ends in MG_PER_KG.items()}
