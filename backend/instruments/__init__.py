"""Rating scales as data: one file each, and the type that scores them. No Django, no numpy."""

from backend.instruments.catalogue import PRIMARY, asked_at, choices, get, known, read_folder, spoken
from backend.instruments.instrument import Band, Given, Instrument, Item, Loinc, Role, Score
from backend.instruments.reading import read

__all__ = [
    "PRIMARY",
    "Band",
    "Given",
    "Instrument",
    "Item",
    "Loinc",
    "Role",
    "Score",
    "asked_at",
    "choices",
    "get",
    "known",
    "read",
    "read_folder",
    "spoken",
]
