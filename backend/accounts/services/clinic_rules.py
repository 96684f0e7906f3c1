"""What must hold between a clinic's settings, the people who work there, and the scales and protocols that ship."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from backend.accounts.models import RECORDING_ROLES, Clinic, Membership, Person, Role
from backend.accounts.refusals import Refused
from backend.analysis.schedule import PROTOCOLS
from backend.instruments import PRIMARY, known

WITH_ITEM9 = {"phq8": "phq9"}  # the same scale with and without the question about thoughts of death
MOST_RETENTION_MONTHS = 1200  # a hundred years: longer is a slip of the hand


def optional_instruments() -> tuple[str, ...]:
    """Return the slugs of what a clinic may leave out: all that is asked by itself but the first question.

    PHQ-9 stands under the name of PHQ-8, whose place it takes.
    """
    return tuple(one.slug for one in known() if one.given is not None and one.slug != PRIMARY)


def is_asked(clinic: Clinic, instrument: str) -> bool:
    """Tell whether a clinic has an instrument asked of its patients, or of those that it is meant for.

    Of PHQ-8 and PHQ-9 it is one: PHQ-9 where somebody reads item 9.
    """
    if instrument == PRIMARY:
        return True
    in_place_of = {other: one for one, other in WITH_ITEM9.items()}
    own = in_place_of.get(instrument, instrument)
    asked = WITH_ITEM9.get(own, own) if clinic.asks_item9 else own
    return instrument == asked and own in optional_instruments() and own not in clinic.left_out_instruments


def refuse_settings(clinic: Clinic, fields: Mapping[str, Any]) -> None:
    """Raise `Refused` where changed settings do not fit each other, or name somebody who does not treat there."""
    after = {name: getattr(clinic, name) for name in ("default_protocol", "offered_protocols")} | dict(fields)
    _refuse_unknown("offered_protocols", after["offered_protocols"], PROTOCOLS)
    if after["offered_protocols"] and after["default_protocol"] not in after["offered_protocols"]:
        raise Refused("default_protocol", _("What is chosen at first must be offered too."))
    if "left_out_instruments" in fields:
        _refuse_unknown("left_out_instruments", fields["left_out_instruments"], optional_instruments())
    months = fields.get("retention_months")
    if months is not None and not 1 <= months <= MOST_RETENTION_MONTHS:
        told = _("Write a number of months from 1 to %(most)s, or nothing to keep records without a limit.")
        raise Refused("retention_months", told % {"most": MOST_RETENTION_MONTHS})
    owner: Person | None = fields.get("item9_owner")
    if owner is not None and owner != clinic.item9_owner and not treats_at(owner, clinic):
        raise Refused("item9_owner", _("This person does not treat at this clinic now. Choose somebody who does."))


def treats_at(person: Person, clinic: Clinic) -> bool:
    """Tell whether a person works at a clinic now in a role that sees patients' answers and acts on them."""
    return Membership.objects.held_by(person, RECORDING_ROLES).filter(clinic=clinic.pk).exists()


def is_last_owner(membership: Membership) -> bool:
    """Tell whether a clinic would be without an owner if this person were no longer one."""
    if membership.role != Role.OWNER or membership.ended_at is not None:
        return False
    others = Membership.objects.active().filter(clinic=membership.clinic_id, role=Role.OWNER)
    return not others.exclude(pk=membership.pk).exists()


def refuse_without_owner(membership: Membership) -> None:
    """Raise `Refused` where nobody would be left to change a clinic; its row must be locked."""
    if is_last_owner(membership):
        text = _("This is the only owner. Give somebody else that role first: without an owner nobody can change this.")
        raise Refused("role", text)


def _refuse_unknown(field: str, chosen: object, expected: tuple[str, ...]) -> None:
    slugs = chosen if isinstance(chosen, list) else [chosen]
    unknown = [one for one in slugs if one not in expected]
    if unknown or not isinstance(chosen, list):
        raise Refused(field, f"{field} is {chosen!r}, expected a list of some of {', '.join(expected)}")
