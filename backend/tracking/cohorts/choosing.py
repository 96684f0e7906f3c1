"""Which treatments a selection takes, as conditions on their rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from backend.analysis.outcomes.rules import DEFAULT_RULE_SET
from backend.instruments import PRIMARY
from backend.tracking.cohorts.selection import FAILED_BEFORE, Selection
from backend.tracking.models import Adequate, Outcome, PreviousTreatment, StoppedBecause, Stratum, Treatment, Unit

FAILED = (StoppedBecause.NO_EFFECT, StoppedBecause.LOST_EFFECT)
# Doses have two decimals, weights one and limits two: products that differ do so by more than this, and databases
# that reckon in floating point are wrong by less.
HAIR = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Patients:
    """The patients whose keys are at least `first` and below `stop`."""

    first: int
    stop: int


def chosen(selection: Selection, of: str = "") -> Q:
    """Return what treatments and strata alike are asked for: how and what was given, for what, asked how often.

    `of`: what leads to the treatment, such as `treatment__`.
    """
    asked = Q()
    for name, given in (("route", selection.route), ("indication", selection.indication)):
        if given:
            asked &= Q(**{f"{of}{name}": given})
    for name, several in (("drug", selection.drugs), ("protocol", selection.protocols)):
        if several:
            asked &= Q(**{f"{of}{name}__in": several})
    return asked


def takes(selection: Selection, stratum: Stratum) -> bool:
    """Tell whether a stratum is of the kinds that `chosen` asks for."""
    named = ((selection.route, stratum.route), (selection.indication, stratum.indication))
    several = ((selection.drugs, stratum.drug), (selection.protocols, stratum.protocol))
    return all(asked in ("", found) for asked, found in named) and all(
        not asked or found in asked for asked, found in several
    )


def started_within(selection: Selection, of: str = "") -> Q:
    """Return the days on which treatments are asked to have started."""
    within = Q()
    if selection.since:
        within &= Q(**{f"{of}started_at__gte": datetime.combine(selection.since, time(), UTC)})
    if selection.until:
        within &= Q(**{f"{of}started_at__lt": datetime.combine(selection.until, time(), UTC) + timedelta(days=1)})
    return within


def of_dose(selection: Selection, of: str = "") -> Q:
    """Return the dose per weight that treatments are asked to have had."""
    asked = Q()
    if selection.dose_from is not None:
        asked &= Q(**{f"{of}dose_mg__gte": F(f"{of}weight_kg") * selection.dose_from - HAIR})
    if selection.dose_to is not None:
        asked &= Q(**{f"{of}dose_mg__lte": F(f"{of}weight_kg") * selection.dose_to + HAIR})
    return asked


def of_number(selection: Selection, among: Patients) -> QuerySet[Treatment]:
    """Return the second, third … started treatment of each of some patients; of courses, those that open them."""
    started = Treatment.objects.started().filter(patient__gte=among.first, patient__lt=among.stop)
    if selection.unit == Unit.COURSE:
        opened = Outcome.objects.filter(treatment=OuterRef("pk"), unit=Unit.COURSE)
        started = started.filter(Exists(opened.filter(instrument=PRIMARY, rule_set=DEFAULT_RULE_SET)))
    place = Window(RowNumber(), partition_by="patient", order_by="started_at")
    return started.annotate(place=place).filter(place=selection.number)


def failed_before() -> Subquery:
    """Return how many treatments are listed as failed of the patient of an outcome; None where none is."""
    listed = PreviousTreatment.objects.standing().filter(adequate=Adequate.YES, stopped_because__in=FAILED)
    counted = listed.filter(patient=OuterRef("treatment__patient")).order_by().values("patient")
    return Subquery(counted.annotate(failed=Count("pk")).values("failed"), output_field=IntegerField())


def of_previous(selection: Selection) -> Q:
    """Return how many that ought to be, of rows with `failed_before` as `failed`."""
    asked = {"": Q(), "none": Q(failed__isnull=True), "1": Q(failed=1), "2+": Q(failed__gte=2)}
    return asked[selection.previous]


def failed_word(count: int | None) -> str:
    """Return which of `FAILED_BEFORE` a count is."""
    return FAILED_BEFORE[min(count or 0, len(FAILED_BEFORE) - 1)]
