"""Serializer fields that take exactly the JSON type they name, and serializers that refuse what they do not know."""

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from rest_framework import serializers

from backend.analysis.calendar import YEARS
from backend.api.conventions.parsing import shown

LARGEST_ID = 2**63 - 1
FURTHEST_OFFSET = timedelta(hours=15)  # no zone is further from UTC, and PostgreSQL reads none from 16 hours on

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class StrictSerializer(serializers.Serializer[Any]):
    """Reads an object whose every field it knows."""

    def to_internal_value(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the checked fields; what is wrong with any of them is told at once."""
        errors: dict[str, Any] = {shown(name): ["This field is unknown."] for name in data if name not in self.fields}
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as problem:
            errors |= dict(problem.detail)  # type: ignore[arg-type] # of a serializer it is a dict
        if errors:
            raise serializers.ValidationError(errors)
        return values


class RowId(serializers.Field[int, Any, int, Any]):
    """The id of a row, a whole number."""

    default_error_messages = {"invalid": f"Expected a whole number from 1 to {LARGEST_ID}."}

    def to_internal_value(self, data: object) -> int:
        """Return the number; neither texts nor true nor 1.0 are one."""
        if type(data) is not int or not 1 <= data <= LARGEST_ID:
            self.fail("invalid")
        return data

    def to_representation(self, value: int) -> int:
        """Return it as it is."""
        return value


class Text(serializers.CharField):
    """A text, as it stands."""

    default_error_messages = {"invalid": "Expected a text."}

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever a field takes
        super().__init__(**{"trim_whitespace": False, "max_length": 200} | options)

    def to_internal_value(self, data: object) -> str:
        """Return the text; a number is none."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Flag(serializers.Field[bool, Any, bool, Any]):
    """Either true or false."""

    default_error_messages = {"invalid": "Expected true or false."}

    def to_internal_value(self, data: object) -> bool:
        """Return it; 1 and "true" are neither."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:  # noqa: FBT001 - Django REST framework's signature
        """Return it as it is."""
        return value


class Number(serializers.Field[Decimal, Any, float | None, Any]):
    """A decimal number."""

    default_error_messages = {"invalid": "Expected a number."}

    def to_internal_value(self, data: object) -> Decimal:
        """Return the number as it was written; a text is none."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return Decimal(str(data))

    def to_representation(self, value: Decimal | float) -> float | None:
        """Return a JSON number, null for infinity, which JSON cannot tell."""
        return float(value) if math.isfinite(value) else None


class Instant(serializers.Field[datetime, Any, str, Any]):
    """An instant with its offset from UTC; given back in UTC."""

    default_error_messages = {
        "invalid": "Expected an instant with its offset from UTC, such as 2026-01-31T14:05:00+01:00."
    }

    def to_internal_value(self, data: object) -> datetime:
        """Return the instant with the offset it was given with."""
        if not isinstance(data, str) or not _INSTANT.fullmatch(data):
            self.fail("invalid")
        try:
            found = datetime.fromisoformat(data.upper())
        except ValueError:
            self.fail("invalid")
        if found.year not in YEARS or abs(found.utcoffset() or timedelta()) > FURTHEST_OFFSET:
            self.fail("invalid")
        return found

    def to_representation(self, value: datetime) -> str:
        """Return ISO 8601 in UTC."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Key(serializers.Field[UUID, Any, str, Any]):
    """The key a client made up for what it sends, a UUID of any kind."""

    default_error_messages = {"invalid": "Expected a UUID such as 0192f0c4-7f9a-7cc3-98c4-dc0c0c07398f."}

    def to_internal_value(self, data: object) -> UUID:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return UUID(data)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: UUID) -> str:
        """Return its usual form."""
        return str(value)


class AnswerList(serializers.Field[list[int | None], Any, list[int | None], Any]):
    """One answer an item, null where unanswered; how many and from where to where is for the instrument to say."""

    default_error_messages = {
        "invalid": "Expected a list with a whole number or null for each item.",
        "item": "Item {place}: expected a whole number or null.",
    }

    def to_internal_value(self, data: object) -> list[int | None]:
        """Return the answers; neither texts nor true nor 1.0 are one."""
        if not isinstance(data, list):
            self.fail("invalid")
        for place, answer in enumerate(data, start=1):
            if answer is not None and type(answer) is not int:
                self.fail("item", place=place)
        return data

    def to_representation(self, value: list[int | None]) -> list[int | None]:
        """Return them as they are."""
        return value


class RowSerializer(serializers.ModelSerializer[Any]):
    """Tells a stored row: instants in UTC, numbers as JSON numbers, other rows by their ids."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.DateTimeField: Instant,
        models.FloatField: Number,
    }
