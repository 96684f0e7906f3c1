"""Naming who hears of severe scores at a clinic, when, and what they do; and ending that, as when they leave."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import RECORDING_ROLES, AlertPlan, Clinic, Membership, Person
from backend.accounts.refusals import Conflict, Refused
from backend.accounts.services.clinic_rules import treats_at

FIELDS = (
    "owner",
    "second",
    "days",
    "from_time",
    "until_time",
    "action_plan",
    "escalate_after_minutes",
    "repeat_after_hours",
)
NAMED = ("owner", "second")


@transaction.atomic
def save_plan(
    *, actor: Person | None, clinic: Clinic, fields: Mapping[str, Any], expected_version: int | None = None
) -> AlertPlan:
    """Store a clinic's plan, so that alerts are on; of one that exists, change what differs.

    `fields`: by the names in `FIELDS`. `Refused` names the field that is wrong: somebody named must treat at the
    clinic. `Conflict` when the clinic is no longer at the version that was expected.
    """
    locked = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if expected_version is not None and locked.version != expected_version:
        raise Conflict
    stored = AlertPlan.objects.filter(clinic=clinic).first()
    plan = stored or AlertPlan(clinic=clinic)
    before = _told(plan) if stored else dict.fromkeys(FIELDS)
    for name in FIELDS:
        if name in fields:
            setattr(plan, name, fields[name])
    _refuse_what_is_invalid(plan)
    changes = {name: [before[name], now] for name, now in _told(plan).items() if before[name] != now}
    if changes:
        plan.save()
        _went_on(clinic)
        audit.record(actor, "alert_plan.changed" if stored else "alert_plan.made", plan, clinic=clinic, changes=changes)
    return plan


@transaction.atomic
def end_plan(*, actor: Person | None, clinic: Clinic, reason: str = "") -> None:
    """Switch the alerts of a clinic off; where they are off nothing happens."""
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    plan = AlertPlan.objects.select_for_update().filter(clinic=clinic).first()
    if plan is None:
        return
    changes = {name: [said, None] for name, said in _told(plan).items()}
    audit.record(actor, "alert_plan.ended", plan, clinic=clinic, changes=changes, reason=reason)
    plan.delete()
    _went_on(clinic)


@transaction.atomic
def leave_plan(*, actor: Person | None, clinic: Clinic, person: Person) -> None:
    """Take somebody who leaves out of a clinic's plan: without its owner it ends, without the second it goes on."""
    plan = AlertPlan.objects.select_for_update().filter(clinic=clinic).first()
    if plan is None:
        return
    if plan.owner_id == person.pk:
        end_plan(actor=actor, clinic=clinic, reason="its owner left")
    elif plan.second_id == person.pk:
        save_plan(actor=actor, clinic=clinic, fields={"second": None})


def who_treat(clinic: Clinic) -> list[Person]:
    """Return the people that a clinic may name to answer alerts or item 9, by name."""
    ids = Membership.objects.active().filter(clinic=clinic, role__in=RECORDING_ROLES).values("person")
    return sorted(Person.objects.filter(pk__in=ids), key=lambda one: one.known_as.casefold())


def _refuse_what_is_invalid(plan: AlertPlan) -> None:
    try:
        plan.clean_fields()
    except ValidationError as invalid:
        raise Refused.from_invalid(invalid) from invalid
    if plan.from_time >= plan.until_time:
        raise Refused(
            "until_time", _("The hours end before they begin. Name hours of one day, such as 08:00 to 18:00.")
        )
    if plan.second_id is not None and plan.second_id == plan.owner_id:
        raise Refused("second", _("This is the same person. Choose somebody else, or nobody."))
    for name, person in ((name, getattr(plan, name)) for name in NAMED):
        if person is not None and not treats_at(person, plan.clinic):
            raise Refused(name, _("This person no longer treats at this clinic. Choose somebody who does."))


def _told(plan: AlertPlan) -> dict[str, Any]:
    """Return the columns as the audit trail keeps them: people by their keys, times of day as texts."""
    hours = {name: str(getattr(plan, name)) for name in ("from_time", "until_time")}
    people = {name: getattr(plan, f"{name}_id") for name in NAMED}
    return {name: getattr(plan, name) for name in FIELDS if name not in NAMED} | hours | people


def _went_on(clinic: Clinic) -> None:
    """Raise the clinic's version: a form that was read before is told so."""
    Clinic.objects.filter(pk=clinic.pk).update(version=F("version") + 1)
    clinic.refresh_from_db(fields=["version"])
