"""Who needs somebody now: what the list of today says about each patient of some clinics."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from backend.accounts.models import Clinic
from backend.tracking.models import Alert, Treatment
from backend.tracking.today import relief, room
from backend.tracking.today.reasons import Looked, Need, Reason

__all__ = ["Looked", "Need", "Reason", "looked_at"]


def looked_at(clinics: Collection[Clinic], alerts: Iterable[Alert], now: datetime) -> list[Looked]:
    """Return the patients somebody should look at, each once, the most urgent first and then the longest.

    `alerts`: those that nobody acknowledged, as far as the reader may see them; their ratings come with them. The
    number of queries does not depend on how many patients there are.
    """
    needs = [*_alerted(alerts), *_found(clinics, now)]
    treatments = Treatment.objects.select_related("patient").in_bulk({one.treatment_id for one in needs})
    of_patient = defaultdict(list)
    for one in sorted(needs, key=lambda one: (one.reason.rank, one.since)):
        of_patient[treatments[one.treatment_id].patient_id].append(one)
    return [Looked(_latest(treatments[one.treatment_id] for one in mine), mine) for mine in of_patient.values()]


def _alerted(alerts: Iterable[Alert]) -> list[Need]:
    return [Need(Reason.ALERT, one.rating.treatment_id, since=one.raised_at, alert=one) for one in alerts]


def _found(clinics: Collection[Clinic], now: datetime) -> list[Need]:
    check_ins, ratings = room.check_ins_looked_at(clinics, now), room.ratings_of_the_day(clinics, now)
    outcomes = relief.outcomes_looked_at(clinics, now)
    usual = relief.usual_hours(outcomes, clinics)
    return [
        *room.needs_in_the_room(check_ins, now),
        *room.needs_to_be_asked(check_ins, now),
        *room.expected_today(check_ins, clinics, now),
        *room.needs_by_score(ratings, now),
        *relief.needs_by_outcome(outcomes, usual, room.rated_in_the_room(ratings), now),
    ]


def _latest(treatments: Iterable[Treatment]) -> Treatment:
    """Return the treatment the row of a patient is about: what was given last, or is to come."""
    return max(treatments, key=lambda one: one.dosed_at or one.created_at)
