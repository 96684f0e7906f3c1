"""Puts every data key under the current master key and encrypts anew what may change."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from backend.accounts import keyring, protection
from backend.accounts.encryption import EncryptedField

ROWS_AT_ONCE = 100  # a writer waits for one such transaction at most


class Command(BaseCommand):
    """`manage.py rotate_keys`, after a new key was put first in ENCRYPTION_KEYS; then the old one can go."""

    help = "Wrap every data key under the first of ENCRYPTION_KEYS, start a new one, and encrypt anew what may change."

    def handle(self, **_options: Any) -> None:  # noqa: ANN401 - whatever Django passes
        """Rotate; may be run again after an interruption."""
        with transaction.atomic():
            wrapped = keyring.rewrap()
            keyring.start_data_key()
        keyring.forget()
        rows = sum(_encrypt_anew(model, fields) for model, fields in _with_encrypted_fields())
        self.stdout.write(f"{wrapped} data keys wrapped anew, {rows} rows encrypted anew.")


def _with_encrypted_fields() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Yield the models whose rows may change, with the fields that hold ciphertext."""
    append_only = protection.refusing_update(connection)
    for model in apps.get_models():
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]
        if fields and model._meta.db_table not in append_only:
            yield model, fields


def _encrypt_anew(model: type[models.Model], fields: list[str]) -> int:
    """Save the fields of every row, some rows at once, locked so that no edit is lost; return how many there were."""
    keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), ROWS_AT_ONCE):
        with transaction.atomic():
            chosen = model._default_manager.filter(pk__in=keys[start : start + ROWS_AT_ONCE])
            for row in chosen.select_for_update():
                row.save(update_fields=fields)
    return len(keys)
