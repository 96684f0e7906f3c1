"""Write results beside each other or not at all, and say in one line why they could not be written."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from backend.analysis.cli.csv_file import BadInputError


def write_together(folder: Path, files: Mapping[str, str], obsolete: Callable[[str], object] = lambda _: None) -> None:
    """Write all files or none, and then take away earlier ones with an obsolete name.

    `BadInputError` when that fails: earlier results are what they were, and a folder that was not there still is not.
    """
    with _reported(folder), _without_new_folders(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).exists() and not (folder / name).is_file():
                raise BadInputError(f"{folder / name}: cannot be written over; expected a file or nothing")
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            for name, text in files.items():
                (Path(unfinished) / name).write_text(text, encoding="utf-8", newline="")
            for name in files:
                (Path(unfinished) / name).replace(folder / name)
        for old in folder.iterdir():
            if obsolete(old.name) and old.name not in files and old.is_file():
                old.unlink()


def print_all(text: str) -> None:
    """Print to standard output, to the end; silently stop when whoever read it has left."""
    try:
        print(text, flush=True)  # noqa: T201 -- the command's result
    except OSError as reason:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter tries again at its end
        if not isinstance(reason, BrokenPipeError):
            raise BadInputError(f"standard output: cannot be written: {reason.strerror}") from reason


@contextmanager
def _reported(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as reason:
        raise BadInputError(
            f"{place}: cannot be written: {reason.strerror}; expected a folder that takes new files"
        ) from reason


@contextmanager
def _without_new_folders(folder: Path) -> Iterator[None]:
    """Take away, on failure, the folders that were made on the way."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException:
        for place in missing:
            with suppress(OSError):
                place.rmdir()
        raise
