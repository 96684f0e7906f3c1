"""A push service on this machine that answers what an endpoint's path says, and a browser that can read what came."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SILENT = 0  # takes the request and never answers


def _written(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class Browser:
    """What a browser keeps of its subscription."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen bytes :)"

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _written(point), "auth": _written(self.secret)}

    def read(self, body: bytes) -> dict[str, str]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        return json.loads(plain)


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    def token(self) -> dict[str, object]:
        """The claims of its VAPID token."""
        claims = self.headers["Authorization"].removeprefix("vapid t=").split(",")[0].split(".")[1]
        return json.loads(urlsafe_b64decode(claims + "=="))


class PushService:
    """Answers /STATUS/… with that status, whatever else is asked; `retry_after` goes with every answer."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.retry_after = ""
        self.ended = Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def endpoint(self, status: int, name: str = "a") -> str:
        return f"http://127.0.0.1:{self.port}/{status}/{name}"

    def accepted(self) -> list[Received]:
        return [one for one in self.received if one.status == 201]

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status = int(self.path.split("/")[1])
                service.received.append(Received(self.path, dict(self.headers), body, status))
                if status == SILENT:
                    service.ended.wait()
                    return
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", service.endpoint(201, "redirected"))
                if service.retry_after:
                    self.send_header("Retry-After", service.retry_after)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        return Handler


@contextmanager
def push_service() -> Iterator[PushService]:
    """Run one until the block ends."""
    service = PushService()
    thread = Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.ended.set()
        service.server.shutdown()
        service.server.server_close()
        thread.join()
