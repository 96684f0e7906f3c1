"""Why a write of facts was refused: bad input, or a client key that stands for something else."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from backend.accounts.refusals import Conflict, Refused

__all__ = ["Conflict", "KeyReused", "Overlapping", "Refused"]


class KeyReused(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The same client key came with another body; the first one stands."""


class Overlapping(Refused):
    """A treatment would have been given while another one was: from when to when that was."""

    def __init__(self, field: str, started_at: datetime, ended_at: datetime | None) -> None:
        self.field = field
        self.started_at = started_at
        self.ended_at = ended_at
        super().__init__(field, self.in_words(datetime.isoformat))

    def in_words(self, written: Callable[[datetime], str]) -> str:
        """Return the sentence with its instants written as its reader tells them."""
        start, end = written(self.started_at), written(self.ended_at) if self.ended_at else ""
        if end and self.field == "started_at":
            told = _("Another treatment of this patient was being given then, from %(start)s to %(end)s.")
            return told % {"start": start, "end": end}
        return _("Another treatment of this patient started before that, on %(start)s.") % {"start": start}
