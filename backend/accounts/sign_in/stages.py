"""When signing in takes a second step."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from backend.accounts.sign_in import second_factor


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc] # allauth ships no types
    """Asks staff, and whoever has set up an authenticator app, for their second factor.

    A patient's passkey is another way in, not a second lock: without that phone the code by e-mail is enough.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        return super()._should_handle(request) and second_factor.is_asked(self.login.user)
