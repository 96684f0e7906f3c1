"""Somebody who can sign in, and the keys that their texts are encrypted with."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone

from backend.accounts.encryption import EmailHashField, EncryptedEmailField, EncryptedTextField


class DataKey(models.Model):
    """A key that texts are encrypted with, itself encrypted by a master key that the database never holds."""

    id = models.CharField(primary_key=True, max_length=16)
    master_key = models.CharField(max_length=64)  # its id in ENCRYPTION_KEYS
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.id


class PersonManager(BaseUserManager["Person"]):
    """Makes people; services call it, so that an audit row stands beside it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":  # noqa: ANN401 - columns
        """Store a person; without a password they sign in by code or passkey."""
        person = self.model(email=email, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":  # noqa: ANN401 - columns
        """Store a person who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in: staff, patient or both."""

    # Unique for forms, which look it up by hash; what keeps two rows apart is the hash.
    email = EncryptedEmailField(unique=True, verbose_name="e-mail address")
    email_hash = EmailHashField()
    name = EncryptedTextField(blank=True, default="")
    language = models.CharField(max_length=16, blank=True, default="")  # empty: as their browser asks for
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, verbose_name="may open the admin")
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = PersonManager()

    class Meta:
        """What they are called in the admin."""

        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"Person {self.pk}"  # never the address: Django's admin log keeps this text

    @property
    def known_as(self) -> str:
        """Return their name, or their address while they have none; for themselves and those who chose them."""
        return str(self.name or self.email)

    def save(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever Django passes
        """Store the person; an address never goes without its hash."""
        fields = options.get("update_fields")
        if fields is not None and "email" in fields:
            options["update_fields"] = {*fields, "email_hash"}
        super().save(*args, **options)
