"""Model fields whose text is encrypted at rest, and the keyed hash by which an e-mail address is found."""

import hmac
import unicodedata
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.functions import Lower
from django.db.models.lookups import Exact, IsNull, Lookup

from backend.accounts import keyring


class EncryptedField(models.Field):  # type: ignore[type-arg] # Django's fields take none while they run
    """Keeps text as ciphertext in the database; an empty text stays empty.

    Ciphertext cannot be compared, so filtering by such a field is refused with Django's FieldError.
    """

    def get_internal_type(self) -> str:
        """Return the column's type: ciphertext is longer than its text."""
        return "TextField"

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        """Return only the lookup that needs no text."""
        return IsNull if lookup_name == "isnull" else None

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:  # noqa: ANN401 - as in Django
        """Return the ciphertext of a text, and expressions as they are."""
        if isinstance(value, str) and value:
            return keyring.encrypt(value, place=self.place)
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: str | None, *_asked: object) -> str | None:
        """Return the text of a ciphertext."""
        return keyring.decrypt(value, place=self.place) if value else value

    @property
    def place(self) -> str:
        """Where the ciphertext belongs: it opens nowhere else."""
        return f"{self.model._meta.label_lower}.{self.name}"


class EncryptedTextField(EncryptedField, models.TextField):  # type: ignore[type-arg] # as above
    """Free text, a name or a reason."""


class EncryptedEmailField(EncryptedField, models.EmailField):  # type: ignore[type-arg] # as above
    """An e-mail address, found through the model's `email_hash` beside it."""

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        """Return the lookups that compare hashes; they make no difference between cases."""
        return HashedEmail if lookup_name in {"exact", "iexact"} else super().get_lookup(lookup_name)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002, FBT001 - Django's signature
        """Return the address as it is kept, in lower case."""
        kept = as_kept(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, kept)
        return kept


class EmailHashField(models.CharField):  # type: ignore[type-arg] # as above
    """The keyed hash of the model's `email`, made anew at every save."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever a field takes
        super().__init__(**{"max_length": 64, "unique": True, "editable": False} | options)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002, FBT001 - Django's signature
        """Return the hash of the address as it stands."""
        hashed = email_hash(model_instance.email)  # type: ignore[attr-defined] # the model has one, or no use for this
        setattr(model_instance, self.attname, hashed)
        return hashed


class HashedEmail(Exact):
    """Compares the hash column with the hash of the address asked for."""

    def __init__(self, lhs: Col, rhs: str | Lower) -> None:
        hashed = Col(lhs.alias, cast("EmailHashField", lhs.target.model._meta.get_field("email_hash")))
        if isinstance(rhs, str):
            super().__init__(hashed, email_hash(rhs))
        elif isinstance(rhs, Lower):  # allauth's migrations ask which addresses differ from their lower case: none
            super().__init__(hashed, hashed)
        else:
            raise FieldError(f"an e-mail address is compared with {rhs!r}, expected a text")


def as_kept(address: str) -> str:
    """Return an address as it is stored."""
    return address.strip().lower()


def email_hash(address: str) -> str:
    """Return a hash that only who holds EMAIL_HASH_KEY can compute, the same for every way to write an address."""
    written = unicodedata.normalize("NFKC", address).strip().casefold()
    return hmac.digest(_hash_key(settings.EMAIL_HASH_KEY), written.encode(), "sha256").hex()


@cache
def _hash_key(secret: str) -> bytes:
    return keyring.derived(secret, purpose="ebb e-mail lookup")
