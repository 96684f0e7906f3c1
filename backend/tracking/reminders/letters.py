"""What is to be handed over to whom, whichever kind of effect it is."""

from dataclasses import dataclass

from backend.accounts.models import Person
from backend.tracking.reminders.channels.message import Message
from backend.tracking.reminders.ways import Way


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a person, the ways to try in order, and the number where one of them is a text message.

    `urgent`: of use for minutes only.
    """

    person: Person
    message: Message
    ways: tuple[Way, ...]
    phone: str = ""
    urgent: bool = False
