"""Countries as the reader calls them."""

from functools import cache
from unicodedata import combining, normalize

from babel import Locale
from django.utils.translation import get_language

from backend.language import ENGLISH

_LETTERS = 2  # ISO 3166-1; the rest of what Babel names are continents and groups


def country_name(code: str) -> str:
    """Return the name of a country in the reader's language; an unknown code stays as it is."""
    return _names(get_language() or ENGLISH).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Return the code and name of every country, in the order of the names."""
    return sorted(_names(get_language() or ENGLISH).items(), key=lambda pair: by_letter(pair[1]))


def by_letter(name: str) -> str:
    """Return what puts a name where a reader looks for it: accents do not count."""
    return "".join(one for one in normalize("NFKD", name) if not combining(one)).casefold()


@cache
def _names(language: str) -> dict[str, str]:
    named = Locale.parse(language, sep="-").territories
    return {code: name for code, name in named.items() if len(code) == _LETTERS and code.isalpha() and code != "ZZ"}
