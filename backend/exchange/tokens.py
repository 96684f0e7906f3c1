"""Making, recognising and revoking API tokens."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from backend.accounts import audit
from backend.accounts.models import Person
from backend.exchange.models import ApiToken, Scope

MARK = "ebb_"  # what scanners for leaked secrets can look for
PREFIX_BYTES = 4
SECRET_BYTES = 32  # 256 bits: nothing to guess, so a plain hash protects it
DAYS_VALID = 90
LONGEST_DAYS = 366
USE_TOLD_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *, actor: Person | None, person: Person, scopes: Sequence[str], days: int = DAYS_VALID, name: str = ""
) -> tuple[ApiToken, str]:
    """Store a token and return it with its text, which nobody can read again; `ValueError` for a bad scope or time."""
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise ValueError(f"scopes are {', '.join(scopes) or 'none'}, expected some of {', '.join(Scope.values)}")
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"days is {days}, expected 1 to {LONGEST_DAYS}")
    prefix = MARK + secrets.token_hex(PREFIX_BYTES)
    text = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    now = timezone.now()
    granted = [scope for scope in Scope.values if scope in scopes]
    token = ApiToken.objects.create(
        person=person,
        name=name,
        prefix=prefix,
        sha256=_hash(text),
        scopes=granted,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record(actor, "token.created", token, changes={"scopes": [None, granted], "days": [None, days]})
    return token, text


@transaction.atomic
def revoke_token(*, actor: Person | None, token: ApiToken) -> None:
    """Close the door to a token from its next request on; a revoked one stays as it is."""
    now = timezone.now()
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        token.revoked_at = now
        audit.record(actor, "token.revoked", token)


def recognise(text: str) -> ApiToken | None:
    """Return the usable token with this text and its person, None for any other; once a minute its use is noted."""
    now = timezone.now()
    token = ApiToken.objects.usable(now).select_related("person").filter(sha256=_hash(text)).first()
    if token is not None and (token.last_used_at is None or token.last_used_at <= now - USE_TOLD_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
