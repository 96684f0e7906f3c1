"""Who must prove themselves twice, and who has not set that up yet."""

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from backend.accounts.models import Membership, Person

# Recovery codes alone are no second factor: they stand in for a lost one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

_AT_A_REAL_CLINIC = Exists(Membership.objects.active().filter(person=OuterRef("pk"), clinic__demo=False))
_HAS_FACTOR = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS))
_OWES = Q(is_staff=True) | Q(_AT_A_REAL_CLINIC)  # is_staff: may open the admin


def owes(person: Person) -> bool:
    """Return whether a person must have a second factor: staff of a clinic with real patients, and administrators."""
    return Person.objects.filter(_OWES, pk=person.pk).exists()


def is_asked(person: Person) -> bool:
    """Return whether signing in takes a second step: for who owes one, and who set up an authenticator app."""
    return owes(person) or Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def with_lack(person_id: int) -> Person | None:
    """Return a person whose `lacks_second_factor` says whether they must still set one up: one query for both."""
    lacks = ExpressionWrapper(_OWES & ~Q(_HAS_FACTOR), output_field=BooleanField())
    return Person.objects.annotate(lacks_second_factor=lacks).filter(pk=person_id).first()
