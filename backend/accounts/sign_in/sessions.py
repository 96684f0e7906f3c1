"""Sessions in the database whose content is encrypted: a sign-in under way holds an e-mail address and a code."""

import base64
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.sessions.backends import db
from django.core.signing import JSONSerializer

from backend.accounts import keyring


class SessionStore(db.SessionStore):
    """Django's own store, with content that nobody reads without SECRET_KEY."""

    def _validate_session_key(self, key: str | None) -> bool:
        """Tell whether a cookie can hold a key of ours; PostgreSQL fails on some other texts."""
        ours = key is not None and key.isascii() and key.isalnum()
        return ours and bool(super()._validate_session_key(key))  # type: ignore[misc] # unknown to the stubs

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the content as a ciphertext."""
        return _fernet(settings.SECRET_KEY).encrypt(JSONSerializer().dumps(session_dict)).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the content, empty when it was changed or SECRET_KEY was."""
        try:
            content = _fernet(settings.SECRET_KEY).decrypt(session_data)
        except InvalidToken:
            return {}
        return dict(JSONSerializer().loads(content))


@cache
def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keyring.derived(secret, purpose="ebb session content")))
