"""The keys that texts are encrypted with: data keys in the database, each wrapped by a master key from outside it.

Rotating the master key wraps every data key anew, so rows that may never change stay readable.
"""

import base64
import os
import secrets
import threading
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # what GCM is defined for
FORMAT = "1"  # of a ciphertext: format:data key:base64(nonce, AES-GCM)

_lock = threading.Lock()
_unwrapped: dict[str, bytes] = {}  # the data keys this process has read, by id, the current one last


def encrypt(text: str, *, place: str) -> str:
    """Return a ciphertext that opens only under the same `place`, such as "accounts.person.name"."""
    key_id, key = _current()
    return f"{FORMAT}:{key_id}:{base64.b64encode(_seal(key, text.encode(), place)).decode()}"


def decrypt(ciphertext: str, *, place: str) -> str:
    """Return the text; `ValueError` when it was changed, moved from another place or is no ciphertext."""
    written, _, rest = ciphertext.partition(":")
    key_id, _, sealed = rest.partition(":")
    if written != FORMAT or not sealed:
        raise ValueError(f"{place} holds no ciphertext of format {FORMAT}")
    try:
        return _open(_data_key(key_id), base64.b64decode(sealed), place).decode()
    except InvalidTag:
        raise ValueError(f"a ciphertext in {place} was changed or belongs elsewhere") from None


def prepare() -> None:
    """Forget what was read and make sure that the database holds a data key."""
    forget()
    if not _rows().exists():
        start_data_key()
    _current()


def forget() -> None:
    """Read the data keys anew at the next use."""
    with _lock:
        _unwrapped.clear()


def start_data_key() -> None:
    """Store a new data key. Once that is committed, `forget` makes it the one to encrypt with."""
    key_id = secrets.token_hex(8)  # never used twice, not even after a rollback or a flush
    master, wrapped = _wrap(key_id, os.urandom(KEY_BYTES))
    _rows().create(id=key_id, master_key=master, wrapped=wrapped)


def rewrap() -> int:
    """Wrap under the current master key every data key that is under another one; return how many there were."""
    current = next(iter(settings.ENCRYPTION_KEYS))
    stale = list(_rows().exclude(master_key=current).select_for_update())
    for row in stale:
        row.master_key, row.wrapped = _wrap(row.pk, _unwrap(row.pk, row.master_key, row.wrapped))
        row.save(update_fields=["master_key", "wrapped"])
    return len(stale)


def derived(secret: str, *, purpose: str) -> bytes:
    """Return a key for one purpose alone, from a secret that may serve several."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())


def _rows() -> Any:  # noqa: ANN401 - the manager of a model that itself needs this module
    return apps.get_model("accounts", "DataKey")._default_manager


def _current() -> tuple[str, bytes]:
    with _lock:
        if not _unwrapped:
            stored = _rows().order_by("created_at", "pk").values_list("pk", "master_key", "wrapped")
            _unwrapped.update({key_id: _unwrap(key_id, master, wrapped) for key_id, master, wrapped in stored})
        if not _unwrapped:
            raise ImproperlyConfigured("the database holds no data key, expected one: run manage.py migrate")
        return next(reversed(_unwrapped.items()))


def _data_key(key_id: str) -> bytes:
    if key_id not in _unwrapped:
        forget()  # another process may have made it
        _current()
    key = _unwrapped.get(key_id)
    if key is None:
        raise ValueError(f"data key {key_id} is not in the database")
    return key


def _wrap(key_id: str, key: bytes) -> tuple[str, bytes]:
    """Return the current master key's id and the data key wrapped under it."""
    master, secret = next(iter(settings.ENCRYPTION_KEYS.items()))
    return master, _seal(secret, key, f"data key {key_id}")


def _unwrap(key_id: str, master: str, wrapped: bytes) -> bytes:
    secret = settings.ENCRYPTION_KEYS.get(master)
    if secret is None:
        raise ImproperlyConfigured(f"data key {key_id} is under master key {master!r}, expected it in ENCRYPTION_KEYS")
    try:
        return _open(secret, bytes(wrapped), f"data key {key_id}")
    except InvalidTag:
        raise ImproperlyConfigured(
            f"master key {master!r} in ENCRYPTION_KEYS does not open data key {key_id}"
        ) from None


def _seal(key: bytes, content: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
