"""The words of the rooms that know no framework, in the language of whoever reads. No Django, like those rooms."""

from backend.language.lending import (
    ENGLISH,
    Translations,
    current,
    gettext,
    gettext_noop,
    in_english,
    lend,
    ngettext,
    pgettext,
    pgettext_noop,
)

__all__ = [
    "ENGLISH",
    "Translations",
    "current",
    "gettext",
    "gettext_noop",
    "in_english",
    "lend",
    "ngettext",
    "pgettext",
    "pgettext_noop",
]
