"""Text messages leave by whichever function the settings name; the one for Twilio speaks its interface."""

from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import pytest

from backend.tracking.reminders.channels import sms
from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.channels.replies import Answer

MESSAGE = Message("A short check-in is ready.", "", "/c/1-token/", "reminder:1:0")


class Provider(ThreadingHTTPServer):
    """Answers every request with a status, and keeps what it was told."""

    status = 201

    def __init__(self) -> None:
        self.told: list[tuple[str, str, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), Answering)


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        account = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        self.server.told.append((self.path, account, dict(parse_qsl(body))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    with Provider() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        settings.SMS_BACKEND = "backend.tracking.reminders.channels.sms.by_twilio"
        settings.SMS_URL = f"http://127.0.0.1:{server.server_address[1]}"
        settings.SMS_ACCOUNT, settings.SMS_TOKEN, settings.SMS_FROM = "AC1", "secret", "+441632960001"
        yield server
        server.shutdown()
        thread.join()


def test_by_default_a_text_is_printed_and_its_number_is_not(capsys):
    assert sms.send("+441632960000", MESSAGE).answer == Answer.ACCEPTED
    said = capsys.readouterr().out
    assert said == "Text message: A short check-in is ready. http://127.0.0.1:8000/c/1-token/\n"


def test_twilio_is_told_what_its_interface_asks_for(provider):
    assert sms.send("+44 1632 960-000", MESSAGE).answer == Answer.ACCEPTED
    text = f"{MESSAGE.text} {MESSAGE.link}"
    assert provider.told == [
        (
            "/2010-04-01/Accounts/AC1/Messages.json",
            "AC1:secret",
            {"To": "+441632960000", "From": "+441632960001", "Body": text},
        )
    ]


@pytest.mark.parametrize(
    ("status", "answer"),
    [(400, Answer.REFUSED), (401, Answer.REFUSED), (302, Answer.REFUSED), (429, Answer.LATER), (500, Answer.UNKNOWN)],
)
def test_what_the_providers_answer_means(provider, status, answer):
    provider.status = status
    assert sms.send("+441632960000", MESSAGE).answer == answer
    assert len(provider.told) == 1


def test_a_provider_that_breaks_off_leaves_it_open_whether_the_text_went_out(provider, settings):
    settings.SMS_URL = "http://127.0.0.1:1"  # a port where nobody listens looks the same to the caller
    assert sms.send("+441632960000", MESSAGE).answer == Answer.UNKNOWN
