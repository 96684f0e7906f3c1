"""Forms that are stored once however often they are sent: each carries a key of its own; and the keys of rows."""

from http import HTTPStatus
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext as _

LONGEST_ROW_KEY = 18  # digits that every database takes


def row_key(sent: str) -> int:
    """Return the key of a row as a button sends it; 0, which none has, for whatever is no key."""
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) <= LONGEST_ROW_KEY else 0


class KeyedForm(forms.Form):
    """A form with a key that stands for what it says: sent twice, it is stored once."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> object:
        """Return a new key for a form that is shown for the first time."""
        if field_name == "client_uuid":
            return str(uuid4())
        return super().get_initial_for_field(field, field_name)

    @property
    def key(self) -> UUID:
        """Return the key of a valid form."""
        return UUID(str(self.cleaned_data["client_uuid"]))

    @property
    def hidden_errors(self) -> list[str]:
        """Return what is wrong with fields that nobody sees."""
        return [str(error) for field in self.hidden_fields() for error in field.errors]

    def tell_reuse(self) -> HTTPStatus:
        """Say that something else was stored from this form before, and let it be sent as another one."""
        self.data = {**dict(self.data.items()), self.add_prefix("client_uuid"): str(uuid4())}
        self.add_error(
            None, _("Something else was saved from this form before, and stands. Save again to add this as well.")
        )
        return HTTPStatus.CONFLICT
