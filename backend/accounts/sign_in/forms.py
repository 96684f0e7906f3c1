"""allauth's forms with our words, and the keyboard that fits."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.BaseForm):
    """A form that asks for an e-mail address, and says so."""

    address_field = "email"

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever allauth passes
        super().__init__(*args, **options)
        self.fields[self.address_field].label = _("E-mail address")


class PasswordForm(AddressForm, LoginForm):  # type: ignore[misc] # allauth ships no types
    """Signing in by password."""

    address_field = "login"


class AskForCodeForm(AddressForm, RequestLoginCodeForm):  # type: ignore[misc] # allauth ships no types
    """Asking for a code."""


class AskForPasswordForm(AddressForm, ResetPasswordForm):  # type: ignore[misc] # allauth ships no types
    """Asking for a new password."""


class CodeForm(ConfirmLoginCodeForm):  # type: ignore[misc] # allauth ships no types
    """The code from the mail, a number."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever allauth passes
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc] # allauth ships no types
    """A new passkey: meant to sign in by itself unless somebody says otherwise."""

    name = forms.CharField(required=False, label=_("What to call it"), max_length=60)
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone"),
        initial=True,
        required=False,
        help_text=_("Untick for a key without a PIN: it is then only a second step."),
    )
