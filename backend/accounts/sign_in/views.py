"""The one page of signing in that differs from allauth's by more than its template."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpResponse
from django.shortcuts import redirect

from backend.accounts.sign_in import second_factor


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc] # allauth ships no types
    """Adds a passkey; who is asked for no second step gets no recovery codes, which would open nothing."""

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - allauth's form
        """Store the passkey and go on to the recovery codes, where there is a use for them."""
        answer: HttpResponse = super().form_valid(form)
        if second_factor.is_asked(self.request.user):
            return answer
        Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.RECOVERY_CODES).delete()
        return redirect("mfa_index")
