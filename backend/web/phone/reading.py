"""Reading an entry that a phone kept: small, flat JSON, each key once; what it says is judged where it is stored."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from backend.accounts.models import time_zones
from backend.tracking.models import CheckIn
from backend.tracking.services.entries import Entry
from backend.tracking.services.refusals import Refused
from backend.web.moments import instant

LARGEST_BYTES = 16 * 1024
UUID_CHARACTERS = 36


class TooLarge(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The body is larger than any entry can be."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it arrived: `text` is exactly what the phone wrote, `told` what it says."""

    text: str
    told: dict[str, object]
    client_uuid: UUID
    device_sent_at: datetime | None
    account: str  # whose entry it is, as the phone says; empty where it does not

    @property
    def echo(self) -> dict[str, str]:
        """Return what proves to the phone that this very entry is stored, so that its copy may go."""
        return {"client_uuid": str(self.told["client_uuid"]), "sha256": sha256(self.text.encode()).hexdigest()}

    @property
    def is_skip(self) -> bool:
        """Tell whether it says that a check-in will not be answered."""
        return "skip" in self.told

    @property
    def check_in_id(self) -> int:
        """Return which check-in it is about."""
        number = self.told.get("check_in")
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
            raise Refused("check_in", "check_in is no number of a check-in")
        return number

    @property
    def device_at(self) -> datetime:
        """Return when it was made by the device's clock."""
        moment = instant(self.told.get("device_at"))
        if moment is None:
            raise Refused("device_at", "device_at is no instant with its offset from UTC")
        return moment

    def entry(self, check_in: CheckIn) -> Entry:
        """Return the rating it holds; a zone unknown here is left out rather than the rating with it."""
        answers, zone = self.told.get("answers"), self.told.get("device_tz")
        if not isinstance(answers, list):
            raise Refused("answers", "answers are no list")
        return Entry(
            client_uuid=self.client_uuid,
            instrument=str(self.told.get("instrument", "")),
            answers=answers,
            device_at=self.device_at,
            device_tz=zone if isinstance(zone, str) and zone in time_zones() else "",
            device_sent_at=self.device_sent_at,
            check_in=check_in,
            came_as_sent=True,
        )


def read_kept(body: bytes) -> Kept:
    """Return the entry in a request's body; `Refused` names what is wrong with it, `TooLarge` says that it is."""
    if len(body) > LARGEST_BYTES:
        raise TooLarge
    sent = read_object(body, "body")
    text = sent.get("entry")
    if not isinstance(text, str):
        raise Refused("entry", "entry is no text")
    told = read_object(text.encode("utf-8", "surrogatepass"), "entry")
    return Kept(
        text, told, _key(told.get("client_uuid")), instant(sent.get("device_sent_at")), str(sent.get("account", ""))
    )


def read_object(written: bytes, field: str) -> dict[str, object]:
    """Return the JSON object that is the whole of a text."""
    try:
        found = json.loads(written.decode(), object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as problem:
        raise Refused(field, f"{field} is no JSON with each key once") from problem
    if not isinstance(found, dict):
        raise Refused(field, f"{field} is no JSON object")
    return found


def _key(written: object) -> UUID:
    try:
        if isinstance(written, str) and len(written) == UUID_CHARACTERS:
            return UUID(written)
    except ValueError:
        pass
    raise Refused("client_uuid", "client_uuid is no UUID")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found
