"""Rating scales as data: one file each, and the type that scores them. No Django, no numpy."""

from backend.instruments.catalogue import choices, get, known, read_folder
from backend.instruments.instrument import Band, Instrument, Item, Loinc, Role, Score
from backend.instruments.reading import read

__all__ = [
    "Band",
    "Instrument",
    "Item",
    "Loinc",
    "Role",
    "Score",
    "choices",
    "get",
    "known",
    "read",
    "read_folder",
]
