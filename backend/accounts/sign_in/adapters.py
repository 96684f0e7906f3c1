"""How allauth behaves here: accounts come from a clinic, staff sign in anew every day, secrets are encrypted."""

import time
from datetime import timedelta
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts import keyring, qr_code
from backend.accounts.models import Person
from backend.accounts.sign_in import second_factor

STAFF_SESSION = timedelta(hours=12)  # however busy; patients stay signed in for SESSION_COOKIE_AGE


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Signing in and out."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Return False: clinics make the accounts."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return the steps of a sign-in, with our rule for the second factor."""
        ours = "backend.accounts.sign_in.stages.SecondFactorStage"
        return [ours if stage.endswith(".AuthenticateStage") else stage for stage in super().get_login_stages()]

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign a person in; a member of staff for one working day."""
        super().login(request, user)
        if second_factor.owes(user):
            request.session.set_expiry(timezone.now() + STAFF_SESSION)

    def is_reauthentication_required(self, *, app: str, **asked: Any) -> bool:  # noqa: ANN401 - allauth's signature
        """Return False for the first minutes after signing in, not only after signing in once more."""
        records = get_authentication_records(context.request, context.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app, **asked))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Authenticator apps, passkeys and recovery codes."""

    def encrypt(self, text: str) -> str:
        """Return the ciphertext of a factor's secret."""
        return keyring.encrypt(text, place="mfa.authenticator.data")

    def decrypt(self, encrypted_text: str) -> str:
        """Return a factor's secret."""
        return keyring.decrypt(encrypted_text, place="mfa.authenticator.data")

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """Return what a passkey is called until its owner says otherwise."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey {number}").format(number=number)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site as a device shows it."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Ebb"}

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        """Return the person as a device shows them."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.known_as}

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as SVG that may stand in a page: nothing in it needs a style or another address."""
        return qr_code.svg(url, label=_("QR code"))
