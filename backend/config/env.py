"""Typed reading of settings from environment variables, and the keys Ebb makes for itself when given none.

An empty variable counts as one that is not set.
"""

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_SHORTEST_KEY = 50  # characters; Django calls a shorter key too weak
_AES_BYTES = 32  # AES-256
_P256_BYTES = 32
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4, D.1.2.3


def load_file(path: Path) -> None:
    """Read NAME=value lines into the environment, if the file is there; a variable already set wins."""
    environ.Env.read_env(path)


def text(name: str, *, default: str) -> str:
    """Return a variable as it stands."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool) -> bool:
    """Return a variable that is on or off; a word that is neither is refused, never read as off."""
    word = text(name, default=str(default)).lower()
    if word not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is {word!r}, expected true or false")
    return word in _TRUE


def number(name: str, *, default: int) -> int:
    """Return a whole number."""
    word = text(name, default=str(default))
    try:
        return int(word)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {word!r}, expected a whole number") from None


def folder(name: str, *, default: Path) -> Path:
    """Return a folder by its whole path; it need not be there yet."""
    return Path(text(name, default=str(default))).absolute()


def names(name: str, *, default: Sequence[str]) -> list[str]:
    """Return names separated by commas, without the blanks around them."""
    return [word.strip() for word in text(name, default=",".join(default)).split(",") if word.strip()]


def database(name: str, *, default: Path) -> dict[str, Any]:
    """Return Django's description of the database at a URL, by default a SQLite file; made if missing."""
    url = text(name, default="")
    described: dict[str, Any] = _described(name, url) if url else {"ENGINE": SQLITE, "NAME": str(default)}
    if described["ENGINE"] == SQLITE and described["NAME"] != ":memory:":
        Path(described["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(described["NAME"]).touch(mode=0o600)  # SQLite would let everybody read it
    return described


def _described(name: str, url: str) -> dict[str, Any]:
    if url.partition(":")[0] not in environ.Env.DB_SCHEMES:  # the URL itself may hold a password: never quoted
        raise ImproperlyConfigured(f"{name} names no known database, expected a URL such as sqlite:////srv/ebb.sqlite3")
    return dict(environ.Env.db_url_config(url))


def inherited(**changes: str) -> dict[str, str]:
    """Return this process's whole environment, with changes, for a process it starts."""
    return {**os.environ, **changes}


def mail(name: str, *, default: str) -> dict[str, Any]:
    """Return Django's settings for sending mail from a URL such as smtp+tls://user:password@host:587."""
    url = text(name, default=default)
    if url.partition(":")[0] not in environ.Env.EMAIL_SCHEMES:  # the URL itself may hold a password: never quoted
        raise ImproperlyConfigured(f"{name} names no way to send mail, expected a URL such as smtp+tls://host:587")
    return dict(environ.Env.email_url_config(url))


def secret_key(name: str, *, kept_in: Path) -> str:
    """Return the key in a variable, or else the random one kept in a file that only its owner may read.

    The file appears whole or not at all: processes that start together agree on one key.
    """
    given = text(name, default="")
    if given:
        return given
    kept = _kept(kept_in, secrets.token_urlsafe(64))
    if len(kept) < _SHORTEST_KEY:
        raise ImproperlyConfigured(f"{kept_in} holds {len(kept)} characters, expected a key of {_SHORTEST_KEY} or more")
    return kept


def encryption_keys(name: str, *, kept_in: Path) -> dict[str, bytes]:
    """Return AES-256 keys by id, the one in use first, from id:base64 pairs separated by commas or a kept one."""
    pairs = text(name, default="") or _kept(kept_in, f"1:{base64.b64encode(secrets.token_bytes(_AES_BYTES)).decode()}")
    keys: dict[str, bytes] = {}
    for pair in pairs.split(","):
        key_id, _, encoded = pair.strip().partition(":")
        with contextlib.suppress(ValueError):
            keys[key_id] = base64.b64decode(encoded, validate=True)
        if not key_id or len(keys.get(key_id, b"")) != _AES_BYTES:  # the pair itself is a secret: never quoted
            raise ImproperlyConfigured(f"{name} holds a pair that is not id:base64 of {_AES_BYTES} bytes")
    return keys


def vapid_key(name: str, *, kept_in: Path) -> str:
    """Return the private key that push services know Ebb by: 32 bytes of P-256 in URL-safe base64, given or kept."""
    new = (1 + secrets.randbelow(_P256_ORDER - 1)).to_bytes(_P256_BYTES)
    key = text(name, default="") or _kept(kept_in, base64.urlsafe_b64encode(new).decode().rstrip("="))
    drawn = b""
    with contextlib.suppress(ValueError):  # the key itself is a secret: never quoted
        drawn = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
    if len(drawn) != _P256_BYTES or not 0 < int.from_bytes(drawn) < _P256_ORDER:
        raise ImproperlyConfigured(f"{name} is no private key of P-256, expected its 32 bytes in URL-safe base64")
    return key


def _kept(path: Path, new: str) -> str:
    """Return the secret kept in a file that only its owner may read; the first to ask puts `new` there."""
    if not path.exists():
        _keep(path, new)
    return path.read_text(encoding="ascii").strip()


def _keep(path: Path, secret: str) -> None:
    """Write a secret to `path` unless another process has just done so."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.", encoding="ascii") as draft:
        draft.write(secret)  # a temporary file has mode 0600 from birth
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its key counts
            path.hardlink_to(draft.name)
