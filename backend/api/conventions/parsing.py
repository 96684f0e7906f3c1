"""Reading a request's JSON without guessing: one object, small, flat, each key once, each number a number."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType, ValidationError
from rest_framework.parsers import BaseParser

from backend.api.conventions.problems import TooLarge

LARGEST_BYTES = 64 * 1024
DEEPEST = 8
LONGEST_NAME_SHOWN = 80

# A text that never ends counts to the end of the body, so that each character is looked at once.
_TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)


class StrictJsonParser(BaseParser):
    """The only parser; what is not JSON in UTF-8 is an unsupported media type."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object in the body."""
        charset = (parser_context or {}).get("encoding") or "utf-8"
        if charset.lower().replace("-", "") != "utf8":
            raise UnsupportedMediaType(media_type or "")
        body = stream.read(LARGEST_BYTES + 1)
        if len(body) > LARGEST_BYTES:
            raise TooLarge(f"The body is larger than {LARGEST_BYTES} bytes.")
        try:
            return read_object(body.decode())
        except UnicodeDecodeError as problem:
            raise ParseError("The body is not UTF-8.") from problem


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object that is the whole of a text; ParseError says what is wrong with it."""
    if _depth(text) > DEEPEST:
        raise ParseError(f"The body is nested deeper than {DEEPEST} levels.")
    try:
        found = json.loads(text, object_pairs_hook=_once_each, parse_constant=_not_a_number, parse_float=_finite)
        json.dumps(found, ensure_ascii=False).encode()  # an escape such as \ud800 alone is no character
    except UnicodeEncodeError as problem:
        raise ParseError("A text holds half of a surrogate pair.") from problem
    except json.JSONDecodeError as problem:
        raise ParseError(f"The body is not JSON: {problem.msg} at line {problem.lineno}.") from problem
    except ValueError as problem:  # Python reads no number of thousands of digits
        raise ParseError("A number has too many digits.") from problem
    if not isinstance(found, dict):
        raise ParseError("The body is no JSON object.")
    return found


def _depth(text: str) -> int:
    """Return how deep brackets nest outside of texts, however ill-formed the rest is."""
    depth = deepest = 0
    for mark in _TEXT_OR_BRACKET.finditer(text):
        if mark[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark[0] in "]}":
            depth -= 1
    return deepest


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValidationError({shown(twice): ["This field is given more than once."]})
    return found


def shown(name: str) -> str:
    """Return a name that a client made up, short and printable enough to be told back."""
    return name[:LONGEST_NAME_SHOWN].encode("ascii", "backslashreplace").decode()


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ParseError("A number is too large.")
    return found


def _not_a_number(word: str) -> float:
    raise ParseError(f"The body holds {word}, which is no JSON.")
