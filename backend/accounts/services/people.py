"""Who can sign in: storing them, changing what is known of them, and letting them set up new second factors."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from backend.accounts import audit
from backend.accounts.encryption import as_kept
from backend.accounts.models import Person
from backend.accounts.services.changing import NOT_TYPED, refuse_invalid, store_changes


@transaction.atomic
def create_person(*, actor: Person | None, email: str, name: str = "", password: str | None = None) -> Person:
    """Return the person with this address, stored now unless they already are.

    Without a password they sign in by code, set one through "forgotten password", or add a passkey.
    """
    known = Person.objects.filter(email=email).first()
    if known:
        return known
    refuse_invalid(Person(email=email, name=name), exclude=NOT_TYPED)
    try:
        with transaction.atomic():
            person = Person.objects.create_user(email, password, name=name)
            audit.record(actor, "person.created", person)
    except IntegrityError:  # somebody else stored the address between the look and this
        return Person.objects.get(email=email)
    return person


@transaction.atomic
def change_person(*, actor: Person | None, person: Person, fields: dict[str, Any]) -> None:
    """Change columns of a person; the audit trail keeps neither names nor addresses."""
    changes = store_changes(person, fields | ({"email": as_kept(fields["email"])} if "email" in fields else {}))
    if changes:
        audit.record(actor, "person.changed", person, changes=changes)


@transaction.atomic
def remove_second_factors(*, actor: Person | None, person: Person, reason: str) -> None:
    """Let a person who lost their factors set up new ones; signing in, staff are led there."""
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        audit.record(actor, "person.second_factors_removed", person, reason=reason)
