"""Texts of several lines: one that is too long is refused and kept, where a browser would cut what is pasted."""

from typing import Any

from django import forms


class LongTextField(forms.CharField):
    """A text whose length is judged here alone: told how much it may hold, a browser drops the rest without a word."""

    def __init__(self, *, rows: int, **options: Any) -> None:  # noqa: ANN401 - whatever a field takes
        super().__init__(widget=forms.Textarea({"rows": rows, "autocomplete": "off"}), **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return what the box is told, without the longest text."""
        told = super().widget_attrs(widget)
        return {name: value for name, value in told.items() if name != "maxlength"}
