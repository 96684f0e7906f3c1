"""Reminders as text messages, through one function of any provider: `settings.SMS_BACKEND` names it.

Such a function takes a number and a text and returns once the provider has taken them. It raises `NotSent` when the
provider certainly did not, and OSError when nobody knows: then the text is not sent twice.
"""

import re
import sys
from collections.abc import Callable
from http import HTTPStatus

import requests
from django.conf import settings
from django.utils.module_loading import import_string

from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.channels.replies import Answer, Reply

Backend = Callable[[str, str], None]

TIMEOUT_SECONDS = 5.0
TWILIO = "https://api.twilio.com"


class NotSent(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The provider did not take a text; it may take it later, or never."""

    def __init__(self, *, later: bool) -> None:
        super().__init__("later" if later else "never")
        self.later = later


def send(number: str, message: Message) -> Reply:
    """Send one text message by the provider the settings name."""
    backend: Backend = import_string(settings.SMS_BACKEND)
    try:
        backend(re.sub(r"[^+0-9]", "", number), f"{message.text} {message.link}")  # E.164: no blanks, no dashes
    except NotSent as refusal:
        return Reply(Answer.LATER if refusal.later else Answer.REFUSED)
    except OSError:
        return Reply(Answer.UNKNOWN)
    return Reply(Answer.ACCEPTED)


def print_text(_number: str, text: str) -> None:
    """Show a text on the standard output in place of sending it."""
    sys.stdout.write(f"Text message: {text}\n")
    sys.stdout.flush()


def by_twilio(number: str, text: str) -> None:
    """Send a text by Twilio's Messages resource, or whoever speaks the same at another `settings.SMS_URL`."""
    account = settings.SMS_ACCOUNT
    try:
        answer = requests.post(
            f"{settings.SMS_URL or TWILIO}/2010-04-01/Accounts/{account}/Messages.json",
            data={"To": number, "From": settings.SMS_FROM, "Body": text},
            auth=(account, settings.SMS_TOKEN),
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.ConnectTimeout:
        raise NotSent(later=True) from None
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotSent(later=True)
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OSError(f"the provider answered {answer.status_code}")
    if answer.status_code != HTTPStatus.CREATED:
        raise NotSent(later=False)
