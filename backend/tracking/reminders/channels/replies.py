"""What came of handing a reminder to a channel."""

from dataclasses import dataclass
from enum import Enum, auto


class Answer(Enum):
    """How far a reminder got. Only after ACCEPTED and UNKNOWN may somebody have seen it."""

    ACCEPTED = auto()
    UNKNOWN = auto()  # no answer: it may have got through
    LATER = auto()  # certainly not taken, perhaps next time
    REFUSED = auto()  # certainly not taken, not next time either
    GONE = auto()  # as REFUSED, and this way to the patient exists no longer


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, with how long the other side wants to be left alone."""

    answer: Answer
    retry_after_seconds: float = 0.0
