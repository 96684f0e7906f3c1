"""Long lists to choose from."""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CHOSEN, NOT_CHOSEN = '<option value="{}" selected>{}</option>', '<option value="{}">{}</option>'


class LongSelect(forms.Select):
    """A select without groups, written at once: a template for each of hundreds would take most of a page's time."""

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 - Django's signature
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002 - Django's signature
    ) -> SafeString:
        """Return the markup that Django's own would be."""
        chosen = "" if value is None else str(value)
        shown = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        options = [format_html(CHOSEN if str(key) == chosen else NOT_CHOSEN, key, words) for key, words in self.choices]
        return format_html(
            "<select{}>{}</select>", flatatt(shown), format_html_join("", "{}", ((one,) for one in options))
        )
