"""What a reminder says: the same to everybody, so that a lock screen tells nothing about its owner."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from backend.tracking import links
from backend.tracking.models import CheckIn, Effect

TITLE = "Ebb"
TOPIC_BYTES = 18  # 24 characters; RFC 8030 allows 32


@dataclass(frozen=True, slots=True)
class Message:
    """One reminder in its reader's language."""

    text: str
    more: str  # what a letter has room for
    path: str
    tag: str  # a notice replaces the one before it that has the same tag

    @property
    def link(self) -> str:
        """Return the address that opens the check-in from anywhere."""
        return settings.PUBLIC_URL + self.path

    @property
    def topic(self) -> str:
        """Return what a push service replaces an undelivered notice by: of the alphabet and length it takes."""
        return urlsafe_b64encode(sha256(self.tag.encode()).digest()[:TOPIC_BYTES]).decode()


def message_for(effect: Effect, check_in: CheckIn) -> Message:
    """Return what a reminder says, in the language of its patient."""
    person = check_in.treatment.patient.person
    with translation.override((person and person.language) or settings.LANGUAGE_CODE):
        return Message(
            text=_("A short check-in is ready."),
            more=_("You can change or end these reminders in your settings."),
            path=links.path(check_in),
            tag=effect.dedupe_key,
        )
