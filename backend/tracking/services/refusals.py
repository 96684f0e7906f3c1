"""Why a write of facts was refused: bad input, or a client key that stands for something else."""

from datetime import datetime

from backend.accounts.refusals import Conflict, Refused

__all__ = ["Conflict", "KeyReused", "Overlapping", "Refused"]


class KeyReused(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The same client key came with another body; the first one stands."""


class Overlapping(Refused):
    """A treatment would have been given while another one was: from when to when that was."""

    def __init__(self, field: str, started_at: datetime, ended_at: datetime | None) -> None:
        until = f" until {ended_at.isoformat()}" if ended_at else ""
        super().__init__(field, f"{field}: another treatment was given then, from {started_at.isoformat()}{until}")
        self.started_at = started_at
        self.ended_at = ended_at
