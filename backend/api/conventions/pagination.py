"""Lists in pages that hold still while rows are added."""

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

PAGE_SIZE = 100
LONGEST_POSITION = 18  # digits; any such number fits a column


class Pages(CursorPagination):
    """Pages by id, the oldest row first: `next`, `previous`, `results`."""

    page_size = PAGE_SIZE
    ordering = "id"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where to go on; what we did not hand out is refused."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise _unknown() from None
        if cursor is not None and cursor.position is not None and not _is_position(str(cursor.position)):
            raise _unknown()
        return cursor


class PagesByNumber(Pages):
    """Pages by the place of a row in its series."""

    ordering = "number"


def _is_position(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_POSITION


def _unknown() -> ValidationError:
    return ValidationError({"cursor": ["Expected a cursor from `next` or `previous`."]})
