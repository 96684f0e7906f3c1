"""Why a write was refused, for the edge to turn into a form error or a problem document."""

from typing import Self

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class Conflict(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The row was changed since it was read: the change that was asked for is not made."""


class Refused(ValueError):  # noqa: N818 - named as what happened
    """Bad input: `field` names the entry that is wrong, the text says why.

    What a person can cause by typing is a sentence in the reader's language that names no column, since pages print it
    beside the field; what only a program can cause says in English what was found and what was expected.
    """

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field

    @classmethod
    def from_invalid(cls, problem: ValidationError) -> Self:
        """Tell the first thing that is wrong with a row; the code of a broken constraint is the name of its field."""
        field, problems = next(iter(problem.error_dict.items()))
        first = problems[0]
        return cls(str(first.code) if field == NON_FIELD_ERRORS else field, first.messages[0])
