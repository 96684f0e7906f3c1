"""Who works at a clinic: starting, changing and ending that; what a person was named for ends with it."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import audit
from backend.accounts.models import RECORDING_ROLES, Clinic, Membership, Person, Role
from backend.accounts.refusals import Refused
from backend.accounts.services.alert_plans import leave_plan
from backend.accounts.services.clinic_rules import refuse_without_owner
from backend.accounts.services.clinics import change_clinic
from backend.accounts.services.people import create_person


@transaction.atomic
def invite_member(*, actor: Person | None, clinic: Clinic, email: str, name: str, role: str) -> Membership:
    """Let whoever has an address work at a clinic; they sign in by a code sent there. A known person keeps their name.

    `Refused` for an address that is none, for an unknown role, and for somebody who already works there.
    """
    person = create_person(actor=actor, email=email, name=name)
    Clinic.objects.select_for_update().get(pk=clinic.pk)
    if Membership.objects.active().filter(clinic=clinic, person=person).exists():
        raise Refused("email", _("Somebody with this address already works here. Change their role in the list."))
    return add_member(actor=actor, clinic=clinic, person=person, role=role)


@transaction.atomic
def add_member(*, actor: Person | None, clinic: Clinic, person: Person, role: str) -> Membership:
    """Let a person work at a clinic in a role from now on; in another role than before, that one ends.

    `Refused` for the only owner of a clinic, who stays one.
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)  # two at once must not both find nobody there
    current = Membership.objects.active().filter(clinic=clinic, person=person).first()
    if current and current.role == role:
        return current
    if role not in Role.values:
        raise Refused("role", f"role is {role!r}, expected one of {', '.join(Role.values)}")
    if current:
        refuse_without_owner(current)
        _end(actor, current)
        if role not in RECORDING_ROLES:
            _end_duties(actor, current)
    membership = Membership.objects.create(clinic=clinic, person=person, role=role)
    audit.record(actor, "membership.started", membership, clinic=clinic, changes={"role": [None, role]})
    return membership


@transaction.atomic
def end_membership(*, actor: Person | None, membership: Membership) -> None:
    """End a person's work at a clinic; their next request no longer sees its patients. `Refused` for its only owner.

    Where they were who reads PHQ-9 item 9 nobody is any more, so it is no longer asked; the alert plan they own ends.
    """
    Clinic.objects.select_for_update().get(pk=membership.clinic_id)  # two owners must not leave at once
    refuse_without_owner(membership)
    if _end(actor, membership):
        _end_duties(actor, membership)


def _end(actor: Person | None, membership: Membership) -> bool:
    """Store that a membership ends now; tell whether it had not ended before."""
    ended_at = timezone.now()
    if not Membership.objects.active().filter(pk=membership.pk).update(ended_at=ended_at):
        return False
    membership.ended_at = ended_at
    changes: dict[str, list[Any]] = {"ended_at": [None, ended_at.isoformat()]}
    audit.record(actor, "membership.ended", membership, clinic=membership.clinic, changes=changes)
    return True


def _end_duties(actor: Person | None, membership: Membership) -> None:
    """Take somebody who no longer treats at a clinic out of what it named them for."""
    clinic = Clinic.objects.get(pk=membership.clinic_id)
    if clinic.item9_owner_id == membership.person_id:
        change_clinic(actor=actor, clinic=clinic, fields={"item9_owner": None, "item9_plan": ""})
    leave_plan(actor=actor, clinic=clinic, person=membership.person)
