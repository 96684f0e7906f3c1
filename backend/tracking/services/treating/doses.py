"""Which doses are worth asking about before they are stored: a slip of the pen, mg typed for mg/kg, another unit.

Nothing here forbids or advises a dose: the ranges are wide, and whoever records one may say that it is right. Programs
are not asked: what they send is stored as they say.
"""

from dataclasses import dataclass
from decimal import Decimal

from backend.tracking.models import Drug, Route

LIGHTEST_KG = 30  # [design] a weight below it is asked about
HEAVIEST_KG = 250  # [design] a weight above it is asked about
LONGEST_HOURS = 6  # [design] giving a dose for longer is asked about

# [design] mg for each kg of body weight; beyond either end a page asks. Wider than what trials and clinics give.
MG_PER_KG: dict[tuple[str, str], tuple[Decimal, Decimal]] = {
    (drug, route): (Decimal(low), Decimal(high))
    for drug, route, low, high in (
        (Drug.KETAMINE, Route.IV, "0.1", "1.5"),
        (Drug.KETAMINE, Route.IM, "0.1", "2"),
        (Drug.KETAMINE, Route.SC, "0.1", "1.5"),
        (Drug.KETAMINE, Route.INTRANASAL, "0.1", "3"),
        (Drug.KETAMINE, Route.ORAL, "0.1", "7"),
        (Drug.KETAMINE, Route.SUBLINGUAL, "0.1", "7"),
        (Drug.ESKETAMINE, Route.IV, "0.1", "1"),
        (Drug.ESKETAMINE, Route.IM, "0.1", "1"),
        (Drug.ESKETAMINE, Route.SC, "0.1", "1"),
        (Drug.ESKETAMINE, Route.ORAL, "0.1", "4"),
        (Drug.ESKETAMINE, Route.SUBLINGUAL, "0.1", "4"),
    )
}
SPRAY_MG = tuple(Decimal(mg) for mg in (28, 56, 84))  # one, two and three devices of the licensed nasal spray


@dataclass(frozen=True, slots=True)
class Dose:
    """What is to be given, as typed."""

    drug: str
    route: str
    mg: Decimal | None
    weight_kg: Decimal | None


@dataclass(frozen=True, slots=True)
class DoseDoubt:
    """Why a dose is asked about."""

    is_no_spray: bool = False  # no number of devices of the nasal spray gives it
    meant_mg: Decimal | None = None  # it would be an everyday number of mg/kg: then so many mg; None without a weight


def doubt_about(dose: Dose) -> DoseDoubt | None:
    """Return why a dose looks like a slip, None where it does not or nothing is known about what is usual."""
    if dose.mg is None:
        return None
    if (dose.drug, dose.route) == (Drug.ESKETAMINE, Route.INTRANASAL):
        return None if dose.mg in SPRAY_MG else DoseDoubt(is_no_spray=True)
    usual = MG_PER_KG.get((dose.drug, dose.route))
    if usual is None:
        return None
    low, high = usual
    lightest, heaviest = dose.weight_kg or Decimal(LIGHTEST_KG), dose.weight_kg or Decimal(HEAVIEST_KG)
    if low * lightest <= dose.mg <= high * heaviest:
        return None
    looks_like_mg_per_kg = dose.weight_kg is not None and low <= dose.mg <= high
    return DoseDoubt(meant_mg=dose.mg * dose.weight_kg if looks_like_mg_per_kg and dose.weight_kg else None)


def is_doubtful_weight(weight_kg: Decimal) -> bool:
    """Tell whether a weight looks like a slip or another unit."""
    return not LIGHTEST_KG <= weight_kg <= HEAVIEST_KG
