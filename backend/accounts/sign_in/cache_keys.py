"""Names of cache entries: keyed hashes, since limits of sign-in are counted for e-mail addresses."""

import hmac

from django.conf import settings


def hashed(key: str, key_prefix: str, version: int) -> str:
    """Return a name that tells nothing about the key; the function that CACHES asks for."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{key_prefix}:{version}:{key}".encode(), "sha256").hex()
