"""The demo clinic's alert plan, one rule, and an alert that nobody has acknowledged: made once, with the clinic."""

from datetime import time

from django.db import transaction

from backend.accounts.models import Role
from backend.accounts.services import people, staff
from backend.accounts.services.alert_plans import save_plan
from backend.instruments import PRIMARY
from backend.tracking.demo.clinic import SIGN_INS, Opened
from backend.tracking.demo.named import UNSETTLED
from backend.tracking.models import AlertRule, Crossing, Rating
from backend.tracking.services.rating.alerts import add_rule, raise_alerts

SEVERE_POINTS = 8  # of ten
PLAN = {
    "days": "12345",
    "from_time": time(8),
    "until_time": time(18),
    "action_plan": (
        "Whoever is told calls the patient within the hour. Nobody answers: call again after 15 minutes, then the"
        " number of next of kin in the record. In danger: 999. What was done is written down here."
    ),
    "escalate_after_minutes": 60,
    "repeat_after_hours": 12,
}


@transaction.atomic
def seed_alerts(opened: Opened) -> None:
    """Store the plan and the rule, and raise what the rating of one patient crosses; once."""
    clinic = opened.clinic
    if AlertRule.objects.filter(clinic=clinic).exists():
        return
    sign_in = next(one for one in SIGN_INS if one.role == Role.OWNER)
    owner = people.create_person(actor=None, email=sign_in.address, name=sign_in.name)
    staff.add_member(actor=None, clinic=clinic, person=owner, role=Role.OWNER)
    save_plan(actor=owner, clinic=clinic, fields=PLAN | {"owner": owner, "second": opened.clinician})
    add_rule(actor=owner, clinic=clinic, instrument=PRIMARY, kind=Crossing.TOTAL, points=SEVERE_POINTS)
    for rating in Rating.objects.filter(patient__clinic=clinic, patient__code=UNSETTLED).order_by("effective_at", "pk"):
        raise_alerts(rating, rating.received_at)
