"""How tests sign in the way people do."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt

PASSWORD = "correct horse battery"  # noqa: S105 - of people in tests


def code_in(mail):
    """The sign-in code a mail holds."""
    return re.search(r"\b\d{4}-\d{4}\b", mail.body).group()


def code_for(secret):
    """What an authenticator app with this secret shows now."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))


def app_code(person):
    """What the person's authenticator app shows now."""
    return code_for(decrypt(Authenticator.objects.get(user=person, type="totp").data["secret"]))


def sign_in_by_code(client, mailoutbox, address):
    client.post("/account/login/code/", {"email": address})
    return client.post("/account/login/code/confirm/", {"code": code_in(mailoutbox[-1])})


def sign_in_by_password(client, address, password=PASSWORD):
    return client.post("/account/login/", {"login": address, "password": password})
