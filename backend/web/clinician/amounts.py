"""Numbers with decimals as staff type them: with a point or a comma, whatever the page's language."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from backend.charts.words import decimal_mark

_PLAIN = re.compile(r"-?[0-9]+([.,][0-9]+)?")  # neither groups of thousands nor powers of ten: both can be misread


def with_point(typed: str) -> str:
    """Return a number with its decimals after a point; any other text as it was typed."""
    stripped = typed.strip()
    return stripped.replace(",", ".") if _PLAIN.fullmatch(stripped) else typed


class AmountField(forms.DecimalField):
    """A number as people write it: 40 where 40.00 is stored, and 72,5 as well as 72.5."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever a field takes
        # No box for numbers: it drops a comma, or the whole number, where the browser speaks another language.
        widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - a Decimal or None, which the stubs take for a whole number
        """Return the number."""
        if isinstance(value, str) and value.strip():
            if not _PLAIN.fullmatch(value.strip()):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            value = with_point(value)
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Return what stands in the box."""
        return f"{value.normalize():f}".replace(".", decimal_mark()) if isinstance(value, Decimal) else value
