"""Why a write of facts was refused: bad input, or a client key that stands for something else."""

from backend.accounts.refusals import Conflict, Refused

__all__ = ["Conflict", "KeyReused", "Refused"]


class KeyReused(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The same client key came with another body; the first one stands."""
