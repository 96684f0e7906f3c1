"""Reminders as web push (RFC 8030, 8291, 8292) to hosts on a list, as an endpoint is an address that a browser gave."""

import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from backend.tracking.models import PushSubscription
from backend.tracking.reminders.channels.message import TITLE, Message
from backend.tracking.reminders.channels.replies import Answer, Reply

TIMEOUT_SECONDS = 5.0
LONGEST_ENDPOINT = 2000  # characters; the longest that are known have a few hundred
LONGEST_PAUSE_SECONDS = 10.0**9  # more than any reminder waits; what comes after the year 9999 is no instant
TOKEN_SECONDS = 12 * 60 * 60  # RFC 8292 allows a day
AUTH_BYTES = 16
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
# Nothing that two readers of addresses could take for different hosts: before the path no user, escape or backslash.
ENDPOINT = re.compile(
    r"(?P<origin>https://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::443)?)/[\w.~:/?@!$&'()*+,;=%-]*", re.ASCII
)


def origin_of(endpoint: str) -> str:
    """Return scheme and host of an endpoint that may be asked for something; `ValueError` for any other address."""
    stub = f"http://127.0.0.1:{settings.PUSH_STUB_PORT}"  # of tests alone: no environment sets it
    if settings.PUSH_STUB_PORT and endpoint.startswith(f"{stub}/"):
        return stub
    found = ENDPOINT.fullmatch(endpoint) if len(endpoint) <= LONGEST_ENDPOINT else None
    if found is None or not any(_covers(listed, found["host"]) for listed in settings.PUSH_HOSTS):
        raise ValueError("endpoint is not an address of a known push service, expected one that a browser gave")
    return found["origin"]


def _covers(listed: str, host: str) -> bool:
    """Tell whether a host is the listed one, or below it where that begins with `*.`."""
    return host.endswith(listed[1:]) if listed.startswith("*.") else host == listed


def check_keys(p256dh: str, auth: str) -> None:
    """Raise `ValueError` unless these are a point of P-256 and a secret of 16 bytes, as RFC 8291 wants."""
    point, secret = _decoded(p256dh), _decoded(auth)
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    if len(secret) != AUTH_BYTES:
        raise ValueError(f"auth has {len(secret)} bytes, expected {AUTH_BYTES}")


def public_key() -> str:
    """Return what a browser is given to subscribe with."""
    return _encoded(_private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def send(subscription: PushSubscription, message: Message, *, seconds: float, urgent: bool) -> Reply:
    """Hand a notice to a browser's push service, which may keep it for so many seconds."""
    try:
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(int(seconds), 0)),
            "Topic": message.topic,
            "Urgency": "high" if urgent else "normal",
        } | _authorization(origin_of(subscription.endpoint))
    except ValueError:
        return Reply(Answer.GONE)  # stored while another list held
    try:
        answer = requests.post(
            subscription.endpoint,
            data=_encrypted(subscription, message),
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,  # what it says beside its status is nothing to us
        )
    except requests.ConnectTimeout:
        return Reply(Answer.LATER)
    except requests.RequestException:
        return Reply(Answer.UNKNOWN)
    with answer:
        return _reply(answer)


def _reply(answer: requests.Response) -> Reply:
    status = answer.status_code
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Reply(Answer.ACCEPTED)
    if status in GONE:
        return Reply(Answer.GONE)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Reply(Answer.LATER, _seconds(answer.headers.get("Retry-After", "")))
    return Reply(Answer.REFUSED)


def _seconds(retry_after: str) -> float:
    """Return how long to wait by a header that holds seconds or a date; 0 for one that holds neither."""
    if re.fullmatch(r"\d{1,9}", retry_after, re.ASCII):
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), LONGEST_PAUSE_SECONDS)


def _encrypted(subscription: PushSubscription, message: Message) -> bytes:
    from pywebpush import WebPusher  # noqa: PLC0415 - brings an asynchronous client that no other process needs

    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    notice = {"title": TITLE, "body": message.text, "url": message.path, "tag": message.tag}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    body: bytes = pusher.encode(json.dumps(notice).encode())["body"]
    return body


def _authorization(origin: str) -> dict[str, str]:
    from py_vapid import Vapid  # noqa: PLC0415 - comes with the above

    claims = {"aud": origin, "exp": int(time.time()) + TOKEN_SECONDS, "sub": settings.VAPID_SUBJECT}
    signed: dict[str, str] = Vapid(_private_key()).sign(claims)
    return signed


@cache
def _private_key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_decoded(settings.VAPID_PRIVATE_KEY)), ec.SECP256R1())


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Return the bytes of URL-safe base64 with or without its padding; `ValueError` for anything else."""
    if not re.fullmatch(r"[\w-]{1,200}={0,2}", text, re.ASCII):
        raise ValueError("a key of a push subscription is not URL-safe base64")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
