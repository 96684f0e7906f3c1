"""Why a write was refused, for the edge to turn into a form error or a problem document."""


class Refused(ValueError):  # noqa: N818 - named as what happened, like KeyReused
    """Bad input: `field` names the entry that is wrong, the text what was found and what was expected."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class KeyReused(Exception):  # noqa: N818 - a state of affairs, not a fault of the program
    """The same client key came with another body; the first one stands."""
