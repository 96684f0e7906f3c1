"""Loads the person of a session, and with them whether their sign-in is complete."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from backend.accounts.models import Person
from backend.accounts.sign_in import second_factor


class PersonBackend(AuthenticationBackend):  # type: ignore[misc] # allauth ships no types
    """allauth's sign-in by e-mail address, for people of ours."""

    def get_user(self, user_id: Any) -> Person | None:  # noqa: ANN401 - Django's signature
        """Return the person unless they are gone or switched off; asked for at every request that wants a person."""
        person = second_factor.with_lack(user_id)
        return person if person and self.user_can_authenticate(person) else None
