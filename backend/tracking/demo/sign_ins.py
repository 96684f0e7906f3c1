"""The passwords of those who can sign in to the demo and one read token: made once, kept where only the owner reads."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

PASSWORD_BYTES = 9  # twelve characters


@dataclass(slots=True)
class Kept:
    """What the file holds: passwords by e-mail address, and the token's text."""

    passwords: dict[str, str] = field(default_factory=dict)
    token: str = ""


def load(path: Path, addresses: Iterable[str]) -> tuple[Kept, frozenset[str]]:
    """Return what is kept, with a password for every address, and the addresses whose password is new.

    New passwords are in the file before anybody has them, so that an interruption loses none.
    """
    kept = Kept(**json.loads(path.read_text("utf-8"))) if path.exists() else Kept()
    new = frozenset(addresses) - kept.passwords.keys()
    kept.passwords |= {address: secrets.token_urlsafe(PASSWORD_BYTES) for address in sorted(new)}
    if new:
        keep(path, kept)
    return kept, new


def keep(path: Path, kept: Kept) -> None:
    """Write the file, whole or not at all, readable by its owner only."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(kept), file, indent=2)
    draft.replace(path)
