"""Serves the stylesheet of the charts from where it lies, so that no page carries a copy of it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from backend import charts

STYLESHEET = "charts.css"


class ChartStylesheet(BaseFinder):
    """Finds one file, and nothing else of the room it is in."""

    storage = FileSystemStorage(location=Path(charts.__file__).parent)

    def find(self, path: str, find_all: bool = False, **_older: Any) -> Any:  # noqa: ANN401, FBT001, FBT002 - Django's
        """Return where the stylesheet is, empty for any other path."""
        found = [self.storage.path(path)] if path == STYLESHEET else []
        return found if find_all or not found else found[0]

    def list(self, _ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the stylesheet."""
        yield STYLESHEET, self.storage
